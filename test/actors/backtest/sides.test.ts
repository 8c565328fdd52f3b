import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { emit, setup } from "xstate"
import { type BacktestLimits, type BacktestScope, backtest } from "../../../actors/backtest/backtest.ts"
import { type PlanOptions, planOf } from "../../../actors/backtest/backtest-plan.ts"
import { prepare } from "../../../actors/machine/running-machine.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { registerOne } from "../stored-history.ts"
import { memoryStore } from "./memory-store.ts"
import { asPartition, monday10, Recording } from "./recording.ts"

/** A till that says the total of each sale; a bonus is given from `bonusFrom` on, or from `lower` less. */
const till = (version: string, lower = 0) =>
  setup({
    types: {
      events: {} as { type: "Sold"; amount: number } | { type: "BonusChanged"; bonusFrom: number },
      context: {} as { bonusFrom: number },
      input: {} as { bonusFrom?: number; shop?: string } | null
    }
  }).createMachine({
    id: "till",
    version,
    context: ({ input }) => ({ bonusFrom: input?.bonusFrom ?? 100 }),
    on: {
      Sold: [
        {
          guard: ({ context, event }) => event.amount >= context.bonusFrom - lower,
          actions: [
            emit(({ context, event }) => ({
              type: "TotalSaid",
              total: event.amount,
              bonusFrom: context.bonusFrom
            })),
            emit({ type: "BonusGiven" })
          ]
        },
        {
          actions: emit(({ context, event }) => ({
            type: "TotalSaid",
            total: event.amount,
            bonusFrom: context.bonusFrom
          }))
        }
      ]
    }
  })

const events = {
  Sold: Schema.Struct({ amount: Schema.Number, at: Schema.Number }),
  BonusChanged: Schema.Struct({ bonusFrom: Schema.Number, at: Schema.Number })
}
const registered = registerOne({ machine: till("1.0.0"), events })
const noFilter = { having: [], where: [] }

const sales = (id: string, amounts: ReadonlyArray<number>, input: object | null = null, began = monday10) => {
  const recording = new Recording(registered, id, input, began)
  for (const amount of amounts) recording.wait(1000).say("Sold", { amount })
  return recording
}

const run = (
  given: ReadonlyArray<StoredEvent>,
  machine = till("2.0.0", 50),
  options: PlanOptions = {},
  scope: Partial<BacktestScope> = {},
  limits: Partial<BacktestLimits> = {},
  of = registered
) => {
  const store = memoryStore(given)
  const plan = planOf(of, { running: prepare(machine) }, options)
  return Effect.runPromise(
    Effect.map(
      Effect.provide(backtest(plan, { ...noFilter, ...scope }, undefined, limits), store.layer),
      (report) => ({ ...report, asked: new Set(store.asked) })
    )
  )
}

const places = ({ divergences }: Awaited<ReturnType<typeof run>>) =>
  divergences.map(({ address, version }) => `${address}@${version}`)

describe("a backtest", () => {
  it("reads, and does nothing else to the store", async () => {
    const { asked } = await run(asPartition([sales("1", [10, 70])]))
    expect(asked).toEqual(new Set(["partitions", "readPartition"]))
  })

  it("keeps streams apart that stand between each other in a partition", async () => {
    const three = [sales("1", [10, 20]), sales("2", [10, 70]), sales("3", [60, 10])]
    const report = await run(asPartition(three))
    expect(places(report)).toEqual(["acme/till/2@4", "acme/till/3@2"])
    expect(report.streams).toEqual({ all: 3, same: 1, diverged: 2, skipped: 0 })
    expect(report.emitted).toEqual([{ name: "BonusGiven", gained: 2, lost: 0, changed: 0 }])
  })

  it("gives the same report whatever the pages, and with few states in memory", async () => {
    const many = Array.from({ length: 40 }, (_, n) => sales(`${n}`, [10, n * 2, 70, n]))
    const partition = asPartition(many)
    const { asked: _, ...whole } = await run(partition)
    for (const limits of [{ pageEvents: 3 }, { pageEvents: 7, streamsInMemory: 2 }]) {
      const { asked: __, ...pieces } = await run(partition, undefined, {}, {}, limits)
      const sorted = (of: typeof whole) => ({
        ...of,
        divergences: of.divergences.toSorted((a, b) => a.address.localeCompare(b.address))
      })
      expect(sorted(pieces)).toEqual(sorted(whole))
    }
  })

  it("takes only streams that began in the time asked for, and goes no further than asked", async () => {
    const hour = 3_600_000
    const three = [
      sales("1", [70]),
      sales("2", [70], null, monday10 + hour),
      sales("3", [10, 70], null, monday10 + 2 * hour)
    ]
    const partition = asPartition(three)
    expect(places(await run(partition, undefined, {}, { since: monday10 + hour }))).toEqual([
      "acme/till/2@2",
      "acme/till/3@4"
    ])
    expect(places(await run(partition, undefined, {}, { since: monday10 + 1 }))).toEqual([
      "acme/till/2@2",
      "acme/till/3@4"
    ])
    expect(places(await run(partition, undefined, {}, { until: monday10 + 2 * hour + 1000 }))).toEqual([
      "acme/till/1@2",
      "acme/till/2@2"
    ])
    expect(places(await run(partition, undefined, {}, { company: "acme", id: "3" }))).toEqual([
      "acme/till/3@4"
    ])
  })

  it("takes only streams that hold an event or started as asked", async () => {
    const two = [sales("1", [70], { shop: "north" }), sales("2", [70, 200], { shop: "south" })]
    const partition = asPartition(two)
    expect(places(await run(partition, undefined, {}, { having: ["BonusGiven"] }))).toEqual(["acme/till/2@2"])
    expect(
      places(await run(partition, undefined, {}, { where: [{ path: ["shop"], value: "north" }] }))
    ).toEqual(["acme/till/1@2"])
  })
})

