import * as Effect from "effect/Effect"
import { ParsedSearchParams } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Row } from "../../../eventstore/database/database.ts"
import { askCompany } from "../../../projections/engine/in-company.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import { ApiParts } from "../api-parts.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { readCursor, writeCursor } from "../query/cursor.ts"
import { fieldOf, once, shownColumns } from "../query/field-names.ts"
import { type Filter, type QueryValues, readFilters } from "../query/filters.ts"
import {
  cursorColumns,
  type ListAsked,
  type Listed,
  listStatements,
  type Order,
  rowStatement,
  type Scope,
  sortable
} from "../query/list-sql.ts"
import { jsonValue, rowReader, rowWriter } from "../query/row-json.ts"
import { Refusal, refuse } from "../refusal.ts"
import { scratchOf } from "./past-moment.ts"
import { waitForWrite } from "./wait-for-write.ts"

/** The one value of a parameter; of several the last. */
export const single = (query: QueryValues, name: string): string | undefined => {
  const value = query[name]
  return typeof value === "string" || value === undefined ? value : value.at(-1)
}

const wrongParameter = (parameter: string, detail: string) =>
  refuse(400, `${parameter}: ${detail}`, { errors: [{ parameter, detail }] })

/** How many rows are asked for. */
export const readLimit = (
  query: QueryValues,
  most: number = apiLimits.pageMax,
  usual: number = apiLimits.pageDefault
): number | Refusal => {
  const text = single(query, "limit")
  if (text === undefined) return usual
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= most
    ? limit
    : wrongParameter("limit", `a whole number from 1 to ${most} is expected`)
}

/** How many are asked for, of a list that is no read model. */
export const limitOf = (most: number, usual?: number) =>
  Effect.flatMap(ParsedSearchParams, (query) => {
    const limit = readLimit(query, most, usual)
    return limit instanceof Refusal ? Effect.fail(limit) : Effect.succeed(limit)
  })

/** A whole number of the query string, if it is there. */
export const numberParameter = (name: string) =>
  Effect.flatMap(ParsedSearchParams, (query) => {
    const text = single(query, name)
    if (text === undefined) return Effect.succeed(undefined)
    return /^\d{1,15}$/.test(text)
      ? Effect.succeed(Number(text))
      : Effect.fail(wrongParameter(name, "a whole number is expected"))
  })

/** A text of the query string, if it is there. */
export const textParameter = (name: string, most: number) =>
  Effect.flatMap(ParsedSearchParams, (query) => {
    const text = single(query, name)
    const fits =
      text === undefined || (text.length <= most && !text.includes("\u0000") && text.isWellFormed())
    return fits
      ? Effect.succeed(text)
      : Effect.fail(wrongParameter(name, `a text of at most ${most} characters is expected`))
  })

/** The order that a list has when none is asked for: the newest first, where that can be told. */
export const defaultOrder = once(({ columns }: ReadModel): Order => {
  const names = ["created_at", "started_at", "happened_at", "updated_at", "at"]
  const column = names.find((name) => columns[name]?.sorts)
  return column === undefined
    ? { column, descending: false, name: "key" }
    : { column, descending: true, name: `-${fieldOf(column)}` }
})

/** Every order of a list, under the names that ask for it. */
const ordersOf = once(({ columns }: ReadModel): ReadonlyMap<string, Order> => {
  const orders = sortable(columns).flatMap((column) =>
    [false, true].map(
      (descending): Order => ({ column, descending, name: `${descending ? "-" : ""}${fieldOf(column)}` })
    )
  )
  return new Map(
    orders.flatMap((order) => [
      [order.name, order] as const,
      [`${order.descending ? "-" : ""}${order.column}`, order] as const
    ])
  )
})

const readOrder = (readModel: ReadModel, query: QueryValues): Order | Refusal => {
  const text = single(query, "sort")
  if (text === undefined) return defaultOrder(readModel)
  const order = ordersOf(readModel).get(text)
  if (order !== undefined) return order
  const known = sortable(readModel.columns).map(fieldOf)
  const there =
    known.length === 0
      ? "this list has one order only"
      : `there are ${known.join(", ")}, each also with - before it`
  return wrongParameter("sort", `"${text.slice(0, 60)}" is no order of this list; ${there}`)
}

interface Asked extends ListAsked {
  readonly limit: number
}

