import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { assign, emit, setup } from "xstate"
import { persist, restore } from "../../../actors/machine/persisted-state.ts"
import { differencesMax, replay, replayStream } from "../../../actors/replay/replay.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { conversationMachine } from "../../../machines/conversation/machine.ts"
import { cost, input, settings } from "../../machines/conversation/example.ts"
import { movesOf } from "../moves.ts"
import { shapes } from "../shapes/all.ts"
import type { Shape } from "../shapes/shape.ts"
import { registerOne, StoredHistory } from "../stored-history.ts"

const runs = 60

beforeAll(() => {
  // XState warns of each event sent to an actor that has ended; that is part of many histories here.
  vi.spyOn(console, "warn").mockImplementation(() => {})
})
afterAll(() => {
  vi.restoreAllMocks()
})

const by = { by: "person:ana", reason: "test", at: 1 }
const said = { chunks: ["Oi!", "Qual o orçamento?"], language: "pt", answers: [], ...cost }
const conversation: Shape = {
  machine: conversationMachine,
  input: { ...input, settings: { ...settings, turnClosureMs: 100 } } as unknown as Json,
  events: [
    { type: "MessageReceived", messageId: "m1", at: 1, text: "oi" },
    { type: "MessageReceived", messageId: "m2", at: 2, text: "quanto custa?" },
    { type: "PersonTookOver", ...by },
    { type: "ReturnedToAi", ...by },
    { type: "HandOverAsked", ...by },
    { type: "DeliveryUpdated", messageId: "x1", status: "read", at: 3 }
  ],
  outputs: [said, { messageId: "x1", at: 2 }, { ...said, handOver: "askedForPerson" }],
  handlers: ["writeReply", "sendChunk", "showTyping"]
}

/** A till that says its total after each sale; `factor` and `version` make others of it. */
const till = (version: string, factor = 1) =>
  setup({
    types: {} as { context: { total: number }; events: { type: "Sold"; amount: number } }
  }).createMachine({
    id: "till",
    version,
    context: { total: 0 },
    initial: "open",
    states: {
      open: {
        on: {
          Sold: {
            actions: [
              assign({ total: ({ context, event }) => context.total + event.amount }),
              emit(({ context }) => ({ type: "TotalSaid", total: context.total * factor })),
              emit({ type: "Printed" })
            ]
          }
        }
      }
    }
  })

const soldHistory = (amounts: ReadonlyArray<number>) => {
  const registered = registerOne({ machine: till("1.0.0") })
  const history = new StoredHistory(registered)
  for (const amount of amounts) {
    history.now += 1000
    history.take("Sold", { amount })
  }
  return { registered, events: history.events, history }
}

const changed = (events: ReadonlyArray<StoredEvent>, version: number, change: Partial<StoredEvent>) =>
  events.map((event) => (event.version === version ? { ...event, ...change } : event))

