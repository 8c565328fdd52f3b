import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { assign, emit, fromPromise, sendTo, setup } from "xstate"
import { findCauses, tellSteps } from "../../../actors/why/why.ts"
import { findEffects } from "../../../actors/why/why-effects.ts"
import { WhyEffect, WhyEvent } from "../../../actors/why/why-event.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { actorAt } from "../../../machines/listed-machine.ts"
import { MemoryWorld, registerAll } from "../memory-world.ts"

/** An order that asks the bank, waits a while, and tells the store; the store tells it when it has packed. */
const order = setup({
  types: {} as {
    context: { paid: number }
    events: { type: "Ordered"; name: string } | { type: "Packed" }
  },
  actors: { charge: fromPromise<{ amount: number }>(() => Promise.reject(new Error("the test ends it"))) },
  delays: { cooling: 5_000 },
  guards: {
    isPaid: ({ event }) => (event as unknown as { output: { amount: number } }).output.amount > 0,
    cooled: ({ context }, { least }: { least: number }) => context.paid >= least
  },
  actions: {
    note: assign({ paid: ({ event }) => (event as unknown as { output: { amount: number } }).output.amount }),
    tellStore: sendTo(
      () => actorAt("store", "s1"),
      ({ context }) => ({
        type: "PackAsked",
        paid: context.paid
      })
    ),
    sayPaid: emit(({ context }) => ({ type: "OrderPaid", paid: context.paid })),
    sayDone: emit({ type: "OrderDone" })
  }
}).createMachine({
  id: "order",
  version: "1.0.0",
  context: { paid: 0 },
  initial: "new",
  states: {
    new: { on: { Ordered: "paying" } },
    paying: {
      invoke: {
        id: "charge",
        src: "charge",
        onDone: { guard: "isPaid", target: "cooling", actions: ["note", "sayPaid"] }
      }
    },
    cooling: {
      after: {
        cooling: { guard: { type: "cooled", params: { least: 10 } }, target: "packing", actions: "tellStore" }
      }
    },
    packing: { on: { Packed: { target: "done", actions: "sayDone" } } },
    done: {}
  }
})

const store = setup({
  types: {} as { context: object; events: { type: "PackAsked"; paid: number } },
  actions: {
    tellOrder: sendTo(() => actorAt("order", "1"), { type: "Packed" }),
    sayPacked: emit({ type: "StorePacked" })
  }
}).createMachine({
  id: "store",
  version: "2.0.0",
  context: {},
  on: { PackAsked: { actions: ["sayPacked", "tellOrder"] } }
})

const registry = registerAll([{ machine: order }, { machine: store }], [])
const [orderVersion, storeVersion] = ["order", "store"].map((name) => registry.get(name)!.current.version)
const t0 = 1_780_318_800_000

/** 1 started, 2 Ordered, 3 paid, 4 OrderPaid, 5 timer, 6 Packed, 7 OrderDone; the store: 1 started, 2 asked, 3 packed. */
const aDelivery = () => {
  const world = new MemoryWorld(registry, {}, t0)
  world.deliver("order/1", "Ordered", { name: "Rita" }, { principal: "person:rita" })
  world.now += 1000
  const work = { attempts: 2, askedAt: t0, firstAttemptAt: t0 + 1, endedAt: t0 + 1000 }
  world.end("order/1", "charge", { output: { amount: 20 }, ...work })
  world.advance(5000)
  return world
}

const at = (machine: string, id: string, version: number) => ({
  address: { company: "acme", machine, id },
  version
})
type Change = (event: StoredEvent) => StoredEvent
const causesOf = (world: MemoryWorld, place: ReturnType<typeof at>, change?: Change) =>
  Effect.runPromise(
    Effect.flatMap(findCauses(place), (tree) => tellSteps(world.registry, tree)).pipe(
      Effect.provide(world.layer(change))
    )
  )
const effectsOf = (world: MemoryWorld, place: ReturnType<typeof at>, change?: Change) =>
  Effect.runPromise(Effect.provide(findEffects(world.registry, place), world.layer(change)))

/** Type, place and how it came, up the chain. */
const chain = (event: WhyEvent): ReadonlyArray<string> => [
  `${event.address}@${event.version} ${event.type} by ${event.by}${event.end === null ? "" : `, ${event.end}`}`,
  ...event.causes.flatMap(chain)
]

const step = {
  status: "active",
  error: null,
  transitions: [],
  guards: [],
  actions: [],
  timersSet: [],
  timersCancelled: [],
  jobsAsked: [],
  jobsCancelled: [],
  messages: [],
  emitted: [],
  timerDueAt: null,
  agrees: true
}

