import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { RedisConnection } from "../../../src/redis/redis-connection.ts"
import { redisLimits } from "../../../src/redis/redis-limits.ts"
import { hasRedis, runWith, startWiredRedis, until, type WiredRedis } from "./with-redis.ts"

const up = Effect.gen(function* () {
  const { health } = yield* RedisConnection
  yield* until(() => Effect.map(health, ({ state }) => state === "up"))
})

/** How long something took, ms. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const began = performance.now()
    const exit = yield* Effect.result(effect)
    return { exit, ms: performance.now() - began }
  })

test("a Redis that is not there is away at once, and nothing waits for it", () =>
  runWith(
    RedisConnection.layer(Redacted.make("redis://127.0.0.1:1")),
    Effect.gen(function* () {
      const redis = yield* RedisConnection
      const { exit, ms } = yield* timed(redis.send("GET", "a"))
      expect(exit).toMatchObject({ _tag: "Failure", failure: { _tag: "RedisAway" } })
      expect(ms).toBeLessThan(redisLimits.commandTimeoutMs)
      redis.publish("nobody", "hears")
      expect(yield* redis.health).toMatchObject({ state: "away" })
    })
  ))

test("where none is set up, all commands fail and its health says so", () =>
  runWith(
    RedisConnection.layerNone,
    Effect.gen(function* () {
      const redis = yield* RedisConnection
      expect(yield* Effect.flip(redis.send("GET", "a"))).toMatchObject({ message: "no Redis is set up" })
      expect(yield* redis.health).toEqual({ state: "none" })
    })
  ))

describe.skipIf(!hasRedis)("with a Redis of its own", () => {
  let redis: WiredRedis
  beforeAll(async () => {
    redis = await startWiredRedis()
  })
  beforeEach(() => redis.flush())
  afterAll(() => redis.stop())

  test("answers commands, and tells how long that took", () =>
    runWith(
      RedisConnection.layer(redis.url),
      Effect.gen(function* () {
        const { send, health } = yield* RedisConnection
        yield* up
        yield* send("SET", "name", "ana")
        expect(yield* send("GET", "name")).toBe("ana")
        expect(yield* health).toEqual({ state: "up", latencyMs: expect.any(Number) })
        expect(yield* Effect.flip(send("INCR", "name"))).toMatchObject({ _tag: "RedisAway" })
      })
    ))

  test("a command on a dead wire fails within its time, the next ones at once, and a new wire is made", () =>
    runWith(
      RedisConnection.layer(redis.wiredUrl),
      Effect.gen(function* () {
        const { send } = yield* RedisConnection
        yield* up
        redis.wire.halfOpen()
        const first = yield* timed(send("SET", "name", "eva"))
        expect(first.exit._tag).toBe("Failure")
        expect(first.ms).toBeLessThan(redisLimits.commandTimeoutMs * 2)
        yield* up
        yield* send("SET", "name", "eva")
        expect(yield* send("GET", "name")).toBe("eva")
      })
    ))

  test("a wire on which nothing passes holds up no burst for longer than one command's time", () =>
    runWith(
      RedisConnection.layer(redis.wiredUrl),
      Effect.gen(function* () {
        const { send } = yield* RedisConnection
        yield* up
        redis.wire.hold(true)
        const all = yield* timed(
          Effect.all(
            Array.from({ length: 200 }, (_, n) => Effect.exit(send("SET", `key-${n}`, "x"))),
            { concurrency: "unbounded" }
          )
        )
        expect(all.ms).toBeLessThan(redisLimits.commandTimeoutMs * 2)
        const later = yield* timed(send("GET", "key-1"))
        expect(later.ms).toBeLessThan(50)
        redis.wire.hold(false)
        yield* up
      })
    ))

  test(
    "those who listen hear again after it was killed, and after their wire died",
    () =>
      runWith(
        RedisConnection.layer(redis.wiredUrl),
        Effect.scoped(
          Effect.gen(function* () {
            const { listen, publish } = yield* RedisConnection
            const heard: Array<string> = []
            yield* listen("news:*", (channel, message) => heard.push(`${channel} ${message}`))
            const hears = (message: string) =>
              until(() => {
                publish("news:acme", message)
                return heard.includes(`news:acme ${message}`)
              })
            yield* hears("first")
            yield* Effect.promise(() => redis.kill())
            yield* Effect.promise(() => redis.start())
            yield* hears("after the kill")
            redis.wire.cut()
            yield* hears("after the cut")
          })
        )
      ),
    20_000
  )

  test("what is published where nobody listens any more is not heard", () =>
    runWith(
      RedisConnection.layer(redis.url),
      Effect.gen(function* () {
        const { listen, publish } = yield* RedisConnection
        yield* up
        const [gone, there]: [Array<string>, Array<string>] = [[], []]
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* listen("news:*", (_, message) => gone.push(message))
            yield* until(() => {
              publish("news:acme", "one")
              return gone.length > 0
            })
          })
        )
        gone.length = 0
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* listen("news:acme", (_, message) => there.push(message))
            yield* until(() => {
              publish("news:acme", "two")
              return there.length > 0
            })
          })
        )
        expect(gone).toEqual([])
      })
    ))
})