describe("replay", () => {
  it.each([...shapes, conversation].map((shape) => [shape.machine.id, shape] as const))(
    "%s: the inputs of a random history give the emitted events that are stored, and the actor's state",
    (_, shape) => {
      const registered = registerOne({ machine: shape.machine }, shape.handlers)
      fc.assert(
        fc.property(movesOf(shape), (moves) => {
          const history = new StoredHistory(registered, shape.input ?? null)
          for (const move of moves) history.make(move)
          const { differences, agreed, stopped, state } = replay(registered, history.events)
          const emitted = history.events.filter((event) => event.kind === "emitted").length
          expect({ differences, agreed, stopped }).toEqual({
            differences: [],
            agreed: emitted,
            stopped: undefined
          })
          const live = history.actor.state
          expect([state?.value, state?.status, state?.context, state?.timers.length]).toEqual([
            live?.snapshot.value,
            live?.snapshot.status,
            live?.snapshot.context,
            live?.timers.length
          ])
        }),
        { numRuns: runs }
      )
    }
  )

  it.each(["changed data", "another type", "missing", "said twice"])(
    "finds any emitted event of a conversation that was tampered with: %s",
    (how) => {
      const registered = registerOne({ machine: conversationMachine }, conversation.handlers)
      fc.assert(
        fc.property(movesOf(conversation), fc.nat(), (moves, nth) => {
          const history = new StoredHistory(registered, conversation.input)
          for (const move of moves) history.make(move)
          const emitted = history.events.filter((event) => event.kind === "emitted")
          fc.pre(emitted.length > 0)
          const planted = plant(history.events, emitted[nth % emitted.length]!, how)
          expect(replay(registered, planted.events).differences[0]?.version).toBe(planted.foundAt)
        }),
        { numRuns: runs }
      )
    }
  )

  it("gives the state at a version, between an input and what was drawn from it too", () => {
    const { registered, events, history } = soldHistory([5, 7])
    expect(events.map(({ version, type }) => `${version} ${type}`)).toEqual([
      "1 ActorStarted",
      "2 Sold",
      "3 TotalSaid",
      "4 Printed",
      "5 Sold",
      "6 TotalSaid",
      "7 Printed"
    ])
    expect(replay(registered, events, { toVersion: 5 })).toEqual({
      version: 5,
      at: history.now,
      machineVersion: registered.current.version,
      state: {
        status: "active",
        value: "open",
        context: { total: 12 },
        timers: [],
        jobs: [],
        error: null
      },
      inputs: 3,
      emitted: 2,
      agreed: 2,
      differences: [],
      differing: 0,
      notes: [],
      stopped: undefined,
      withheld: 0
    })
  })

  it("gives the state at a time, and nothing before the first event", () => {
    const { registered, events, history } = soldHistory([5, 7])
    const at = (toTime: number) => {
      const { version, state } = replay(registered, events, { toTime })
      return [version, (state?.context as { total: number } | undefined)?.total]
    }
    expect([at(history.now), at(history.now - 1), at(history.now - 1001)]).toEqual([
      [7, 12],
      [4, 5],
      [0, undefined]
    ])
  })

  it("names what was expected and what stands there", () => {
    const { registered, events } = soldHistory([5, 7])
    const planted = changed(events, 3, { data: { total: 4 } })
    expect(replay(registered, planted).differences).toEqual([
      {
        version: 3,
        expected: { type: "TotalSaid", data: { total: 5 } },
        found: { type: "TotalSaid", data: { total: 4 } }
      }
    ])
  })

  it("finds a changed input by what it made the machine say", () => {
    const { registered, events } = soldHistory([5, 7])
    const planted = changed(events, 2, { data: { amount: 50 } })
    expect(replay(registered, planted).differences.map(({ version }) => version)).toEqual([3, 6])
  })

  it("misses what is owed at the end of a stream, but not when it was asked to stop before", () => {
    const { registered, events } = soldHistory([5])
    expect(replay(registered, events.slice(0, -1)).differences).toEqual([
      { version: 4, expected: { type: "Printed", data: {} }, found: null }
    ])
    expect(replay(registered, events, { toVersion: 3 }).differences).toEqual([])
  })

  it("stops at a hole in the stream and says where", () => {
    const { registered, events } = soldHistory([5, 7])
    const holed = events.filter(({ version }) => version !== 2)
    const { version, stopped } = replay(registered, holed)
    expect([version, stopped]).toEqual([1, { version: 3, message: "version 2 is missing, 3 comes next" }])
  })

  it("replays a version that is not listed with the present one, and says so", () => {
    const { events } = soldHistory([5])
    const doubled = registerOne({ machine: till("2.0.0", 2) })
    const old = events[0]!.machineVersion
    const { notes, differences } = replay(doubled, events)
    expect(notes).toEqual([`version ${old} is not listed; replayed with ${doubled.current.version}`])
    expect(differences).toEqual([
      {
        version: 3,
        expected: { type: "TotalSaid", data: { total: 10 } },
        found: { type: "TotalSaid", data: { total: 5 } }
      }
    ])
  })

  it("replays each step with the version that took it, across a migration", () => {
    const { history } = soldHistory([5])
    const both = registerOne({ machine: till("2.0.0", 2), previous: [till("1.0.0")] })
    history.actor.running = both.current
    history.actor.state = restore(both.current, persist(history.actor.state!)!)
    history.actor.migrateFrom = history.events[0]!.machineVersion
    history.take("Sold", { amount: 7 })
    const { differences, notes, agreed, state } = replay(both, history.events)
    expect(history.events.map(({ type }) => type)).toContain("ActorMigrated")
    expect({ differences, notes, agreed, context: state?.context }).toEqual({
      differences: [],
      notes: [],
      agreed: 4,
      context: { total: 12 }
    })
  })

  it("compares facts of an older schema as their upcasters make them", () => {
    const { events } = soldHistory([5])
    const inCents = setup({ types: {} as { emitted: { type: string; cents?: number } } }).createMachine({
      id: "till",
      version: "2.0.0",
      on: { Sold: { actions: [emit({ type: "TotalSaid", cents: 500 }), emit({ type: "Printed" })] } }
    })
    const upcasters = { TotalSaid: [({ total }: { total: number }) => ({ cents: total * 100 })] }
    const registered = registerOne({ machine: inCents, upcasters })
    expect(replay(registered, events).differences).toEqual([])
  })

  it("keeps the first differences and counts the rest", () => {
    const { events } = soldHistory(Array.from({ length: differencesMax + 5 }, () => 1))
    const { differences, differing } = replay(registerOne({ machine: till("2.0.0", 2) }), events)
    expect([differences.length, differing]).toEqual([differencesMax, differencesMax + 5])
  })

  it("reads a stream of any length page by page, and shows each event with the state after it", async () => {
    const { registered, events, history } = soldHistory(Array.from({ length: 700 }, () => 1))
    const reads: Array<number> = []
    const store = Layer.mock(History, {
      readStream: (_company, _stream, after, most) => {
        reads.push(after)
        return Effect.succeed(events.slice(after, after + most))
      }
    })
    const seen: Array<unknown> = []
    const replayed = await Effect.runPromise(
      replayStream(registered, history.actor.address, {}, (page) =>
        Effect.sync(() => {
          for (const { event, state } of page) seen.push([event.version, state?.context])
        })
      ).pipe(Effect.provide(store))
    )
    expect([replayed.version, replayed.agreed, reads]).toEqual([2101, 1400, [0, 1000, 2000]])
    expect([seen.length, seen.at(-1)]).toEqual([2101, [2101, { total: 700 }]])
  })
})