/** What is asked of a list, or what is wrong with it. */
export const readListAsked = (
  readModel: Listed,
  company: string,
  scope: Scope,
  query: QueryValues,
  fixed: ReadonlyArray<Filter>
): Asked | Refusal => {
  const limit = readLimit(query)
  if (limit instanceof Refusal) return limit
  const order = readOrder(readModel, query)
  if (order instanceof Refusal) return order
  const filters = readFilters(readModel.columns, query)
  if (filters instanceof Refusal) return filters
  const given = single(query, "cursor")
  const names = cursorColumns(readModel, order)
  const cursor = given === undefined ? undefined : readCursor(given, order.name, names.length)
  if (cursor instanceof Refusal) return cursor
  const after = cursor?.after.map((value, index) => boundValue(readModel, names[index]!, value))
  if (after?.includes(undefined))
    return wrongParameter("cursor", "the cursor is none of ours; begin again without one")
  return { readModel, company, scope, filters: [...fixed, ...filters], order, after, limit }
}

/** A cursor's value as it is bound; undefined when it is none of the column's. */
const boundValue = ({ columns }: ReadModel, name: string, value: unknown): unknown => {
  const { kind, nullable } = columns[name]!
  if (value === null) return nullable ? null : undefined
  switch (kind) {
    case "integer":
      return Number.isSafeInteger(value) ? value : undefined
    case "number":
      return typeof value === "number" ? value : undefined
    case "boolean":
      return typeof value === "boolean" ? value : undefined
    case "time": {
      const at = typeof value === "string" ? new Date(value) : undefined
      return at === undefined || Number.isNaN(at.getTime()) ? undefined : at
    }
    default:
      return typeof value === "string" && !value.includes("\u0000") && value.isWellFormed()
        ? value
        : undefined
  }
}

const readerOf = once(rowReader)
const writerOf = once(rowWriter)
const namesOf = once((readModel: ReadModel) => Object.keys(shownColumns(readModel)))

/**
 * One page of a read model, as its query string asks; only rows that `scope` reaches. `next` is the cursor of the page
 * after it, null on the last.
 */
export const readPage = Effect.fnUntraced(function* (
  readModel: Listed,
  company: string,
  scope: Scope,
  fixed: ReadonlyArray<Filter> = []
) {
  const query: QueryValues = yield* ParsedSearchParams
  const asked = readListAsked(readModel, company, scope, query, fixed)
  if (asked instanceof Refusal) return yield* asked
  const { database } = yield* (yield* ApiParts).get
  yield* waitForWrite(company, query)
  const scratch = yield* scratchOf(company, query)
  let rows: ReadonlyArray<Row> = []
  for (const statement of listStatements({ ...asked, limit: asked.limit + 1 })) {
    if (rows.length > asked.limit) break
    rows = [...rows, ...(yield* askCompany(database, company, statement, scratch))]
  }
  const shown = rows.slice(0, asked.limit)
  const next = rows.length > asked.limit ? cursorAfter(asked, shown.at(-1)!) : null
  return HttpServerResponse.text(`{"items":[${itemsOf(readModel, shown)}],"next":${JSON.stringify(next)}}`, {
    contentType: "application/json"
  })
})

/** Put together piece by piece: an eighth faster than `join`. */
const itemsOf = (readModel: ReadModel, rows: ReadonlyArray<Row>): string => {
  const write = writerOf(readModel)
  let text = ""
  for (const row of rows) text += text === "" ? write(row) : `,${write(row)}`
  return text
}

/** The cursor of what follows this row. */
const cursorAfter = ({ readModel, order }: ListAsked, row: Row): string => {
  const shown = namesOf(readModel)
  const after = cursorColumns(readModel, order).map((name) =>
    jsonValue(readModel.columns[name]!.kind, row[shown.indexOf(name)])
  )
  return writeCursor({ order: order.name, after: after as never })
}

/** One row by its key; undefined when there is none that `scope` reaches. */
export const readOne = Effect.fnUntraced(function* (
  readModel: ReadModel,
  company: string,
  scope: Scope,
  key: ReadonlyArray<string>
) {
  const { database } = yield* (yield* ApiParts).get
  const [row] = yield* askCompany(database, company, rowStatement(readModel, company, scope, key))
  return row === undefined ? undefined : readerOf(readModel)(row)
})
