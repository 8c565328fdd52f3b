import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { queryLimits } from "./query-limits.ts"
import { type WrongParameter, wrongParameter } from "./wrong-parameter.ts"

const Value = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean, Schema.Null])

/** Where a page ends: the order it is of, and the last row's values in that order. */
export const Cursor = Schema.Struct({
  order: Schema.String.check(Schema.isMaxLength(200)),
  after: Schema.Array(Value).check(Schema.isMaxLength(8))
})
export type Cursor = typeof Cursor.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Cursor))

/** The cursor as the client carries it; it may be read, and a changed one is checked as if it came from anybody. */
export const writeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString("base64url")

const wrongCursor = (detail: string) => Result.fail(wrongParameter("cursor", detail))

/** It is none that a list gave, or was changed. */
export const unknownCursor = wrongCursor("the cursor is none of ours; begin again without one")

/** The cursor that the client gave back, or why it is none of this order. */
export const readCursor = (
  text: string,
  order: string,
  values: number
): Result.Result<Cursor, WrongParameter> => {
  const found =
    text.length > queryLimits.cursorMax || !/^[\w-]+$/.test(text)
      ? Option.none<Cursor>()
      : decode(Buffer.from(text, "base64url").toString("utf8"))
  if (Option.isNone(found) || found.value.after.length !== values) return unknownCursor
  if (found.value.order !== order)
    return wrongCursor(
      `the cursor is of a list sorted by ${found.value.order.slice(0, 60)}; begin again without one`
    )
  return Result.succeed(found.value)
}
