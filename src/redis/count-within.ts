import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RateLimiterStore } from "effect/persistence/RateLimiter"

/** How often something may be: the first number within a minute, the second within an hour. */
export type Often = readonly [perMinute: number, perHour: number]

/** What is left to somebody who may ask so often; less than nothing when that was one too many. */
export interface Left {
  readonly limit: number
  readonly remaining: number
  readonly resetMs: number
}

/** What requests are counted in. */
type Store = RateLimiterStore["Service"]

const minuteMs = 60_000

/** By the store itself: the limiter above it also works out delays, which nobody asks for here, twice for each request. */
const countIn = (store: Store, key: string, windowMs: number, limit: number) =>
  Effect.map(
    store.fixedWindow({ key, tokens: 1, refillRate: Duration.millis(windowMs / limit), limit }),
    ([count, resetMs]): Left => ({ limit, remaining: limit - count, resetMs })
  )

/** Counts one of `who`; undefined when it can't be counted: better too often than not at all. */
export const countWithin = (
  store: Store,
  who: string,
  [perMinute, perHour]: Often
): Effect.Effect<Left | undefined> =>
  Effect.gen(function* () {
    const minute = yield* countIn(store, `${who}:0`, minuteMs, perMinute)
    if (minute.remaining < 0) return minute
    const hour = yield* countIn(store, `${who}:1`, 60 * minuteMs, perHour)
    return hour.remaining < minute.remaining ? hour : minute
  }).pipe(Effect.catchTag("RateLimiterError", () => Effect.succeed(undefined)))

/** Counts one of each, as long as none is one too many; then how long that lasts. */
export const firstTooOften = Effect.fnUntraced(function* (
  store: Store,
  counted: ReadonlyArray<readonly [who: string, often: Often]>
) {
  for (const [who, often] of counted) {
    const left = yield* countWithin(store, who, often)
    if (left !== undefined && left.remaining < 0) return left.resetMs
  }
  return undefined
})
