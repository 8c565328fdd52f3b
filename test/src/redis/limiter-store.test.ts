import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as limiterLayer, RateLimiter, type RateLimiterStore } from "effect/persistence/RateLimiter"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { limiterStoreMemory, limiterStoreRedis } from "../../../src/redis/limiter-store.ts"
import { RedisConnection } from "../../../src/redis/redis-connection.ts"
import { redisLimits } from "../../../src/redis/redis-limits.ts"
import { hasRedis, runWith, startWiredRedis, until, type WiredRedis } from "./with-redis.ts"

/** Tries to take one more; true when it may. */
const take = (key: string, limit = 3) =>
  Effect.gen(function* () {
    const limiter = yield* RateLimiter
    const taken = limiter.consume({
      key,
      limit,
      window: "1 minute",
      algorithm: "token-bucket",
      onExceeded: "fail"
    })
    return yield* Effect.match(taken, {
      onSuccess: () => true,
      onFailure: (error) => {
        expect(error.reason._tag).toBe("RateLimitExceeded")
        return false
      }
    })
  })
const takeMany = (key: string, times: number, limit?: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: times }), () => take(key, limit)),
    (all) => all.filter((taken) => taken).length
  )

const contract = (run: (program: Effect.Effect<void, unknown, RateLimiter>) => Promise<void>) => {
  test("lets through as many as the limit says, each key by itself", () =>
    run(
      Effect.gen(function* () {
        expect(yield* takeMany("a", 5)).toBe(3)
        expect(yield* takeMany("b", 5)).toBe(3)
      })
    ))

  test("counts windows too", () =>
    run(
      Effect.gen(function* () {
        const limiter = yield* RateLimiter
        const consume = limiter.consume({ key: "w", limit: 2, window: "1 minute", onExceeded: "fail" })
        const results = [
          yield* Effect.exit(consume),
          yield* Effect.exit(consume),
          yield* Effect.exit(consume)
        ]
        expect(results.map(({ _tag }) => _tag)).toEqual(["Success", "Success", "Failure"])
      })
    ))
}

const over = <E>(store: Layer.Layer<RateLimiterStore, E>) => limiterLayer.pipe(Layer.provide(store))

describe("in memory", () => {
  contract((program) => runWith(over(limiterStoreMemory), program))

  test(
    "forgets the oldest key when there are too many",
    () =>
      runWith(
        over(limiterStoreMemory),
        Effect.gen(function* () {
          expect(yield* takeMany("first", 3)).toBe(3)
          for (let n = 1; n < redisLimits.limiterKeysMax; n++) yield* take(`other-${n}`)
          expect(yield* take("first")).toBe(false)
          yield* take("one too many")
          expect(yield* take("first")).toBe(true)
        })
      ),
    60_000
  )
})

describe.skipIf(!hasRedis)("in a Redis", () => {
  let redis: WiredRedis
  beforeAll(async () => {
    redis = await startWiredRedis()
  })
  afterEach(() => redis.flush())
  afterAll(() => redis.stop())

  const isUp = Effect.gen(function* () {
    const { health } = yield* RedisConnection
    yield* until(() => Effect.map(health, ({ state }) => state === "up"))
  })
  const layer = () => {
    const connection = RedisConnection.layer(redis.wiredUrl)
    return limiterLayer.pipe(Layer.provideMerge(limiterStoreRedis), Layer.provideMerge(connection))
  }
  const run = (program: Effect.Effect<void, unknown, RateLimiter | RedisConnection>) =>
    runWith(layer(), Effect.andThen(isUp, program))

  contract(run)

  test("two processes count together", async () => {
    const counted = await Promise.all([
      runWith(layer(), Effect.andThen(isUp, takeMany("shared", 50, 40))),
      runWith(layer(), Effect.andThen(isUp, takeMany("shared", 50, 40)))
    ])
    expect(counted[0]! + counted[1]!).toBe(40)
  })

  test("while it is away the process counts by itself, without waiting", () =>
    run(
      Effect.gen(function* () {
        expect(yield* takeMany("a", 2)).toBe(2)
        redis.wire.halfOpen()
        redis.wire.hold(true)
        const began = performance.now()
        expect(yield* takeMany("a", 20)).toBe(3)
        expect(performance.now() - began).toBeLessThan(redisLimits.commandTimeoutMs * 3)
        redis.wire.hold(false)
        yield* isUp
        expect(yield* takeMany("a", 5)).toBe(1)
      })
    ))

  test(
    "after it was killed and emptied it counts from nothing",
    () =>
      run(
        Effect.gen(function* () {
          expect(yield* takeMany("a", 5)).toBe(3)
          yield* Effect.promise(() => redis.kill())
          expect(yield* takeMany("b", 5)).toBe(3)
          yield* Effect.promise(() => redis.start())
          yield* isUp
          expect(yield* takeMany("a", 5)).toBe(3)
        })
      ),
    20_000
  )
})
