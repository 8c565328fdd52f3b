import * as Result from "effect/Result"
import { isStorable } from "../../eventstore/database/storable-text.ts"
import type { ReadModel } from "../read-model.ts"
import { readCursor, unknownCursor } from "./cursor.ts"
import { type Filter, readFilters } from "./filters.ts"
import type { ListAsked, Listed } from "./list-sql.ts"
import { cursorColumns, readOrder } from "./order.ts"
import type { Scope } from "./owner-rule.ts"
import { queryLimits } from "./query-limits.ts"
import { type QueryValues, single } from "./query-values.ts"
import { type WrongParameter, wrongValue } from "./wrong-parameter.ts"

/** How many rows are asked for. */
export const readLimit = (
  query: QueryValues,
  most: number = queryLimits.pageMax,
  usual: number = queryLimits.pageDefault
): Result.Result<number, WrongParameter> => {
  const text = single(query, "limit")
  if (text === undefined) return Result.succeed(usual)
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= most
    ? Result.succeed(limit)
    : Result.fail(wrongValue("limit", `a whole number from 1 to ${most} is expected`))
}

/** What is asked of a list, or what is wrong with it. */
export const readListAsked = (
  readModel: Listed,
  company: string,
  scope: Scope,
  query: QueryValues,
  fixed: ReadonlyArray<Filter>
): Result.Result<ListAsked, WrongParameter> =>
  Result.gen(function* () {
    const limit = yield* readLimit(query)
    const order = yield* readOrder(readModel, single(query, "sort"))
    const filters = yield* readFilters(readModel.columns, query)
    const cursor = single(query, "cursor")
    const names = cursorColumns(readModel, order)
    const given = cursor === undefined ? undefined : yield* readCursor(cursor, order.name, names.length)
    const after = given?.after.map((value, index) => boundValue(readModel, names[index]!, value))
    if (after?.includes(undefined)) return yield* unknownCursor
    return { readModel, company, scope, filters: [...fixed, ...filters], order, after, limit }
  })

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
      return typeof value === "string" && isStorable(value) ? value : undefined
  }
}
