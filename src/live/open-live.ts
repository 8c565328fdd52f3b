import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Engine } from "../../actors/engine/engine.ts"
import { upcastersOf } from "../../machines/upcasters.ts"
import { Companies } from "../companies/companies.ts"
import { followHints } from "../redis/hints.ts"
import { RedisConnection } from "../redis/redis-connection.ts"
import { LiveHub } from "./live-hub.ts"

/** Live updates of this installation; other processes are heard by Redis, where there is one. */
export const liveLayer = (waitingMax: number) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const companies = yield* Companies
      const redis = yield* RedisConnection
      return LiveHub.layer({
        engineStatus: (yield* Engine).status,
        waitingMax,
        upcastersOf,
        timeZoneOf: (company) =>
          Effect.match(companies.get(company), {
            onSuccess: ({ conversation }) => conversation.timeZone,
            onFailure: () => "UTC"
          }),
        hearApplied: (subscriber) =>
          followHints(redis, "applied", "*", ({ company, positions }) => subscriber(company, positions))
      })
    })
  )
