import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as HttpServerResponses from "effect/http/HttpServerResponse"
import type { ConsumeResult, RateLimiter } from "effect/persistence/RateLimiter"
import { refuse } from "../refusal.ts"

/** What is left to somebody who may ask so often. */
export interface Left {
  readonly limit: number
  readonly remaining: number
  readonly resetMs: number
}

const windows = [Duration.minutes(1), Duration.hours(1)] as const

/** Counts one request of `who`; fails with 429 once that is too many within a minute or an hour. */
export const countRequest = (
  limiter: RateLimiter,
  who: string,
  limits: readonly [perMinute: number, perHour: number]
) =>
  Effect.forEach(windows, (window, n) =>
    limiter.consume({ key: `api:${who}:${n}`, limit: limits[n]!, window, onExceeded: "fail" })
  ).pipe(
    Effect.map((results) => tightest(results)),
    Effect.catchTag("RateLimiterError", ({ reason }) =>
      reason._tag === "RateLimitExceeded"
        ? Effect.fail(tooOften(reason.limit, Duration.toMillis(reason.retryAfter)))
        : // Whatever it counts in is broken: better too often than not at all.
          Effect.succeed(undefined)
    )
  )

const tightest = (results: ReadonlyArray<ConsumeResult>): Left | undefined => {
  const [first] = [...results].sort((a, b) => a.remaining - b.remaining)
  if (first === undefined) return undefined
  return { limit: first.limit, remaining: first.remaining, resetMs: Duration.toMillis(first.resetAfter) }
}

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
export const withLeft = (response: HttpServerResponse, left: Left | undefined): HttpServerResponse =>
  left === undefined
    ? response
    : HttpServerResponses.setHeaders(response, {
        "ratelimit-limit": String(left.limit),
        "ratelimit-remaining": String(left.remaining),
        "ratelimit-reset": secondsOf(left.resetMs)
      })
