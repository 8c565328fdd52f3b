import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Redis } from "ioredis"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { personal } from "../../../machines/personal.ts"
import { Cache, cacheLifetimes, cacheSlot, makeCache } from "../../../src/redis/cache.ts"
import { RedisConnection } from "../../../src/redis/redis-connection.ts"
import { redisLimits } from "../../../src/redis/redis-limits.ts"
import { memoryTexts } from "../../../src/redis/text-store.ts"
import { hasRedis, runWith, startWiredRedis, until, type WiredRedis } from "./with-redis.ts"

const overview = cacheSlot("analyticsOverview", Schema.Struct({ leads: Schema.Number }))
const lead = cacheSlot("lead", Schema.String)

/** What any cache does, over whatever it is kept in. */
const contract = (runWithCache: (program: Effect.Effect<void, unknown, Cache>) => Promise<void>) => {
  const run = (use: (cache: Cache["Service"]) => Effect.Effect<void, unknown>) =>
    runWithCache(Effect.flatMap(Cache, use))

  test("gives back what was kept, to its company and under its key alone", () =>
    run(
      Effect.fnUntraced(function* (cache) {
        yield* cache.set(overview, "acme", "today", { leads: 3 })
        expect(yield* cache.get(overview, "acme", "today")).toEqual({ leads: 3 })
        expect(yield* cache.get(overview, "other", "today")).toBeUndefined()
        expect(yield* cache.get(overview, "acme", "yesterday")).toBeUndefined()
        expect(yield* cache.get(lead, "acme", "today")).toBeUndefined()
      })
    ))

  test("makes a value once, and again when it was invalidated", () =>
    run(
      Effect.fnUntraced(function* (cache) {
        let made = 0
        const make = Effect.sync(() => ({ leads: ++made }))
        const ask = cache.through(overview, "acme", "week", make)
        expect([yield* ask, yield* ask]).toEqual([{ leads: 1 }, { leads: 1 }])
        yield* cache.invalidate(overview, "acme", "week")
        expect([yield* ask, yield* ask]).toEqual([{ leads: 2 }, { leads: 2 }])
      })
    ))

  test("a value whose making began before it was invalidated is not kept", () =>
    run(
      Effect.fnUntraced(function* (cache) {
        const slow = Effect.as(cache.invalidate(lead, "acme", "7"), "old")
        expect(yield* cache.through(lead, "acme", "7", slow)).toBe("old")
        expect(yield* cache.get(lead, "acme", "7")).toBeUndefined()
        expect(yield* cache.through(lead, "acme", "7", Effect.succeed("new"))).toBe("new")
        expect(yield* cache.get(lead, "acme", "7")).toBe("new")
      })
    ))

  test("what fails to be made is not kept", () =>
    run(
      Effect.fnUntraced(function* (cache) {
        expect(yield* Effect.flip(cache.through(lead, "acme", "8", Effect.fail("no")))).toBe("no")
        expect(yield* cache.get(lead, "acme", "8")).toBeUndefined()
      })
    ))

  test("a value that is too large is given and not kept", () =>
    run(
      Effect.fnUntraced(function* (cache) {
        const large = "x".repeat(redisLimits.cacheValueMaxBytes)
        expect(yield* cache.through(lead, "acme", "9", Effect.succeed(large))).toBe(large)
        expect(yield* cache.get(lead, "acme", "9")).toBeUndefined()
      })
    ))
}

describe("in memory", () => {
  contract((program) => runWith(Cache.layerMemory, program))

  test("a value is there for its lifetime, and the one that was not used goes when there is no room", async () => {
    let now = 0
    const cache = makeCache(memoryTexts(() => now, 3))
    const keep = (key: string) => cache.set(lead, "acme", key, key)
    const there = (key: string) => Effect.map(cache.get(lead, "acme", key), (found) => found === key)
    await Effect.runPromise(
      Effect.gen(function* () {
        for (const key of ["a", "b", "c"]) yield* keep(key)
        expect(yield* there("a")).toBe(true)
        yield* keep("d")
        expect([yield* there("a"), yield* there("b"), yield* there("d")]).toEqual([true, false, true])
        now = cacheLifetimes.lead - 1
        expect(yield* there("d")).toBe(true)
        now++
        expect(yield* there("d")).toBe(false)
      })
    )
  })
})

