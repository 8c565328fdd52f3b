import { type Address, streamOf } from "../../../actors/address.ts"
import type { ColumnKind } from "../../../projections/column.ts"
import type { CompanyRead } from "../../../projections/engine/in-company.ts"
import type { Columns, ReadModel } from "../../../projections/read-model.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { once, shownColumns } from "./field-names.ts"
import type { Filter } from "./filters.ts"
import { readAs } from "./row-json.ts"
import { type Place, textOf } from "./statement-text.ts"

/** How a list is sorted: by one column and then by the key, all in the same direction. */
export interface Order {
  /** Undefined sorts by the key alone. */
  readonly column: string | undefined
  readonly descending: boolean
  /** As the client writes it: `-createdAt`. */
  readonly name: string
}

/** The rows that a caller may see: all, or those of contacts that this user owns. */
export type Scope = { readonly kind: "all" } | { readonly kind: "own"; readonly user: string }

/** The columns by which lists may be sorted. */
export const sortable = once(
  (columns: Columns): ReadonlyArray<string> => Object.keys(columns).filter((name) => columns[name]!.sorts)
)

const sqlTypes: Record<ColumnKind, string> = {
  text: "text",
  integer: "bigint",
  number: "float8",
  boolean: "boolean",
  time: "timestamptz",
  json: "text",
  texts: "text"
}

const quoted = (name: string) => `"${name}"`
const at = (name: string) => `t.${quoted(name)}`

/** Columns that say which person a row is about, the most telling first. */
const personColumns = ["contact_id", "lead_id", "deal_id"] as const

/** Which column of a read model names the person that a row is about; undefined when none does. */
export const personColumnOf = ({ columns }: ReadModel): string | undefined =>
  personColumns.find((name) => columns[name] !== undefined)

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

const conditionOf = (filter: Filter, place: Place): string => {
  const { column, kind, operator, value } = filter
  const type = sqlTypes[kind]
  if (operator === "null") return `${at(column)} is ${value === true ? "" : "not "}null`
  if (kind === "texts") return `${operator === "in" ? "" : "not "}${at(column)} && ${place("text[]")}`
  if (operator === "ne") return `${at(column)} is distinct from ${place(type)}`
  if (operator !== "in") return `${at(column)} ${comparison[operator]} ${place(type)}`
  return (value as ReadonlyArray<unknown>).length === 1
    ? `${at(column)} = ${place(type)}`
    : `${at(column)} = any(${place(`${type}[]`)})`
}

/** By which column a row is somebody's own. */
const ownColumnOf = (readModel: ReadModel): string | undefined => {
  const { owner_id, conversation_id } = readModel.columns
  if (owner_id !== undefined) return "owner_id"
  return personColumnOf(readModel) ?? (conversation_id && "conversation_id")
}

/** Own rows are those of contacts that the user owns; a table that names neither person nor conversation has none. */
const scopeCondition = (
  readModel: ReadModel,
  scope: Scope,
  company: string,
  place: Place
): ReadonlyArray<string> => {
  if (scope.kind === "all") return []
  const column = ownColumnOf(readModel)
  if (column === undefined) return ["false"]
  const user = place("text")
  if (column === "owner_id") return [`${at(column)} = ${user}`]
  const owned = (person: string) =>
    `exists (select from "contact_records" o where o.company = ${company} and o."contact_id" = ${person} and o."owner_id" = ${user})`
  if (column !== "conversation_id") return [owned(at(column))]
  return [
    `exists (select from "conversations" c where c.company = ${company} and c."conversation_id" = ${at(column)} and ${owned('c."lead_id"')})`
  ]
}

/** Nothing is bound that the text does not name: Postgres could not tell its type. */
const boundOfScope = (readModel: ReadModel, scope: Scope): ReadonlyArray<unknown> =>
  scope.kind === "own" && ownColumnOf(readModel) !== undefined ? [scope.user] : []

const orderColumns = ({ key }: ReadModel, { column }: Order): ReadonlyArray<string> =>
  column === undefined ? key : [column, ...key.filter((name) => name !== column)]

/** The columns whose values a cursor of this order holds. */
export const cursorColumns = orderColumns

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

/** The values of the last row before the page; undefined for the first page. */
type Cursor = ReadonlyArray<unknown> | undefined

/** What of the cursor is compared in this run; undefined when all of its rows are ahead. */
const comparedIn = (
  readModel: ReadModel,
  order: Order,
  run: Run,
  after: Cursor
): { readonly names: ReadonlyArray<string>; readonly values: ReadonlyArray<unknown> } | undefined => {
  if (after === undefined || (isNullable(readModel, order) && (after[0] === null) !== (run === "empty")))
    return undefined
  const names = orderColumns(readModel, order)
  return run === "empty" ? { names: names.slice(1), values: after.slice(1) } : { names, values: after }
}