describe("a setting", () => {
  const setting = { path: ["bonusFrom"], value: 50 }

  it("stands in the input and in later events, and facts that repeat it are no difference", async () => {
    const one = sales("1", [10], { bonusFrom: 100 })
    one.say("BonusChanged", { bonusFrom: 90 }).wait(1000).say("Sold", { amount: 20 })
    const report = await run(asPartition([one, sales("2", [10, 60], { bonusFrom: 100 })]), till("1.0.0"), {
      settings: [setting]
    })
    expect([places(report), report.unplaced]).toEqual([["acme/till/2@4"], []])
    expect(report.divergences[0]?.differences).toEqual([
      { kind: "emitted", name: "BonusGiven", change: "gained", old: null, new: {} }
    ])
  })

  it("that has a place in no input is told", async () => {
    const { unplaced, streams } = await run(asPartition([sales("1", [60])]), till("1.0.0"), {
      settings: [setting]
    })
    expect([unplaced, streams.same]).toEqual([["bonusFrom=50"], 1])
  })
})

describe("the recorded side", () => {
  const old = (given: ReadonlyArray<StoredEvent>) =>
    given.map((event) => ({ ...event, machineVersion: "0.9.0+00000000" }))

  it("is the stored facts alone when its version is not listed, and a note says so", async () => {
    const report = await run(old(asPartition([sales("1", [10, 70])])))
    expect(places(report)).toEqual(["acme/till/1@4"])
    expect(report.notes[0]).toBe(
      "version 0.9.0+00000000 is not listed any more: of its steps only the stored facts, answered jobs and fired timers were compared"
    )
  })

  it("is what the machine named for it draws", async () => {
    const report = await run(old(asPartition([sales("1", [10, 70])])), undefined, {
      standIn: registered.current
    })
    expect([places(report), report.notes]).toEqual([["acme/till/1@4"], []])
  })

  it("is drawn by the version that took each step", async () => {
    const both = registerOne({ machine: till("2.0.0", 50), previous: [till("1.0.0")], events })
    const versions = [...both.versions.values()]
    const recording = new Recording(both, "1", { bonusFrom: 100 }).becomes(versions[0]!)
    recording.events[0] = { ...recording.events[0]!, machineVersion: versions[0]!.version }
    recording.wait(1).say("Sold", { amount: 20 })
    recording.becomes(both.current).wait(1).say("Sold", { amount: 70 }).wait(1).say("Sold", { amount: 40 })
    const report = await run(asPartition([recording]), till("3.0.0", 70), {}, {}, {}, both)
    expect([places(report), report.notes]).toEqual([["acme/till/1@7"], []])
  })
})

describe("a stream that says nothing of the candidate is left out and told", () => {
  const two = () => asPartition([sales("1", [10, 70]), sales("2", [10, 20])])
  const change = (version: number, by: Partial<StoredEvent>) =>
    two().map((event) =>
      event.stream === "till/1" && event.version === version ? { ...event, ...by } : event
    )
  const skipped = async (given: ReadonlyArray<StoredEvent>) => {
    const report = await run(given)
    return { ...report.skipped[0], same: report.streams.same, events: report.events.skipped }
  }

  it.each<[string, Partial<StoredEvent>, number, object]>([
    ["erased", { withheld: "erased" }, 2, { first: "acme/till/1@2", detail: "its personal data is erased" }],
    [
      "erased",
      { type: "SubjectErased" },
      4,
      { first: "acme/till/1@4", detail: "its personal data is erased" }
    ],
    ["locked", { withheld: "locked" }, 1, { first: "acme/till/1@1", detail: "its personal data is locked" }],
    [
      "unknownEvent",
      { type: "Refunded" },
      4,
      { first: "acme/till/1@4", detail: "no version here knows Refunded" }
    ],
    ["parked", { version: 9 }, 4, { first: "acme/till/1@4", detail: "version 4 is missing, 9 comes next" }]
  ])("%s: %j", async (reason, by, version, more) => {
    expect(await skipped(change(version, by))).toEqual({ reason, streams: 1, ...more, same: 1, events: 5 })
  })

  it("unfaithful: a stored fact was changed", async () => {
    const given = change(3, { data: { total: 11, bonusFrom: 100 } })
    expect(await skipped(given)).toEqual({
      reason: "unfaithful",
      streams: 1,
      first: "acme/till/1@2",
      detail: `at version 3 ${registered.current.version} says TotalSaid, and TotalSaid is stored`,
      same: 1,
      events: 5
    })
  })
})
