import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeStoreRedis, type RateLimiterError, RateLimiterStore } from "effect/persistence/RateLimiter"
import * as Redis from "effect/persistence/Redis"
import { RedisConnection } from "./redis-connection.ts"
import { redisLimits } from "./redis-limits.ts"

/** What rate limits count in. */
type Store = RateLimiterStore["Service"]

/** In this process, for as many keys as there may be; beyond that the one that was begun first is forgotten. */
export const limiterStoreMemory = Layer.sync(RateLimiterStore, () => memoryStore())

/** In Redis, so that all processes count together; while it is away, each counts by itself. */
export const limiterStoreRedis = Layer.effect(
  RateLimiterStore,
  Effect.gen(function* () {
    const connection = yield* RedisConnection
    const redis = yield* Redis.make({
      send: (command, ...args) =>
        Effect.mapError(
          connection.send(command, ...args),
          ({ message }) => new Redis.RedisError({ cause: new Error(message) })
        ),
      subscribe: () => Effect.fail(notForThat),
      connect: Effect.fail(notForThat)
    })
    const shared = yield* Effect.provideService(
      makeStoreRedis({ prefix: "centurion:limit:" }),
      Redis.Redis,
      Redis.Redis.of(redis)
    )
    const own = memoryStore()
    const sharedOr =
      <Of, A>(
        ask: (store: Store, of: Of) => Effect.Effect<A, RateLimiterError>
      ): ((of: Of) => Effect.Effect<A, RateLimiterError>) =>
      (of) =>
        Effect.catchIf(
          ask(shared, of),
          (error) => error.reason._tag === "RateLimitStoreError",
          () => ask(own, of)
        )
    return RateLimiterStore.of({
      fixedWindow: sharedOr((store, of) => store.fixedWindow(of)),
      tokenBucket: sharedOr((store, of) => store.tokenBucket(of)),
      adaptiveConsume: sharedOr((store, of) => store.adaptiveConsume(of)),
      adaptiveFeedback: sharedOr((store, of) => store.adaptiveFeedback(of))
    })
  })
)

const notForThat = new Redis.RedisError({ cause: new Error("rate limits only send commands") })

/** A map that forgets its oldest key rather than grow without end: anybody may make up keys. */
const bounded = <A>(most: number) => {
  const kept = new Map<string, A>()
  return {
    get: (key: string) => kept.get(key),
    set: (key: string, value: A) => {
      kept.set(key, value)
      if (kept.size > most) kept.delete(kept.keys().next().value!)
    }
  }
}

/** As the interface asks it: windows that end, buckets that fill up again by whole intervals. */
const memoryStore = (most: number = redisLimits.limiterKeysMax): Store => {
  const windows = bounded<{ count: number; endsAt: number }>(most)
  const buckets = bounded<{ tokens: number; filledAt: number }>(most)
  const withTime = <A>(use: (now: number) => A): Effect.Effect<A> =>
    Effect.clockWith((clock) => Effect.sync(() => use(clock.currentTimeMillisUnsafe())))
  return RateLimiterStore.of({
    fixedWindow: ({ key, tokens, refillRate, limit }) =>
      withTime((now) => {
        const before = windows.get(key)
        const window = before === undefined || before.endsAt <= now ? { count: 0, endsAt: now } : before
        const count = window.count + tokens
        if (limit !== undefined && count > limit) return [count, window.endsAt - now] as const
        const endsAt = window.endsAt + Duration.toMillis(refillRate) * tokens
        windows.set(key, { count, endsAt })
        return [count, endsAt - now] as const
      }),
    tokenBucket: ({ key, tokens, limit, refillRate, allowOverflow }) =>
      withTime((now) => {
        const everyMs = Duration.toMillis(refillRate)
        const before = buckets.get(key) ?? { tokens: limit, filledAt: now }
        const fills = Math.max(0, Math.floor((now - before.filledAt) / everyMs))
        const there = Math.min(limit, before.tokens + fills)
        const filledAt = there >= limit ? now : before.filledAt + fills * everyMs
        const left = there - tokens
        buckets.set(key, { tokens: allowOverflow || left >= 0 ? left : there, filledAt })
        return [left, Math.max(0, now - filledAt)] as const
      }),
    adaptiveConsume: () => Effect.succeed({ delay: Duration.zero, epoch: 0, phase: "inactive" }),
    adaptiveFeedback: () => Effect.void
  })
}
