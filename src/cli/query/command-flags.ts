import * as Flag from "effect/cli/Flag"
import { json } from "../flags.ts"

/** Of whom, as of when, and how the answer is written: of `query` and `table`. */
export const answerFlags = {
  company: Flag.String("company").pipe(
    Flag.withDescription("Whose read models; needed when there are several companies"),
    Flag.optional
  ),
  asOf: Flag.String("as-of").pipe(
    Flag.withDescription(
      "As they were then: a time (2026-03-01T12:00:00Z), a day (its end, UTC), or positions (1:120,2:40)"
    ),
    Flag.withMetavar("moment"),
    Flag.optional
  ),
  format: Flag.Literals("format", ["table", "json", "ndjson", "csv"]).pipe(
    Flag.withDescription("How rows are written; default a table, or what the name of --out says"),
    Flag.optional
  ),
  out: Flag.String("out").pipe(
    Flag.withDescription("A file, which must not be there yet; compressed when it ends in .gz"),
    Flag.withMetavar("file"),
    Flag.optional
  ),
  timeout: Flag.Int("timeout").pipe(
    Flag.withDescription("The question is stopped after so many seconds; default 300"),
    Flag.withMetavar("seconds"),
    Flag.optional
  ),
  json
} as const
