import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { MasterKeys } from "../../eventstore/personal/master-keys.ts"
import { databases, type TestDatabase } from "../databases.ts"
import { foldAll } from "./checks/check-run.ts"
import { copyInto } from "./into/copy-into.ts"
import { runWorld } from "./run-seed.ts"
import { masterKeys } from "./world/node.ts"

describe.each(databases)("a simulated history on $name", (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await kind.make()
  })
  afterAll(() => database?.drop())

  it("is written as it was, opens with the store's own keys, and is written once", async () => {
    const world = runWorld({ seed: 3, leads: 4, days: 2, faults: new Set(), company: "demo" })
    const simulated = foldAll(world).flatMap(({ events }) => events)
    const runtime = ManagedRuntime.make(database.layer)
    const copy = Effect.gen(function* () {
      return yield* copyInto(world.store.tables, yield* Effect.provide(MasterKeys, masterKeys), () => {})
    })
    expect(await runtime.runPromise(copy)).toEqual({
      companies: 1,
      partitions: 4,
      events: simulated.length,
      subjects: 4
    })
    const read = await runtime.runPromise(
      Effect.gen(function* () {
        const history = yield* History
        const pages = [1, 2, 3, 4].map((partition) => history.readPartition("demo", partition, 0, 100_000))
        return (yield* Effect.all(pages)).flat()
      })
    )
    const told = (events: typeof read) =>
      events.map(({ stream, version, data }) => `${stream}@${version} ${JSON.stringify(data)}`).sort()
    expect(told(read)).toEqual(told(simulated))
    const timers = await runtime.runPromise(
      Effect.flatMap(EventStore, (store) =>
        store.dueTimers({ companies: ["demo", "demo", "demo", "demo"], partitions: [1, 2, 3, 4] }, 9e15, 100)
      )
    )
    expect(timers).toHaveLength(world.store.tables.timers.size)
    await expect(runtime.runPromise(copy)).rejects.toThrow(
      `the company "demo" has ${simulated.length} events`
    )
    await runtime.dispose()
  })
})
