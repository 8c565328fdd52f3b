import { type Address, streamOf } from "../../../actors/address.ts"
import type { Column, ColumnKind } from "../../../projections/column.ts"
import type { Columns, ReadModel } from "../../../projections/read-model.ts"
import { apiLimits } from "./api-limits.ts"
import { fieldOf, once, shownColumns } from "./field-names.ts"
import type { Filter } from "./filters.ts"

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

/** One statement with what is bound. */
export interface Statement {
  readonly sql: string
  readonly params: ReadonlyArray<unknown>
}

/** The columns by which lists may be sorted, under the names of the API. */
export const sortable = once((columns: Columns): ReadonlyMap<string, string> => {
  const names = Object.keys(columns).filter((name) => columns[name]!.sorts)
  return new Map([
    ...names.map((name) => [name, name] as const),
    ...names.map((name) => [fieldOf(name), name] as const)
  ])
})

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

/** As the driver gives what `valuesOf` takes: whole numbers as numbers, JSON as text. */
const readAs = (name: string, { kind }: Column) => {
  if (kind === "integer") return `${at(name)}::float8`
  return kind === "json" ? `${at(name)}::text` : at(name)
}

/** Columns that say which person a row is about, the most telling first. */
const personColumns = ["contact_id", "lead_id", "deal_id"] as const

/** Which column of a read model names the person that a row is about; undefined when none does. */
export const personColumnOf = ({ columns }: ReadModel): string | undefined =>
  personColumns.find((name) => columns[name] !== undefined)

/** Collects what is bound; gives the places in the text. */
const binder = () => {
  const params: Array<unknown> = []
  return {
    params,
    bind: (value: unknown, type: string) => `$${params.push(value)}::${type}`
  }
}
type Bind = (value: unknown, type: string) => string

const comparison: Partial<Record<Filter["operator"], string>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" }

const conditionOf = ({ column, kind, operator, value }: Filter, bind: Bind): string => {
  const type = sqlTypes[kind]
  if (operator === "null") return `${at(column)} is ${value === true ? "" : "not "}null`
  if (kind === "texts") {
    const values = bind(operator === "in" ? value : [value], "text[]")
    return operator === "in" ? `${at(column)} && ${values}` : `not ${at(column)} && ${values}`
  }
  if (operator === "ne") return `${at(column)} is distinct from ${bind(value, type)}`
  if (operator !== "in") return `${at(column)} ${comparison[operator]} ${bind(value, type)}`
  const values = value as ReadonlyArray<unknown>
  return values.length === 1
    ? `${at(column)} = ${bind(values[0], type)}`
    : `${at(column)} = any(${bind(values, `${type}[]`)})`
}

/** Own rows are those of contacts that the user owns; a table that names neither person nor conversation has none. */
const scopeCondition = (
  readModel: ReadModel,
  scope: Scope,
  company: string,
  bind: Bind
): ReadonlyArray<string> => {
  if (scope.kind === "all") return []
  const person = personColumnOf(readModel)
  const { owner_id, conversation_id } = readModel.columns
  // Nothing is bound that the text does not name: Postgres could not tell its type.
  if ((owner_id ?? person ?? conversation_id) === undefined) return ["false"]
  const user = bind(scope.user, "text")
  if (owner_id !== undefined) return [`${at("owner_id")} = ${user}`]
  const owned = (person: string) =>
    `exists (select from "contact_records" o where o.company = ${company} and o."contact_id" = ${person} and o."owner_id" = ${user})`
  if (person !== undefined) return [owned(at(person))]
  return [
    `exists (select from "conversations" c where c.company = ${company} and c."conversation_id" = ${at("conversation_id")} and ${owned('c."lead_id"')})`
  ]
}

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