const isNullable = ({ columns }: ReadModel, { column }: Order): boolean =>
  column !== undefined && columns[column]!.nullable

const afterCondition = (
  { readModel, order, after }: ListAsked,
  run: Run,
  place: Place
): ReadonlyArray<string> => {
  const runIs = isNullable(readModel, order)
    ? [`${at(order.column!)} is ${run === "empty" ? "" : "not "}null`]
    : []
  const compared = comparedIn(readModel, order, run, after)
  if (compared === undefined) return runIs
  const places = compared.names.map((name) => place(sqlTypes[readModel.columns[name]!.kind]))
  return [
    ...runIs,
    `(${compared.names.map(at).join(", ")}) ${order.descending ? "<" : ">"} (${places.join(", ")})`
  ]
}

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
const limits = [2, 11, 21, 51, 101, apiLimits.pageMax + 1] as const
const rowsFor = (limit: number): number => limits.find((each) => each >= limit) ?? limit

const companyConditions = ({ readModel, scope }: ListAsked, place: Place): ReadonlyArray<string> => {
  if (readModel.isView) return []
  const company = place("text")
  return [`t.company = ${company}`, ...scopeCondition(readModel, scope, company, place)]
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
    sql: textOf(readModel, shape, (place) => listText(asked, run, rows, place)),
    params: [
      ...(readModel.isView ? [] : [company, ...boundOfScope(readModel, scope)]),
      ...filters.flatMap(boundOf),
      ...(compared?.values ?? [])
    ]
  }
}

const listText = (asked: ListAsked, run: Run, rows: number, place: Place): string => {
  const { readModel, filters, order } = asked
  const conditions = [
    ...companyConditions(asked, place),
    ...filters.map((filter) => conditionOf(filter, place)),
    ...afterCondition(asked, run, place)
  ]
  const direction = order.descending ? " desc" : ""
  const sorted = orderColumns(readModel, order)
    .filter((name) => run === "valued" || name !== order.column)
    .map((name) => `${at(name)}${direction}`)
  return `select ${selected(readModel)} from ${quoted(readModel.name)} t where ${conditions.join(" and ")} order by ${sorted.join(", ")} limit ${rows}`
}

const selected = once((readModel: ReadModel) =>
  Object.entries(shownColumns(readModel))
    .map(([name, column]) => readAs(at(name), column))
    .join(", ")
)

const keyConditions = (readModel: ReadModel, company: string, scope: Scope, place: Place): string =>
  [
    `t.company = ${company}`,
    ...readModel.key.map((name) => `${at(name)} = ${place(sqlTypes[readModel.columns[name]!.kind])}`),
    ...scopeCondition(readModel, scope, company, place)
  ].join(" and ")

/** The statement of one row by its key. */
export const rowStatement = (
  readModel: ReadModel,
  company: string,
  scope: Scope,
  key: ReadonlyArray<string>
): CompanyRead => ({
  plannedOnce: true,
  sql: textOf(
    readModel,
    `row ${scope.kind}`,
    (place) =>
      `select ${selected(readModel)} from ${quoted(readModel.name)} t where ${keyConditions(readModel, place("text"), scope, place)}`
  ),
  params: [company, ...key, ...boundOfScope(readModel, scope)]
})

/**
 * The statement of one actor: `rowStatement`, null where there is no such row, and behind it whether there is one, the
 * last version of its stream, and from its row of `actors` version, machine's version and snapshot. One snapshot of the
 * database: when the versions are the same, nothing was stored since.
 */
export const actorStatement = (
  readModel: ReadModel,
  address: Address,
  scope: Scope,
  key: ReadonlyArray<string>
): CompanyRead => {
  const { company, machine, id } = address
  return {
    plannedOnce: true,
    sql: textOf(readModel, `actor ${scope.kind}`, (place) => actorText(readModel, scope, place)),
    params: [company, ...key, ...boundOfScope(readModel, scope), streamOf(address), machine, id]
  }
}

const actorText = (readModel: ReadModel, scope: Scope, place: Place): string => {
  const company = place("text")
  const row = `left join ${quoted(readModel.name)} t on ${keyConditions(readModel, company, scope, place)}`
  const last = `(select max(e.version)::float8 from es.event e where e.company = ${company} and e.stream = ${place("text")})`
  const actor = `left join "actors" a on a.company = ${company} and a.machine = ${place("text")} and a.id = ${place("text")}`
  return `select ${selected(readModel)}, t.company is not null, ${last}, a.version::float8, a.machine_version, a.snapshot from (values (0)) one ${row} ${actor}`
}
