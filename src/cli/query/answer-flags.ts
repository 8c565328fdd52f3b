import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Moment, momentShape, parseMoment } from "../../../projections/engine/moment.ts"
import { readLimits } from "../../queries/read-limits.ts"
import { wrongUse } from "../cli-failure.ts"
import { formatOf, type RowFormat } from "./row-formats.ts"

/** The flags that `query` and `table` share, as they were given. */
export interface AnswerFlags {
  readonly company: Option.Option<string>
  readonly asOf: Option.Option<string>
  readonly format: Option.Option<RowFormat>
  readonly out: Option.Option<string>
  readonly timeout: Option.Option<number>
  readonly json: boolean
}

const timeoutMaxSeconds = 24 * 60 * 60

/** The same, understood. */
export const readAnswerFlags = Effect.fnUntraced(function* (flags: AnswerFlags, otherwise: RowFormat) {
  const out = Option.getOrUndefined(flags.out)
  const named = out === undefined ? undefined : formatOf(out)
  const format =
    Option.getOrUndefined(flags.format) ??
    named ??
    (flags.json ? "ndjson" : out === undefined ? otherwise : undefined)
  if (format === undefined || (format === "table" && out !== undefined)) {
    return yield* wrongUse("--out is a file of rows: call it .csv, .ndjson or .json, or say --format")
  }
  const seconds = Option.getOrElse(flags.timeout, () => readLimits.stepTimeoutMs / 1000)
  if (seconds < 1 || seconds > timeoutMaxSeconds) {
    return yield* wrongUse(`--timeout is 1 to ${timeoutMaxSeconds} seconds`)
  }
  return {
    company: Option.getOrUndefined(flags.company),
    asOf: yield* momentOf(Option.getOrUndefined(flags.asOf)),
    format,
    out,
    timeoutMs: seconds * 1000,
    json: flags.json
  }
})

const momentOf = Effect.fnUntraced(function* (text: string | undefined) {
  if (text === undefined) return null
  const moment = parseMoment(text)
  return moment === undefined
    ? yield* wrongUse(`--as-of ${text} is no moment: write ${momentShape}`)
    : (moment as Moment)
})
