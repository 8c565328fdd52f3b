import * as Effect from "effect/Effect"
import { ParsedSearchParams } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Database, type Row } from "../../../eventstore/database/database.ts"
import { isStorable } from "../../../eventstore/database/storable-text.ts"
import { askCompany } from "../../../projections/engine/in-company.ts"
import { type Cursor, writeCursor } from "../../../projections/query/cursor.ts"
import { shownColumns } from "../../../projections/query/field-names.ts"
import type { Filter } from "../../../projections/query/filters.ts"
import { readLimit, readListAsked } from "../../../projections/query/list-asked.ts"
import { type ListAsked, type Listed, listStatements } from "../../../projections/query/list-sql.ts"
import { memoize } from "../../../projections/query/memoize.ts"
import { cursorColumns } from "../../../projections/query/order.ts"
import type { Scope } from "../../../projections/query/owner-rule.ts"
import { type QueryValues, single } from "../../../projections/query/query-values.ts"
import { jsonValue, rowReader, rowWriter } from "../../../projections/query/row-json.ts"
import { rowStatement } from "../../../projections/query/row-sql.ts"
import { wrongValue } from "../../../projections/query/wrong-parameter.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import { scratchOf } from "./past-moment.ts"
import { waitForWrite } from "./wait-for-write.ts"

/** How many are asked for, of a list that is no read model. */
export const limitOf = (most: number, usual?: number) =>
  Effect.flatMap(ParsedSearchParams, (query) => Effect.fromResult(readLimit(query, most, usual)))

/** A whole number of the query string, if it is there. */
export const numberParameter = (name: string) =>
  Effect.flatMap(ParsedSearchParams, (query) => {
    const text = single(query, name)
    if (text === undefined) return Effect.succeed(undefined)
    return /^\d{1,15}$/.test(text)
      ? Effect.succeed(Number(text))
      : Effect.fail(wrongValue(name, "a whole number is expected"))
  })

/** A text of the query string, if it is there. */
export const textParameter = (name: string, most: number) =>
  Effect.flatMap(ParsedSearchParams, (query) => {
    const text = single(query, name)
    const fits = text === undefined || (text.length <= most && isStorable(text))
    return fits
      ? Effect.succeed(text)
      : Effect.fail(wrongValue(name, `a text of at most ${most} characters is expected`))
  })

const readerOf = memoize(rowReader)
const writerOf = memoize(rowWriter)
const namesOf = memoize((readModel: ReadModel) => Object.keys(shownColumns(readModel)))

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
  const asked = yield* Effect.fromResult(readListAsked(readModel, company, scope, query, fixed))
  const database = yield* Database
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
  return writeCursor({ order: order.name, after: after as Cursor["after"] })
}

/** One row by its key; undefined when there is none that `scope` reaches. */
export const readOne = Effect.fnUntraced(function* (
  readModel: ReadModel,
  company: string,
  scope: Scope,
  key: ReadonlyArray<string>
) {
  const database = yield* Database
  const [row] = yield* askCompany(database, company, rowStatement(readModel, company, scope, key))
  return row === undefined ? undefined : readerOf(readModel)(row)
})
