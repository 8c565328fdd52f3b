import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { Delivered } from "../../../actors/engine/engine.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { Projections } from "../../../projections/engine/projections.ts"
import type { QueryValues } from "../../../projections/query/query-values.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { refuse } from "../refusal.ts"

/** The header that every write answers with, and every read takes. */
export const waitForHeader = "centurion-wait-for"

/** Where a write ended, for whoever wants to see it: `<partition>:<position>`. */
export const writtenAt = ({ partition, lastPosition }: Delivered): string => `${partition}:${lastPosition}`

const shape = /^(\d{1,6}):(\d{1,15})$/

/** Waits until the read models show the write that the header, or `?waitFor=`, names; without one at once. */
export const waitForWrite = (company: string, query: QueryValues) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const given = query.waitFor ?? (request.source as IncomingMessage).headers[waitForHeader]
    return given === undefined ? Effect.void : waitFor(company, query, given)
  })

const waitFor = Effect.fnUntraced(function* (
  company: string,
  query: QueryValues,
  given: string | ReadonlyArray<string>
) {
  const found = typeof given === "string" ? shape.exec(given) : null
  if (found === null)
    return yield* refuse(400, `waitFor is what a write answered in ${waitForHeader}, such as 3:120`, {
      errors: [
        query.waitFor === undefined
          ? { header: waitForHeader, detail: "" }
          : { parameter: "waitFor", detail: "" }
      ]
    })
  const projections = yield* Projections
  const [partition, position] = [Number(found[1]), Number(found[2])]
  if (yield* projections.waitFor(company, partition, position, apiLimits.waitForSoonMs)) return
  const written = (yield* (yield* EventStore).partitions(company)).find(
    (each) => each.partition === partition
  )
  if (written === undefined || position > written.position)
    return yield* refuse(400, `waitFor: no write of this company ended at ${given}`)
  if (!(yield* projections.waitFor(company, partition, position, apiLimits.waitForMs)))
    return yield* refuse(503, `the read models have not reached ${given} yet; try again`, {
      retryAfterMs: 1000
    })
})
