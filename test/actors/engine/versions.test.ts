import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { type AnyStateMachine, assign, emit, setup } from "xstate"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { alarm, counter } from "./world/machines.ts"
import { describeEngine } from "./world/suite.ts"

type Stepped = { readonly type: "Step" } | { readonly type: "Pause" }

/** A walk of states in the order of `names`; each step says a word. */
const walk = (version: string, names: ReadonlyArray<string>, said = "At", word = "1.0.0"): AnyStateMachine =>
  setup({
    types: { events: {} as Stepped, context: {} as { steps: number } },
    actions: { count: assign({ steps: ({ context }) => context.steps + 1 }) }
  }).createMachine({
    id: "walk",
    version,
    initial: names[0]!,
    context: { steps: 0 },
    states: Object.fromEntries(
      names.map((name, place) => [
        name,
        {
          on: {
            Step: {
              target: names[Math.min(place + 1, names.length - 1)]!,
              actions: ["count", emit({ type: said, version: word })]
            }
          }
        }
      ])
    ) as never
  }) as never

const first = walk("1.0.0", ["a", "b", "c", "d"])
const second = walk("2.0.0", ["a", "b", "c", "d", "e"])
const renamed = walk("3.0.0", ["a", "bee", "c"])
const other = walk("4.0.0", ["a", "b", "c", "d"], "Elsewhere")
const otherWord = walk("5.0.0", ["a", "b", "c", "d"], "At", "5.0.0")
const step = { type: "Step" }