const facts = {
  partition: 1,
  data: {},
  withheld: null,
  correlation: null,
  job: null,
  stepUnknown: null,
  end: null
}

describe("the causes of an event", () => {
  it("go up through messages, timers and jobs to what came from outside, over streams", async () => {
    expect(chain(await causesOf(aDelivery(), at("order", "1", 7)))).toEqual([
      "acme/order/1@7 OrderDone by step",
      "acme/order/1@6 Packed by message",
      "acme/store/s1@2 PackAsked by message",
      "acme/order/1@5 TimerFired by timer",
      "acme/order/1@3 JobSucceeded by job",
      "acme/order/1@2 Ordered by outside, outside"
    ])
  })

  it("say all of the event, of its step, of the guards asked, and of the job", async () => {
    const told = await causesOf(aDelivery(), at("store", "s1", 3))
    const ordered = {
      ...facts,
      address: "acme/order/1",
      version: 2,
      position: 2,
      kind: "input",
      type: "Ordered",
      data: { name: "Rita" },
      occurredAt: t0,
      recordedAt: t0,
      principal: "person:rita",
      machineVersion: orderVersion,
      causation: null,
      by: "outside",
      step: {
        ...step,
        before: "new",
        after: "paying",
        transitions: [{ from: "order.new", on: "Ordered", to: ["order.paying"], guard: null, taken: true }],
        jobsAsked: [{ job: "2.0", name: "charge" }]
      },
      causes: [],
      end: "outside"
    }
    const paid = {
      ...facts,
      address: "acme/order/1",
      version: 3,
      position: 3,
      kind: "input",
      type: "JobSucceeded",
      data: {
        job: "2.0",
        name: "charge",
        output: { amount: 20 },
        attempts: 2,
        askedAt: t0,
        firstAttemptAt: t0 + 1,
        endedAt: t0 + 1000
      },
      occurredAt: t0 + 1000,
      recordedAt: t0 + 1000,
      principal: "engine",
      machineVersion: orderVersion,
      causation: "order/1@2",
      by: "job",
      job: {
        job: "2.0",
        name: "charge",
        failed: null,
        attempts: 2,
        askedAt: t0,
        firstAttemptAt: t0 + 1,
        endedAt: t0 + 1000
      },
      step: {
        ...step,
        before: "paying",
        after: "cooling",
        transitions: [
          {
            from: "order.paying",
            on: "done charge",
            to: ["order.cooling"],
            guard: { name: "isPaid", params: null, result: true, asked: [] },
            taken: true
          }
        ],
        actions: ["note", "sayPaid"],
        timersSet: [{ timer: "cooling", dueAt: t0 + 6000 }],
        emitted: ["OrderPaid"]
      },
      causes: [ordered]
    }
    const cooled = {
      ...facts,
      address: "acme/order/1",
      version: 5,
      position: 5,
      kind: "input",
      type: "TimerFired",
      data: { timer: "cooling" },
      occurredAt: t0 + 6000,
      recordedAt: t0 + 6000,
      principal: "engine",
      machineVersion: orderVersion,
      causation: "order/1@3",
      by: "timer",
      step: {
        ...step,
        before: "cooling",
        after: "packing",
        transitions: [
          {
            from: "order.cooling",
            on: "after cooling",
            to: ["order.packing"],
            guard: { name: "cooled", params: { least: 10 }, result: true, asked: [] },
            taken: true
          }
        ],
        actions: ["tellStore"],
        messages: [{ to: "acme/store/s1", type: "PackAsked" }],
        timerDueAt: t0 + 6000
      },
      causes: [paid]
    }
    const asked = {
      ...facts,
      address: "acme/store/s1",
      version: 2,
      position: 7,
      kind: "input",
      type: "PackAsked",
      data: { paid: 20 },
      occurredAt: t0 + 6000,
      recordedAt: t0 + 6000,
      principal: "actor:order/1",
      machineVersion: storeVersion,
      causation: "order/1@5",
      by: "message",
      step: {
        ...step,
        before: {},
        after: {},
        transitions: [{ from: "store", on: "PackAsked", to: [], guard: null, taken: true }],
        actions: ["sayPacked", "tellOrder"],
        messages: [{ to: "acme/order/1", type: "Packed" }],
        emitted: ["StorePacked"]
      },
      causes: [cooled]
    }
    expect(told).toEqual({
      ...facts,
      address: "acme/store/s1",
      version: 3,
      position: 8,
      kind: "emitted",
      type: "StorePacked",
      occurredAt: t0 + 6000,
      recordedAt: t0 + 6000,
      principal: "engine",
      machineVersion: storeVersion,
      causation: "store/s1@2",
      by: "step",
      step: null,
      causes: [asked]
    })
    expect(Schema.decodeUnknownSync(WhyEvent)(told)).toEqual(told)
  })

  it("end where nobody knows further, and say so", async () => {
    const world = aDelivery()
    world.deliver("order/1", "Packed", {}, { causation: "order/9@4" })
    expect(chain(await causesOf(world, at("order", "1", 8)))).toEqual([
      "acme/order/1@8 Packed by outside, missing"
    ])
    world.deliver("order/1", "Packed", {}, { causation: "order/1@9" })
    expect(chain(await causesOf(world, at("order", "1", 9)))).toEqual([
      "acme/order/1@9 Packed by outside, toldAbove"
    ])
    await expect(causesOf(world, at("order", "1", 10))).rejects.toThrow(
      "there is no acme/order/1@10: acme/order/1 has versions 1 to 9"
    )
    await expect(causesOf(world, at("order", "2", 1))).rejects.toThrow("acme/order/2 has no event")
  })

  const stepsUp = async (change: Change, place = at("order", "1", 4)) => {
    const [paid] = (await causesOf(aDelivery(), place, change)).causes
    return [paid?.step, paid?.stepUnknown, paid?.causes[0]?.step === null]
  }

  it("leave out the guards of a version that is not listed any more", async () => {
    expect(
      await stepsUp((event) => (event.version === 3 ? { ...event, machineVersion: "0.9.0+aa" } : event))
    ).toEqual([null, "version 0.9.0+aa took it, which is not listed any more", false])
  })

  it("leave out what an erased person's events decided, until an event carries the state again", async () => {
    const erased: Change = (event) =>
      event.version === 2 ? { ...event, data: { name: "" }, withheld: "erased" } : event
    const words = "the person is erased: what decided can't be known any more"
    expect(await stepsUp(erased)).toEqual([null, words, true])
  })

  it("say that the key is missing where events are sealed", async () => {
    const [step, unknown] = await stepsUp((event) => ({ ...event, withheld: "locked" as const }))
    expect([step, unknown]).toEqual([
      null,
      "the personal data is sealed, and its key can't be unwrapped here: name the master key to see what decided"
    ])
  })

  it("tell when the step taken again says other facts than are stored", async () => {
    const other: Change = (event) => (event.version === 4 ? { ...event, data: { paid: 21 } } : event)
    const told = await causesOf(aDelivery(), at("order", "1", 4), other)
    expect(told.causes[0]?.step?.agrees).toBe(false)
  })
})