const afterCondition = (
  readModel: ReadModel,
  order: Order,
  run: Run,
  after: Cursor,
  bind: Bind
): ReadonlyArray<string> => {
  const { column, descending } = order
  const names = orderColumns(readModel, order)
  const isNullable = column !== undefined && readModel.columns[column]!.nullable
  const runIs = isNullable ? [`${at(column)} is ${run === "empty" ? "" : "not "}null`] : []
  // A run that is begun anew has all of its rows ahead.
  const begun = after !== undefined && (!isNullable || (after[0] === null) === (run === "empty"))
  if (!begun) return runIs
  const compared = run === "empty" ? names.slice(1) : names
  const values = run === "empty" ? after.slice(1) : after
  const bound = compared.map((name, index) => bind(values[index], sqlTypes[readModel.columns[name]!.kind]))
  return [...runIs, `(${compared.map(at).join(", ")}) ${descending ? "<" : ">"} (${bound.join(", ")})`]
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
export const listStatements = (asked: ListAsked): ReadonlyArray<Statement> =>
  runsFrom(asked.readModel, asked.order, asked.after).map((run) => listStatement(asked, run))

/**
 * Limits are written out, for Postgres plans anew each time what has an unknown one; and few, for each makes a statement
 * of its own. What is read too much is left out by the caller.
 */
const limits = [2, 11, 21, 51, 101, apiLimits.pageMax + 1] as const
const rowsFor = (limit: number): number => limits.find((each) => each >= limit) ?? limit

const companyConditions = (
  { readModel, company: of, scope }: ListAsked,
  bind: Bind
): ReadonlyArray<string> => {
  if (readModel.isView) {
    if (scope.kind !== "all") throw new Error(`the view ${readModel.name} can't be asked for own rows alone`)
    return []
  }
  const company = bind(of, "text")
  return [`t.company = ${company}`, ...scopeCondition(readModel, scope, company, bind)]
}

const listStatement = (asked: ListAsked, run: Run): Statement => {
  const { readModel, filters, order, after, limit } = asked
  const { params, bind } = binder()
  const conditions = [
    ...companyConditions(asked, bind),
    ...filters.map((filter) => conditionOf(filter, bind)),
    ...afterCondition(readModel, order, run, after, bind)
  ]
  const direction = order.descending ? " desc" : ""
  const sorted = orderColumns(readModel, order)
    .filter((name) => run === "valued" || name !== order.column)
    .map((name) => `${at(name)}${direction}`)
  const sql = `select ${selected(readModel)} from ${quoted(readModel.name)} t where ${conditions.join(" and ")} order by ${sorted.join(", ")} limit ${rowsFor(limit)}`
  return { sql, params }
}

const selected = once((readModel: ReadModel) =>
  Object.entries(shownColumns(readModel))
    .map(([name, column]) => readAs(name, column))
    .join(", ")
)

const keyConditions = (
  readModel: ReadModel,
  company: string,
  key: ReadonlyArray<string>,
  scope: Scope,
  bind: Bind
): string =>
  [
    `t.company = ${company}`,
    ...readModel.key.map(
      (name, index) => `${at(name)} = ${bind(key[index], sqlTypes[readModel.columns[name]!.kind])}`
    ),
    ...scopeCondition(readModel, scope, company, bind)
  ].join(" and ")

/** The statement of one row by its key. */
export const rowStatement = (
  readModel: ReadModel,
  of: string,
  scope: Scope,
  key: ReadonlyArray<string>
): Statement => {
  const { params, bind } = binder()
  const conditions = keyConditions(readModel, bind(of, "text"), key, scope, bind)
  return {
    sql: `select ${selected(readModel)} from ${quoted(readModel.name)} t where ${conditions}`,
    params
  }
}

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
): Statement => {
  const { params, bind } = binder()
  const company = bind(address.company, "text")
  const conditions = keyConditions(readModel, company, key, scope, bind)
  const stream = bind(streamOf(address), "text")
  const actor = `a.company = ${company} and a.machine = ${bind(address.machine, "text")} and a.id = ${bind(address.id, "text")}`
  const last = `select max(e.version)::float8 from es.event e where e.company = ${company} and e.stream = ${stream}`
  return {
    sql: `select ${selected(readModel)}, t.company is not null, (${last}), a.version::float8, a.machine_version, a.snapshot from (values (0)) one left join ${quoted(readModel.name)} t on ${conditions} left join "actors" a on ${actor}`,
    params
  }
}