describeEngine("versions of a machine", (given) => {
  /** An actor that has come to `b` under the first version. */
  const walked = async (snapshotEvery: number) => {
    const engine = await given.start({ machines: [{ machine: first }], limits: { snapshotEvery } })
    await engine.deliver("walk/old", step)
    const { machineVersion } = (await engine.view("walk/old"))!
    await engine.stop()
    return machineVersion
  }

  it("run side by side: an actor keeps its own while it is listed", async () => {
    const before = await walked(32)
    const engine = await given.start({ machines: [{ machine: otherWord, previous: [first] }] })
    await engine.deliver("walk/old", step)
    await engine.deliver("walk/new", step)
    const events = (await engine.events("walk/old")).filter(({ kind }) => kind === "emitted")
    expect(events.map(({ data }) => data.version)).toEqual(["1.0.0", "1.0.0"])
    expect(await engine.view("walk/old")).toMatchObject({ value: "c", machineVersion: before })
    expect((await engine.view("walk/new"))!.machineVersion).toMatch(/^5\.0\.0\+[0-9a-f]{8}$/)
  })

  it.each([1, 1000])(
    "change by an event of their own when the old one is gone and its state fits (snapshot every %i)",
    async (snapshotEvery) => {
      const before = await walked(snapshotEvery)
      const engine = await given.start({ machines: [{ machine: second }], limits: { snapshotEvery } })
      expect(await engine.view("walk/old")).toMatchObject({ value: "b", version: 3 })
      await engine.deliver("walk/old", step)
      const now = (await engine.view("walk/old"))!
      expect(now).toMatchObject({ value: "c", context: { steps: 2 }, version: 6 })
      const [migrated, ...rest] = (await engine.events("walk/old")).slice(3)
      expect(migrated).toMatchObject({
        type: "ActorMigrated",
        kind: "input",
        principal: "engine",
        data: { from: before, to: now.machineVersion, state: { value: "b", context: { steps: 1 } } }
      })
      expect(rest.map(({ type, machineVersion }) => [type, machineVersion])).toEqual([
        ["Step", now.machineVersion],
        ["At", now.machineVersion]
      ])
      await engine.stop()
      await given.database.admin("delete from es.snapshot")
      const again = await given.start({ machines: [{ machine: second }] })
      await again.deliver("walk/old", step)
      expect(await again.view("walk/old")).toMatchObject({ value: "d", context: { steps: 3 }, version: 8 })
      expect((await again.types("walk/old")).filter((type) => type === "ActorMigrated")).toHaveLength(1)
    }
  )

  it.each([1, 1000])(
    "park an actor whose state the new one does not have, and say what helps (snapshot every %i)",
    async (snapshotEvery) => {
      const before = await walked(snapshotEvery)
      const engine = await given.start({ machines: [{ machine: renamed }], limits: { snapshotEvery } })
      if (snapshotEvery > 1) {
        // Folded anew, the old history has a place in the new machine.
        expect(await engine.view("walk/old")).toMatchObject({ value: "bee" })
        return
      }
      const refused = await engine.refuse("walk/old", step)
      expect(refused).toMatchObject({ _tag: "EventRefused", reason: "parked" })
      expect(refused.message).toContain(`acme/walk/old ran walk ${before}, which is not listed`)
      expect(refused.message).toContain('List the older machine under "previous", or give "migrate".')
      expect(await engine.types("walk/old")).toEqual(["ActorStarted", "Step", "At"])
      await engine.deliver("walk/new", step)
    }
  )

  it.each([
    [other, "at version 3 it would say Elsewhere, and At was said"],
    [otherWord, "at version 3 it would say another At than was said"]
  ])("park an actor of which the new one would have said something else (%#)", async (machine, words) => {
    await walked(1000)
    const engine = await given.start({ machines: [{ machine }] })
    const refused = await engine.refuse("walk/old", step)
    expect(refused).toMatchObject({ reason: "parked" })
    expect(refused.message).toContain(words)
  })

  it("are bridged by migrate", async () => {
    const before = await walked(1)
    const asked: Array<unknown> = []
    const migrate = (state: unknown, from: string) => {
      asked.push(from)
      return { ...(state as object), value: "bee", nodes: ["walk", "walk.bee"], context: { steps: 10 } }
    }
    const engine = await given.start({ machines: [{ machine: renamed, migrate }] })
    await engine.deliver("walk/old", step)
    expect(await engine.view("walk/old")).toMatchObject({ value: "c", context: { steps: 11 } })
    expect(asked).toEqual([before])
    await engine.stop()
    await given.database.admin("delete from es.snapshot")
    const again = await given.start({ machines: [{ machine: renamed }] })
    expect(await again.view("walk/old")).toMatchObject({ value: "c", context: { steps: 11 } })
  })

  it("differ when a rule differs, though the declared version is the same", async () => {
    const same = walk("1.0.0", ["a", "b", "c", "d", "e"])
    const before = await walked(32)
    const engine = await given.start({ machines: [{ machine: same }] })
    await engine.deliver("walk/old", step)
    expect((await engine.view("walk/old"))!.machineVersion).not.toBe(before)
    expect(await engine.types("walk/old")).toContain("ActorMigrated")
  })

  it("keep timers that were set before", async () => {
    const before = await given.start({ machines: [{ machine: alarm }] })
    await before.deliver("alarm/1", { type: "Wind", pause: 8000 })
    await before.stop()
    const later = alarm.provide({ actions: { set: assign({ pause: 1 }) } })
    const engine = await given.start({ machines: [{ machine: later }] })
    given.clock.advance(8000)
    await engine.seen("alarm/1", "Rang")
    expect(await engine.types("alarm/1")).toEqual([
      "ActorStarted",
      "Wind",
      "ActorMigrated",
      "TimerFired",
      "Rang"
    ])
  })
})

