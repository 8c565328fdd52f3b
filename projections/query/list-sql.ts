import type { CompanyRead } from "../engine/in-company.ts"
import type { ReadModel } from "../read-model.ts"
import { at, quoted, selected, sqlTypes } from "./column-sql.ts"
import type { Filter } from "./filters.ts"
import { cursorColumns, type Order } from "./order.ts"
import { boundOfScope, type Scope, scopeConditions } from "./owner-rule.ts"
import { queryLimits } from "./query-limits.ts"
import { type Placeholder, textOf } from "./statement-text.ts"

/** What a list shows: a read model, or a view over some. A view has no column for the company, whose rows it sees alone. */
export type Listed = ReadModel & { readonly isView?: true }

/** Everything that a list is asked for. */
export interface ListAsked {
  readonly readModel: Listed
  readonly company: string
  readonly scope: Scope
  readonly filters: ReadonlyArray<Filter>
  readonly order: Order
  readonly after: Cursor
  readonly limit: number
}

/** The values of the last row before the page; undefined for the first page. */
type Cursor = ReadonlyArray<unknown> | undefined

const comparison: Partial<Record<Filter["operator"], string>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" }

/** What of a filter its condition's text depends on. */
const shapeOfFilter = ({ column, operator, value }: Filter): string => {
  if (operator === "null") return `${column} ${value}`
  return `${column} ${operator}${operator === "in" && (value as ReadonlyArray<unknown>).length === 1 ? "1" : ""}`
}

/** What its condition binds. */
const boundOf = ({ kind, operator, value }: Filter): ReadonlyArray<unknown> => {
  if (operator === "null") return []
  if (operator !== "in") return [kind === "texts" ? [value] : value]
  const values = value as ReadonlyArray<unknown>
  return [kind === "texts" || values.length > 1 ? values : values[0]]
}

const conditionOf = (filter: Filter, placeholder: Placeholder): string => {
  const { column, kind, operator, value } = filter
  const type = sqlTypes[kind]
  if (operator === "null") return `${at(column)} is ${value === true ? "" : "not "}null`
  if (kind === "texts") return `${operator === "in" ? "" : "not "}${at(column)} && ${placeholder("text[]")}`
  if (operator === "ne") return `${at(column)} is distinct from ${placeholder(type)}`
  if (operator !== "in") return `${at(column)} ${comparison[operator]} ${placeholder(type)}`
  return (value as ReadonlyArray<unknown>).length === 1
    ? `${at(column)} = ${placeholder(type)}`
    : `${at(column)} = any(${placeholder(`${type}[]`)})`
}

/** A run of rows in the order: those with a value, and those without, which stand last or, descending, first. */
type Run = "valued" | "empty"

/** The runs from where the cursor stands, in order. */
const runsFrom = (
  { columns }: ReadModel,
  { column, descending }: Order,
  after: Cursor
): ReadonlyArray<Run> => {
  if (column === undefined || !columns[column]!.nullable) return ["valued"]
  const runs: ReadonlyArray<Run> = descending ? ["empty", "valued"] : ["valued", "empty"]
  const here: Run = after?.[0] === null ? "empty" : "valued"
  return after === undefined ? runs : runs.slice(runs.indexOf(here))
}

/** What of the cursor is compared in this run; undefined when all of its rows are ahead. */
const comparedIn = (
  readModel: ReadModel,
  order: Order,
  run: Run,
  after: Cursor
): { readonly names: ReadonlyArray<string>; readonly values: ReadonlyArray<unknown> } | undefined => {
  if (after === undefined || (isNullable(readModel, order) && (after[0] === null) !== (run === "empty")))
    return undefined
  const names = cursorColumns(readModel, order)
  return run === "empty" ? { names: names.slice(1), values: after.slice(1) } : { names, values: after }
}

const isNullable = ({ columns }: ReadModel, { column }: Order): boolean =>
  column !== undefined && columns[column]!.nullable

const afterCondition = (
  { readModel, order, after }: ListAsked,
  run: Run,
  placeholder: Placeholder
): ReadonlyArray<string> => {
  const runIs = isNullable(readModel, order)
    ? [`${at(order.column!)} is ${run === "empty" ? "" : "not "}null`]
    : []
  const compared = comparedIn(readModel, order, run, after)
  if (compared === undefined) return runIs
  const places = compared.names.map((name) => placeholder(sqlTypes[readModel.columns[name]!.kind]))
  return [
    ...runIs,
    `(${compared.names.map(at).join(", ")}) ${order.descending ? "<" : ">"} (${places.join(", ")})`
  ]
}

/**
 * The statements of a page, to be asked in order until there are rows enough; they may give more than the limit. Their
 * text holds names of ours only.
 */
export const listStatements = (asked: ListAsked): ReadonlyArray<CompanyRead> =>
  runsFrom(asked.readModel, asked.order, asked.after).map((run) => listStatement(asked, run))

/**
 * Limits are written out, for Postgres plans anew each time what has an unknown one; and few, for each makes a statement
 * of its own. What is read too much is left out by the caller.
 */
const limits = [2, 11, 21, 51, 101, queryLimits.pageMax + 1] as const
const rowsFor = (limit: number): number => limits.find((each) => each >= limit) ?? limit

const companyConditions = (
  { readModel, scope }: ListAsked,
  placeholder: Placeholder
): ReadonlyArray<string> => {
  if (readModel.isView) return []
  const company = placeholder("text")
  return [`t.company = ${company}`, ...scopeConditions(readModel, scope, company, placeholder)]
}

const listStatement = (asked: ListAsked, run: Run): CompanyRead => {
  const { readModel, company, scope, filters, order, after, limit } = asked
  if (readModel.isView && scope.kind !== "all")
    throw new Error(`the view ${readModel.name} can't be asked for own rows alone`)
  const rows = rowsFor(limit)
  const compared = comparedIn(readModel, order, run, after)
  const shape = `${run} ${order.name} ${scope.kind} ${compared === undefined ? "" : "after"} ${rows} ${filters.map(shapeOfFilter)}`
  return {
    plannedOnce: filters.length === 0 && scope.kind === "all",
    sql: textOf(readModel, shape, (placeholder) => listText(asked, run, rows, placeholder)),
    params: [
      ...(readModel.isView ? [] : [company, ...boundOfScope(readModel, scope)]),
      ...filters.flatMap(boundOf),
      ...(compared?.values ?? [])
    ]
  }
}

const listText = (asked: ListAsked, run: Run, rows: number, placeholder: Placeholder): string => {
  const { readModel, filters, order } = asked
  const conditions = [
    ...companyConditions(asked, placeholder),
    ...filters.map((filter) => conditionOf(filter, placeholder)),
    ...afterCondition(asked, run, placeholder)
  ]
  const direction = order.descending ? " desc" : ""
  const sorted = cursorColumns(readModel, order)
    .filter((name) => run === "valued" || name !== order.column)
    .map((name) => `${at(name)}${direction}`)
  return `select ${selected(readModel)} from ${quoted(readModel.name)} t where ${conditions.join(" and ")} order by ${sorted.join(", ")} limit ${rows}`
}
