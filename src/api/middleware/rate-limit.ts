import * as Effect from "effect/Effect"
import type { RateLimiterStore } from "effect/persistence/RateLimiter"
import { countWithin, type Left, type Often } from "../../redis/count-within.ts"
import type { AnswerHeaders } from "../contract/middleware.ts"
import { type Refusal, refuse } from "../refusal.ts"

/** Counts one request of `who`; fails with 429 once that is too many within a minute or an hour. */
export const countRequest = (
  store: RateLimiterStore["Service"],
  who: string,
  often: Often
): Effect.Effect<Left | undefined, Refusal> =>
  Effect.flatMap(countWithin(store, `api:${who}`, often), (left) =>
    left !== undefined && left.remaining < 0 ? tooOften(left) : Effect.succeed(left)
  )

const secondsOf = (ms: number) => String(Math.max(1, Math.ceil(ms / 1000)))

const tooOften = ({ limit, resetMs }: Left) =>
  refuse(429, `you asked too often; ${limit} requests are allowed, try again in ${secondsOf(resetMs)} s`, {
    retryAfterMs: resetMs,
    headers: {
      "ratelimit-limit": String(limit),
      "ratelimit-remaining": "0",
      "ratelimit-reset": secondsOf(resetMs)
    }
  })

/** Tells in the answer how often one may still ask. */
export const tellLeft = (headers: AnswerHeaders["Service"], left: Left | undefined): void => {
  if (left === undefined) return
  headers["ratelimit-limit"] = String(left.limit)
  headers["ratelimit-remaining"] = String(left.remaining)
  headers["ratelimit-reset"] = secondsOf(left.resetMs)
}
