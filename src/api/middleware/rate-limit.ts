import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RateLimiterStore } from "effect/persistence/RateLimiter"
import type { AnswerHeaders } from "../contract/middleware.ts"
import { type Refusal, refuse } from "../refusal.ts"

/** What is left to somebody who may ask so often. */
export interface Left {
  readonly limit: number
  readonly remaining: number
  readonly resetMs: number
}

/** What requests are counted in. */
type Store = RateLimiterStore["Service"]

/** By the store itself: the limiter above it also works out delays, which nobody asks for here, twice for each request. */
const countIn = (store: Store, key: string, windowMs: number, limit: number) =>
  store
    .fixedWindow({ key, tokens: 1, refillRate: Duration.millis(windowMs / limit), limit })
    .pipe(
      Effect.flatMap(
        ([count, resetMs]): Effect.Effect<Left, Refusal> =>
          count > limit
            ? Effect.fail(tooOften(limit, resetMs))
            : Effect.succeed({ limit, remaining: limit - count, resetMs })
      )
    )

/** Counts one request of `who`; fails with 429 once that is too many within a minute or an hour. */
export const countRequest = (
  store: Store,
  who: string,
  [perMinute, perHour]: readonly [perMinute: number, perHour: number]
): Effect.Effect<Left | undefined, Refusal> =>
  Effect.flatMap(countIn(store, `api:${who}:0`, minuteMs, perMinute), (minute) =>
    Effect.map(countIn(store, `api:${who}:1`, 60 * minuteMs, perHour), (hour) =>
      hour.remaining < minute.remaining ? hour : minute
    )
  ).pipe(
    // Whatever it counts in is broken: better too often than not at all.
    Effect.catchTag("RateLimiterError", () => Effect.succeed(undefined))
  )

const minuteMs = 60_000

const secondsOf = (ms: number) => String(Math.max(1, Math.ceil(ms / 1000)))

const tooOften = (limit: number, retryAfterMs: number) =>
  refuse(
    429,
    `you asked too often; ${limit} requests are allowed, try again in ${secondsOf(retryAfterMs)} s`,
    {
      retryAfterMs,
      headers: {
        "ratelimit-limit": String(limit),
        "ratelimit-remaining": "0",
        "ratelimit-reset": secondsOf(retryAfterMs)
      }
    }
  )

/** Tells in the answer how often one may still ask. */
export const tellLeft = (headers: AnswerHeaders["Service"], left: Left | undefined): void => {
  if (left === undefined) return
  headers["ratelimit-limit"] = String(left.limit)
  headers["ratelimit-remaining"] = String(left.remaining)
  headers["ratelimit-reset"] = secondsOf(left.resetMs)
}
