import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { accountLimits } from "./account-limits.ts"
import { now } from "./account-queries.ts"

interface Window {
  count: number
  expiresAt: number
}

const notOurs = Effect.die(new Error("this rate limiter's store holds fixed windows only"))

/**
 * Fixed windows in this process, as Effect's own store in memory counts them, with a bound: that one keeps every key
 * for ever, and keys come from strangers. Beyond the bound the keys that were first seen are forgotten.
 */
export const limiterStoreMemory = (keysMax: number = accountLimits.limiterKeysMax) =>
  Layer.sync(RateLimiter.RateLimiterStore, () => {
    const windows = new Map<string, Window>()
    const makeRoom = (at: number) => {
      for (const [key, { expiresAt }] of windows) if (expiresAt <= at) windows.delete(key)
      if (windows.size < keysMax) return
      // A good part at once, so that a flood of new keys does not cost a walk over all of them for each.
      let left = Math.ceil(keysMax / 10)
      for (const key of windows.keys()) {
        if (left-- === 0) return
        windows.delete(key)
      }
    }
    const windowOf = (key: string, at: number): Window => {
      const there = windows.get(key)
      if (there !== undefined && there.expiresAt > at) return there
      if (windows.size >= keysMax) makeRoom(at)
      const fresh = { count: 0, expiresAt: at }
      windows.set(key, fresh)
      return fresh
    }
    return RateLimiter.RateLimiterStore.of({
      fixedWindow: ({ key, tokens, refillRate, limit }) =>
        Effect.map(now, (at) => {
          const window = windowOf(key, at)
          if (limit !== undefined && window.count + tokens > limit)
            return [window.count + tokens, window.expiresAt - at]
          window.count += tokens
          window.expiresAt += Duration.toMillis(refillRate) * tokens
          return [window.count, window.expiresAt - at]
        }),
      tokenBucket: () => notOurs,
      adaptiveConsume: () => notOurs,
      adaptiveFeedback: () => notOurs
    })
  })

/** A rate limiter of this process alone; a new one each time, never one with another store that is there already. */
export const makeLimiterMemory = Effect.suspend(() => Effect.provide(RateLimiter.make, limiterStoreMemory()))

/** `makeLimiterMemory` as a layer. */
export const limiterMemory = Layer.effect(RateLimiter.RateLimiter, makeLimiterMemory)
