import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Engine } from "../../actors/engine/engine.ts"
import { upcastersOf } from "../../machines/upcasters.ts"
import type { Companies } from "../companies/companies.ts"
import { hearHints } from "../redis/hints.ts"
import type { RedisConnection } from "../redis/redis-connection.ts"
import { LiveHub } from "./live-hub.ts"

/** What live updates are made from, beside the store and the read models. */
export interface LiveFrom {
  readonly engine: Pick<Engine["Service"], "status">
  readonly companies: Pick<Companies["Service"], "get">
  readonly redis: RedisConnection["Service"]
  readonly waitingMax: number
}

/** Live updates of this installation; other processes are heard by Redis, where there is one. */
export const liveLayer = ({ engine, companies, redis, waitingMax }: LiveFrom) =>
  LiveHub.layer({
    engineStatus: engine.status,
    waitingMax,
    upcastersOf,
    timeZoneOf: (company) =>
      Effect.match(companies.get(company), {
        onSuccess: ({ conversation }) => conversation.timeZone,
        onFailure: () => "UTC"
      }),
    hearApplied: (hear) =>
      hearHints(redis, "applied", "*", ({ company, positions }) => hear(company, positions))
  }) satisfies Layer.Layer<LiveHub, never, unknown>