/** Changes one stored event; a later difference of the same step may be named at the next event. */
const plant = (events: ReadonlyArray<StoredEvent>, event: StoredEvent, how: string) => {
  const { version } = event
  const renumber = (list: ReadonlyArray<StoredEvent>) => list.map((each, n) => ({ ...each, version: n + 1 }))
  const twice = renumber([...events.slice(0, version), event, ...events.slice(version)])
  switch (how) {
    case "changed data":
      return { events: changed(events, version, { data: { ...event.data, planted: 1 } }), foundAt: version }
    case "another type":
      return { events: changed(events, version, { type: `${event.type}X` }), foundAt: version }
    case "missing": {
      const without = renumber(events.filter((each) => each !== event))
      return { events: without, foundAt: firstParting(without, events, version) }
    }
    default:
      return { events: twice, foundAt: firstParting(twice, events, version) }
  }
}

/** The first place from `version` on where the lists do not say the same. */
const firstParting = (
  planted: ReadonlyArray<StoredEvent>,
  events: ReadonlyArray<StoredEvent>,
  version: number
): number => {
  for (let n = version; ; n++) {
    const [a, b] = [planted[n - 1], events[n - 1]]
    if (a?.type !== b?.type || JSON.stringify(a?.data) !== JSON.stringify(b?.data)) return n
  }
}