describeEngine("loading an actor", (given) => {
  const machines = [{ machine: counter }]
  const add = { type: "Add" }

  /** Keeps how many events each load read. */
  const counting = (reads: Array<number>) =>
    Layer.effect(
      EventStore,
      Effect.map(EventStore, (store) => ({
        ...store,
        loadActors: (companies, streams) =>
          Effect.tap(store.loadActors(companies, streams), (loaded) =>
            Effect.sync(() => void reads.push(...loaded.map(({ events }) => events.length)))
          )
      }))
    )

  it("costs the same after ten events and after a thousand", async () => {
    const engine = await given.start({ machines, limits: { snapshotEvery: 10 } })
    for (const [of, count] of [
      ["counter/short", 5],
      ["counter/long", 500]
    ] as const) {
      for (let n = 0; n < count; n += 50) {
        await Promise.all(Array.from({ length: Math.min(50, count) }, () => engine.deliver(of, add)))
      }
    }
    await engine.stop()
    const reads: Array<number> = []
    const again = await given.start({ machines, store: counting(reads) })
    expect(await again.view("counter/long")).toMatchObject({ context: { count: 500 }, version: 1001 })
    expect(await again.view("counter/short")).toMatchObject({ context: { count: 5 }, version: 11 })
    expect(Math.max(...reads)).toBeLessThanOrEqual(10)
  })

  it("is the same when the snapshots are taken away at any moment", async () => {
    const engine = await given.start({ machines, limits: { snapshotEvery: 3, actorsInMemory: 1 } })
    for (let n = 1; n <= 20; n++) {
      expect(
        await engine.deliver("counter/1", add, { expectedVersion: n === 1 ? "none" : 2 * n - 1 })
      ).toMatchObject({
        version: 2 * n
      })
      await engine.deliver("counter/2", add)
      if (n % 4 === 0) await given.database.admin("delete from es.snapshot")
    }
    expect(await engine.view("counter/1")).toMatchObject({ context: { count: 20 }, version: 41 })
  })

  it("lets the longest unused go, and never one that is at work", async () => {
    const engine = await given.start({ machines, limits: { actorsInMemory: 3 } })
    const ids = Array.from({ length: 20 }, (_, n) => n)
    for (let round = 1; round <= 3; round++) {
      await Promise.all(ids.map((id) => engine.deliver(`counter/${id}`, add)))
    }
    await engine.deliver("counter/one-more", add)
    expect((await engine.run(engine.engine.status)).actorsInMemory).toBeLessThanOrEqual(3)
    for (const id of ids) expect(await engine.view(`counter/${id}`)).toMatchObject({ context: { count: 3 } })
  })

  it("waits for its start input without a second one beside it", async () => {
    let hold: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      hold = resolve
    })
    let asked = 0
    const engine = await given.start({
      machines,
      limits: { actorsInMemory: 1 },
      startInput: ({ id }) => {
        if (id === "slow" && asked++ === 0)
          return Effect.as(
            Effect.promise(() => held),
            "first"
          )
        return Effect.succeed("second")
      }
    })
    const slow = engine.deliver("counter/slow", add, { key: "k1" })
    for (let n = 0; n < 5; n++) await engine.deliver(`counter/${n}`, add)
    await engine.deliver("counter/slow", add, { key: "k2" })
    for (let n = 0; n < 5; n++) await engine.deliver(`counter/${n}`, add)
    hold()
    expect(await slow).toMatchObject({ duplicate: false, version: 4 })
    expect(await engine.view("counter/slow")).toMatchObject({ context: { count: 2, started: "second" } })
  })

  it("gives the fold old data as the present schema has it", async () => {
    const old = await given.start({ machines })
    await old.deliver("counter/1", { type: "Add", by: 5 })
    await old.stop()
    // Version 2 of the data counts in dozens under another name.
    const dozens = setup({
      types: {
        context: {} as { count: number; started: unknown },
        events: {} as { type: "Add"; dozens: number }
      },
      actions: {
        add: assign({ count: ({ context, event }) => context.count + event.dozens * 12 }),
        tell: emit(({ context }) => ({ type: "Counted", count: context.count }))
      }
    }).createMachine({
      id: "counter",
      version: "2.0.0",
      context: ({ input }) => ({ count: 0, started: input ?? null }),
      on: { Add: { actions: ["add", "tell"] } }
    })
    const upcasters = { Add: [({ by, ...rest }: { by: number }) => ({ ...rest, dozens: by / 12 })] }
    const engine = await given.start({ machines: [{ machine: dozens, upcasters }] })
    await engine.deliver("counter/1", { type: "Add", dozens: 1 })
    expect(await engine.view("counter/1")).toMatchObject({ context: { count: 17 } })
    const events = (await engine.events("counter/1")).filter(({ type }) => type === "Add")
    expect(events.map(({ data, schemaVersion }) => [data, schemaVersion])).toEqual([
      [{ by: 5 }, 1],
      [{ dozens: 1 }, 2]
    ])
  })
})
