import * as Result from "effect/Result"
import type { Columns, ReadModel } from "../read-model.ts"
import { fieldOf } from "./field-names.ts"
import { memoize } from "./memoize.ts"
import { type WrongParameter, wrongValue } from "./wrong-parameter.ts"

/** How a list is sorted: by one column and then by the key, all in the same direction. */
export interface Order {
  /** Undefined sorts by the key alone. */
  readonly column: string | undefined
  readonly descending: boolean
  /** As the client writes it: `-createdAt`. */
  readonly name: string
}

/** The columns by which lists may be sorted. */
export const sortable = memoize(
  (columns: Columns): ReadonlyArray<string> => Object.keys(columns).filter((name) => columns[name]!.sorts)
)

/** The columns whose values a cursor of this order holds. */
export const cursorColumns = ({ key }: ReadModel, { column }: Order): ReadonlyArray<string> =>
  column === undefined ? key : [column, ...key.filter((name) => name !== column)]

/** The order that a list has when none is asked for: the newest first, where that can be told. */
export const defaultOrder = memoize(({ columns }: ReadModel): Order => {
  const names = ["created_at", "started_at", "happened_at", "updated_at", "at"]
  const column = names.find((name) => columns[name]?.sorts)
  return column === undefined
    ? { column, descending: false, name: "key" }
    : { column, descending: true, name: `-${fieldOf(column)}` }
})

/** Every order of a list, under the names that ask for it. */
const ordersOf = memoize(({ columns }: ReadModel): ReadonlyMap<string, Order> => {
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

/** The order that `sort` names, or why there is none such; the default order without it. */
export const readOrder = (
  readModel: ReadModel,
  sort: string | undefined
): Result.Result<Order, WrongParameter> => {
  if (sort === undefined) return Result.succeed(defaultOrder(readModel))
  const order = ordersOf(readModel).get(sort)
  if (order !== undefined) return Result.succeed(order)
  const known = sortable(readModel.columns).map(fieldOf)
  const there =
    known.length === 0
      ? "this list has one order only"
      : `there are ${known.join(", ")}, each also with - before it`
  return Result.fail(wrongValue("sort", `"${sort.slice(0, 60)}" is no order of this list; ${there}`))
}