/** Type and place, as nested lists. */
const down = (effect: WhyEffect): ReadonlyArray<unknown> => [
  `${effect.address}@${effect.version} ${effect.type}${effect.end === null ? "" : `, ${effect.end}`}`,
  ...effect.effects.map(down)
]

describe("the effects of an event", () => {
  it("go down through jobs, timers and messages, over streams", async () => {
    const effects = await effectsOf(aDelivery(), at("order", "1", 2))
    expect(down(effects!)).toEqual([
      "acme/order/1@2 Ordered",
      [
        "acme/order/1@3 JobSucceeded",
        ["acme/order/1@4 OrderPaid"],
        [
          "acme/order/1@5 TimerFired",
          ["acme/store/s1@1 ActorStarted"],
          [
            "acme/store/s1@2 PackAsked",
            ["acme/store/s1@3 StorePacked"],
            ["acme/order/1@6 Packed", ["acme/order/1@7 OrderDone"]]
          ]
        ]
      ]
    ])
    expect(Schema.decodeUnknownSync(WhyEffect)(effects)).toEqual(effects)
  })

  it("of a fact are those of its step, without itself", async () => {
    const effects = await effectsOf(aDelivery(), at("store", "s1", 3))
    expect(down(effects!)).toEqual([
      "acme/store/s1@3 StorePacked",
      ["acme/order/1@6 Packed", ["acme/order/1@7 OrderDone"]]
    ])
  })

  it("say where messages are not told, because the step can't be taken again", async () => {
    const change: Change = (event) =>
      event.type === "TimerFired" ? { ...event, machineVersion: "0.9.0+aa" } : event
    expect(down((await effectsOf(aDelivery(), at("order", "1", 5), change))!)).toEqual([
      "acme/order/1@5 TimerFired, messagesUnknown"
    ])
    expect(await effectsOf(aDelivery(), at("order", "1", 99))).toBeUndefined()
  })
})
