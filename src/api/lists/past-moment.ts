import * as Effect from "effect/Effect"
import { AsOfReadModels } from "../../../projections/engine/as-of-read-models.ts"
import { momentShape, parseMoment } from "../../../projections/engine/moment.ts"
import type { QueryValues } from "../../../projections/query/query-values.ts"
import { refuse } from "../refusal.ts"

const busyRetryMs = 2000

/** Where the read models of the asked moment are; undefined for those of now. */
export const scratchOf = (company: string, { asOf }: QueryValues) =>
  asOf === undefined ? Effect.succeed(undefined) : scratchAt(company, asOf)

const scratchAt = Effect.fnUntraced(function* (company: string, asOf: string | ReadonlyArray<string>) {
  const moment = typeof asOf === "string" && asOf.length <= 500 ? parseMoment(asOf) : undefined
  const wrong = (detail: string) => refuse(400, detail, { errors: [{ parameter: "asOf", detail }] })
  if (moment === undefined) return yield* wrong(`asOf: ${momentShape} is expected`)
  const past = yield* AsOfReadModels
  const found = yield* Effect.catchTags(past.at(company, moment), {
    NoSuchMoment: ({ message }) => wrong(`asOf: ${message}`),
    MomentBusy: ({ message }) => refuse(503, message, { retryAfterMs: busyRetryMs })
  })
  return found.scratch
})