test("personal data can't be cached", () => {
  const withName = Schema.Struct({ id: Schema.String, name: personal(Schema.String) })
  expect(() => cacheSlot("lead", withName)).toThrow(/"lead" holds personal data/)
  expect(() => cacheSlot("lead", Schema.Array(Schema.Struct({ of: withName })))).toThrow(/personal data/)
})

test("the lifetimes are those of the requirements", () => {
  const minute = 60_000
  expect(cacheLifetimes).toEqual({
    lead: 60 * minute,
    taskStatus: 24 * 60 * minute,
    moduleStatus: 5 * minute,
    analyticsOverview: 15 * minute
  })
})

describe.skipIf(!hasRedis)("in a Redis", () => {
  let redis: WiredRedis
  beforeAll(async () => {
    redis = await startWiredRedis()
  })
  afterEach(() => redis.flush())
  afterAll(() => redis.stop())

  const cacheLayer = () => Layer.provideMerge(Cache.layerRedis, RedisConnection.layer(redis.wiredUrl))
  const isUp = Effect.gen(function* () {
    const { health } = yield* RedisConnection
    yield* until(() => Effect.map(health, ({ state }) => state === "up"))
  })
  const withRedis = (program: Effect.Effect<void, unknown, Cache | RedisConnection>) =>
    runWith(cacheLayer(), Effect.andThen(isUp, program))

  contract(withRedis)

  test("keeps a value for its lifetime and no longer", () =>
    withRedis(
      Effect.gen(function* () {
        const cache = yield* Cache
        yield* cache.set(overview, "acme", "today", { leads: 3 })
        const { send } = yield* RedisConnection
        const left = yield* send<number>("PTTL", "centurion:cache:analyticsOverview:acme:today")
        expect(left).toBeGreaterThan(cacheLifetimes.analyticsOverview - 60_000)
        expect(left).toBeLessThanOrEqual(cacheLifetimes.analyticsOverview)
      })
    ))

  test("what somebody else wrote there is not believed", () =>
    withRedis(
      Effect.gen(function* () {
        const cache = yield* Cache
        const admin = new Redis(Redacted.value(redis.url))
        for (const text of ["", "{", '{"round":"","value":{"leads":"many"}}', "null"]) {
          yield* Effect.promise(() => admin.set("centurion:cache:analyticsOverview:acme:today", text))
          expect(yield* cache.get(overview, "acme", "today")).toBeUndefined()
        }
        admin.disconnect()
      })
    ))

  test("while it is away everything is made anew, and what was invalidated meanwhile stays so", () =>
    withRedis(
      Effect.gen(function* () {
        const cache = yield* Cache
        yield* cache.set(lead, "acme", "7", "old")
        redis.wire.hold(true)
        const began = performance.now()
        expect(yield* cache.through(lead, "acme", "7", Effect.succeed("new"))).toBe("new")
        yield* cache.invalidate(lead, "acme", "7")
        expect(performance.now() - began).toBeLessThan(redisLimits.commandTimeoutMs * 3)
        redis.wire.hold(false)
        yield* isUp
        expect(yield* cache.get(lead, "acme", "7")).toBeUndefined()
      })
    ))

  test("a Redis that was emptied has forgotten, and nothing else", () =>
    withRedis(
      Effect.gen(function* () {
        const cache = yield* Cache
        yield* cache.set(lead, "acme", "7", "kept")
        yield* Effect.promise(() => redis.flush())
        expect(yield* cache.get(lead, "acme", "7")).toBeUndefined()
        expect(yield* cache.through(lead, "acme", "7", Effect.succeed("again"))).toBe("again")
        expect(yield* cache.get(lead, "acme", "7")).toBe("again")
      })
    ))
})
