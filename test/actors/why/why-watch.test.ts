import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { and, assign, enqueueActions, not, or, setup, stateIn } from "xstate"
import { prepare } from "../../../actors/machine/running-machine.ts"
import { takeStep } from "../../../actors/machine/step.ts"
import { watchMachine } from "../../../actors/why/why-watch.ts"
import { durableActor, replay } from "../durable-actor.ts"
import { movesOf } from "../moves.ts"
import { shapes } from "../shapes/all.ts"

beforeAll(() => {
  // XState warns of each event sent to an actor that has ended; that is part of many histories here.
  vi.spyOn(console, "warn").mockImplementation(() => {})
})
afterAll(() => {
  vi.restoreAllMocks()
})

describe("a watched machine", () => {
  it.each(Object.entries(shapes))("steps as %s does, on any history", async (_, shape) => {
    await fc.assert(
      fc.asyncProperty(movesOf(shape), async (moves) => {
        const actor = durableActor(shape, "kept")
        for (const move of moves) {
          if (move.kind === "send") await actor.send(move.event)
          else if (move.kind === "advance") await actor.advance(move.ms)
          else if (move.kind === "settle") await actor.settle(move.nth, move.ok, move.value)
          else await actor.late(move.nth, move.ok, move.value)
        }
        const { running, watch } = watchMachine(shape.machine)
        const [again] = watch(() => replay(running, actor.recorded))
        expect(again.emitted).toEqual(actor.recorded.map(({ emitted }) => emitted))
        const plain = replay(prepare(shape.machine), actor.recorded)
        expect(again.state?.snapshot.value).toEqual(plain.state?.snapshot.value)
        expect(again.state?.timers).toEqual(plain.state?.timers)
        expect(again.state?.jobs).toEqual(plain.state?.jobs)
      }),
      { numRuns: 15 }
    )
  })
})

const yes = { params: null, result: true, asked: [] }
const no = { params: null, result: false, asked: [] }

const gate = setup({
  types: {} as { context: { seen: number }; events: { type: "Knocked"; by: string } | { type: "Rung" } },
  guards: {
    isKnown: ({ event }, { names }: { names: ReadonlyArray<string> }) =>
      event.type === "Knocked" && names.includes(event.by),
    isFull: ({ context }) => context.seen > 1,
    mayEnter: not("isFull")
  },
  actions: {
    count: assign({ seen: ({ context }) => context.seen + 1 }),
    look: enqueueActions(({ check, enqueue }) => {
      if (check("isFull" as never)) enqueue("count" as never)
    })
  }
}).createMachine({
  id: "gate",
  version: "1.0.0",
  context: { seen: 0 },
  initial: "shut",
  states: {
    shut: {
      on: {
        Knocked: [
          { guard: { type: "isKnown", params: { names: ["ana"] } }, target: "open", actions: "count" },
          {
            guard: and(["mayEnter", or([stateIn({ shut: {} } as never), ({ event }) => event.by === "rui"])])
          },
          { actions: "look" }
        ]
      }
    },
    open: {
      entry: assign({ seen: 2 }),
      always: { guard: not("isFull"), target: "shut" },
      on: { Rung: "shut", "*": {} }
    }
  }
})

const stepOf = (...events: ReadonlyArray<{ readonly type: string; readonly by?: string }>) => {
  const { running, watch } = watchMachine(gate)
  let state = takeStep(running, undefined, 1, { kind: "start", input: null }, 0).state
  let seen: unknown
  for (const [n, event] of events.entries()) {
    const [step, watched] = watch(() => takeStep(running, state, n + 2, { kind: "event", event }, 0))
    state = step.state
    seen = watched
  }
  return seen
}

describe("what is watched", () => {
  it("is each guard with its parameters, the one that let pass, and what was done", () => {
    expect(stepOf({ type: "Knocked", by: "ana" })).toEqual({
      transitions: [
        {
          from: "gate.shut",
          on: "Knocked",
          to: ["gate.open"],
          guard: { ...yes, name: "isKnown", params: { names: ["ana"] } },
          taken: true
        },
        {
          from: "gate.open",
          on: "always",
          to: ["gate.shut"],
          guard: { ...no, name: "not", asked: [{ ...yes, name: "isFull" }] },
          taken: false
        }
      ],
      guards: [],
      actions: ["count", "assign"]
    })
  })

  it("is what and, or and not ask in their turn, and no further than they ask", () => {
    expect(stepOf({ type: "Knocked", by: "rui" })).toEqual({
      transitions: [
        {
          from: "gate.shut",
          on: "Knocked",
          to: ["gate.open"],
          guard: { ...no, name: "isKnown", params: { names: ["ana"] } },
          taken: false
        },
        {
          from: "gate.shut",
          on: "Knocked",
          to: [],
          guard: {
            ...yes,
            name: "and",
            asked: [
              { ...yes, name: "mayEnter", asked: [{ ...no, name: "isFull" }] },
              {
                ...yes,
                name: "or",
                asked: [
                  { ...no, name: "stateIn", params: { shut: {} } },
                  { ...yes, name: "(inline)" }
                ]
              }
            ]
          },
          taken: true
        }
      ],
      guards: [],
      actions: []
    })
  })

  it("is a transition that asks nobody, and the guards that its action asks", () => {
    const events = [{ type: "Knocked", by: "ana" }, { type: "Rung" }, { type: "Knocked", by: "bob" }]
    expect(stepOf(...events)).toEqual({
      transitions: [
        {
          from: "gate.shut",
          on: "Knocked",
          to: ["gate.open"],
          guard: { ...no, name: "isKnown", params: { names: ["ana"] } },
          taken: false
        },
        {
          from: "gate.shut",
          on: "Knocked",
          to: [],
          guard: {
            ...no,
            name: "and",
            asked: [{ ...no, name: "mayEnter", asked: [{ ...yes, name: "isFull" }] }]
          },
          taken: false
        },
        { from: "gate.shut", on: "Knocked", to: [], guard: null, taken: true }
      ],
      guards: [{ ...yes, name: "isFull" }],
      actions: ["look", "count"]
    })
  })
})
