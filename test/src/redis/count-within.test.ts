import * as Effect from "effect/Effect"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import { TestClock } from "effect/testing"
import { expect, test } from "vitest"
import { countWithin, firstTooOften } from "../../../src/redis/count-within.ts"
import { limiterStoreMemory } from "../../../src/redis/limiter-store.ts"

const inMemory = <A>(use: (store: RateLimiterStore["Service"]) => Effect.Effect<A>) =>
  Effect.runPromise(
    Effect.flatMap(RateLimiterStore, use).pipe(
      Effect.provide(limiterStoreMemory),
      Effect.provide(TestClock.layer())
    )
  )

test("tells what is left within a minute and an hour, whichever is less", () =>
  inMemory(
    Effect.fnUntraced(function* (store) {
      const count = countWithin(store, "ana", [3, 4])
      expect(yield* count).toMatchObject({ limit: 3, remaining: 2 })
      yield* count
      expect(yield* count).toMatchObject({ remaining: 0 })
      expect(yield* count).toMatchObject({ limit: 3, remaining: -1 })
      yield* TestClock.adjust("1 minute")
      expect(yield* count).toMatchObject({ limit: 4, remaining: 0 })
      expect(yield* count).toMatchObject({ limit: 4, remaining: -1 })
    })
  ))

test("counts what comes later in the list only while what comes first is not too often", () =>
  inMemory(
    Effect.fnUntraced(function* (store) {
      const one = firstTooOften(store, [
        ["stranger", [2, 100]],
        ["everybody", [5, 100]]
      ])
      expect([yield* one, yield* one]).toEqual([undefined, undefined])
      for (let n = 0; n < 20; n++) expect(yield* one).toBeGreaterThan(0)
      expect(yield* countWithin(store, "everybody", [5, 100])).toMatchObject({ remaining: 2 })
    })
  ))
