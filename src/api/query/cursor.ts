import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { apiLimits } from "../contract/api-limits.ts"
import { refuse } from "../refusal.ts"

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

/** The cursor that the client gave back, or the refusal of what is none, or is one of another order. */
export const readCursor = (
  text: string,
  order: string,
  values: number
): Cursor | ReturnType<typeof refuse> => {
  const wrong = (detail: string) => refuse(400, detail, { errors: [{ parameter: "cursor", detail }] })
  const found =
    text.length > apiLimits.cursorMax || !/^[\w-]+$/.test(text)
      ? Option.none<Cursor>()
      : decode(Buffer.from(text, "base64url").toString("utf8"))
  if (Option.isNone(found) || found.value.after.length !== values)
    return wrong("the cursor is none of ours; begin again without one")
  if (found.value.order !== order)
    return wrong(
      `the cursor is of a list sorted by ${found.value.order.slice(0, 60)}; begin again without one`
    )
  return found.value
}
