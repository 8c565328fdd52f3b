import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { Ownership } from "../../../actors/engine/ownership.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Partition } from "../../../eventstore/log/stored-rows.ts"
import { everyDatabase, type TestDatabase } from "../../databases.ts"

const hourMs = 3_600_000

describe.each(everyDatabase)("owning partitions by a lease, on $name", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
  })
  beforeEach(() => database.clear())
  afterAll(() => database?.drop())

  /** Who owns what after the first round of a process called `b`, when `a` had taken `takenBefore` partitions. */
  const afterOneRound = (takenBefore: number) =>
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* store.createCompany("acme", 4)
      if (takenBefore > 0) yield* store.claim("a", 60_000, takenBefore)
      const gained: Array<number> = []
      const rounds = { ended: 0 }
      const counting = Layer.succeed(EventStore, {
        ...store,
        partitions: (company) =>
          Effect.tap(store.partitions(company), () => Effect.sync(() => rounds.ended++))
      })
      const keeping = yield* Effect.gen(function* () {
        const ownership = yield* Ownership
        return yield* Effect.forkChild(
          ownership.keep({
            gained: (rows: ReadonlyArray<Partition>) =>
              Effect.sync(() => void gained.push(...rows.map(({ partition }) => partition))),
            lost: () => Effect.void
          })
        )
      }).pipe(
        Effect.provide(
          Ownership.layerLease({ owner: "b", leaseMs: 60_000 }).pipe(
            Layer.provide(counting),
            Layer.provide(EngineClock.layer())
          )
        )
      )
      let owners: ReadonlyArray<string | null> = []
      for (let looks = 0; looks < 200; looks++) {
        yield* Effect.sleep(10)
        owners = (yield* store.partitions()).map(({ owner }) => owner)
        const isSettled = takenBefore === 0 ? gained.length === 4 : rounds.ended > 0 && !owners.includes("b")
        if (isSettled) break
      }
      yield* Fiber.interrupt(keeping)
      return { gained, owners }
    }).pipe(Effect.provide(database.layer), Effect.runPromise)

  it("takes all when nobody has any", async () => {
    expect(await afterOneRound(0)).toEqual({ gained: [1, 2, 3, 4], owners: ["b", "b", "b", "b"] })
  })

  it("gives back what it got when another, who claimed at the same moment, has the first", async () => {
    expect(await afterOneRound(2)).toEqual({ gained: [], owners: ["a", "a", null, null] })
  })

  it("looks again at once when it is asked to while it looks", () =>
    Effect.gen(function* () {
      const store = yield* EventStore
      const gained = yield* Deferred.make<void>()
      const lookNow = { call: () => {} }
      let claims = 0
      // The company is made just after the first claim, when the round is not over yet.
      const late = Layer.succeed(EventStore, {
        ...store,
        claim: (...args) =>
          Effect.tap(store.claim(...args), () =>
            claims++ > 0
              ? Effect.void
              : Effect.tap(store.createCompany("acme", 1), () => Effect.sync(lookNow.call))
          )
      })
      yield* Effect.gen(function* () {
        const ownership = yield* Ownership
        lookNow.call = ownership.lookNow
        yield* Effect.raceFirst(
          ownership.keep({ gained: () => Deferred.succeed(gained, undefined), lost: () => Effect.void }),
          Deferred.await(gained)
        )
      }).pipe(
        Effect.provide(
          Ownership.layerLease({ owner: "b", leaseMs: hourMs }).pipe(
            Layer.provide(late),
            Layer.provide(EngineClock.layer())
          )
        )
      )
      expect(claims).toBe(2)
    }).pipe(Effect.provide(database.layer), Effect.runPromise))
})
