import {
  type AnyStateMachine,
  and,
  assign,
  createMachine,
  emit,
  fromPromise,
  not,
  or,
  raise,
  setup,
  spawnChild,
  stateIn
} from "xstate"
import type { Shape } from "./shape.ts"

/** Guards that look into another region, and a parallel state that ends when both regions do. */
const door: Shape = {
  machine: setup({
    types: {} as { context: { tries: number } },
    guards: {
      tired: ({ context }) => context.tries > 2,
      shut: stateIn({ use: { leaf: "shut" } }),
      atLeast: ({ context }, params: { tries: number }) => context.tries >= params.tries
    }
  }).createMachine({
    id: "door",
    context: { tries: 0 },
    initial: "use",
    states: {
      use: {
        type: "parallel",
        onDone: { target: "scrapped", actions: emit({ type: "WornOut" }) },
        on: { Scrap: "scrapped" },
        states: {
          leaf: {
            initial: "shut",
            states: {
              shut: { on: { Push: { guard: stateIn({ use: { lock: "off" } }), target: "open" } } },
              open: { on: { Pull: "shut", Break: "off" } },
              off: { type: "final" }
            }
          },
          lock: {
            initial: "off",
            states: {
              off: { on: { Turn: { guard: and(["shut", not("tired")]), target: "on" }, Break: "gone" } },
              on: {
                entry: assign({ tries: ({ context }) => context.tries + 1 }),
                on: {
                  Turn: "off",
                  Break: {
                    guard: or([
                      { type: "atLeast", params: { tries: 2 } },
                      ({ event }) => (event as { hard?: boolean }).hard === true
                    ]),
                    target: "gone"
                  }
                }
              },
              gone: { type: "final", entry: emit({ type: "LockGone" }) }
            }
          }
        }
      },
      scrapped: { on: { Rebuild: { target: "use", actions: assign({ tries: 0 }) } } }
    }
  }),
  events: [
    ...["Push", "Pull", "Break", "Turn", "Scrap", "Rebuild"].map((type) => ({ type })),
    { type: "Break", hard: true }
  ]
}

/** Eventless transitions of several regions at once: who goes first depends on who moved last. */
const chorus: Shape = {
  machine: createMachine({
    id: "chorus",
    context: { heat: 0, said: [] },
    type: "parallel",
    on: {
      Heat: { actions: assign({ heat: ({ context }) => context.heat + 1 }) },
      Cool: { actions: assign({ heat: 0 }) }
    },
    states: Object.fromEntries(
      ["zulu", "al", "mike"].map((name, index) => [
        name,
        {
          initial: "still",
          states: {
            still: {
              always: {
                guard: ({ context }: { context: { heat: number } }) => context.heat >= 2,
                target: "loud",
                actions: emit({ type: "Jumped", name })
              },
              on: {
                [`Nudge${index}`]: "ready",
                All: { target: "ready", actions: emit({ type: "Heard", name }) }
              }
            },
            ready: {
              always: {
                guard: ({ context }: { context: { heat: number } }) => context.heat >= 1,
                target: "loud",
                actions: emit({ type: "Joined", name })
              },
              on: { [`Nudge${index}`]: "still" }
            },
            loud: {
              entry: [
                assign({
                  said: ({ context }: { context: { said: ReadonlyArray<string> } }) => [
                    ...context.said.slice(-5),
                    name
                  ]
                }),
                emit({ type: "Sang", name })
              ],
              on: {
                Hush: { target: "still", actions: emit({ type: "Hushed", name }) },
                [`Nudge${index}`]: "ready"
              }
            }
          }
        }
      ])
    )
  } as never) as AnyStateMachine,
  events: ["Heat", "Cool", "Nudge0", "Nudge1", "Nudge2", "All", "Hush"].map((type) => ({ type }))
}

/** Parallel states within parallel states, a transition with two targets, events raised across regions. */
const assembly: Shape = {
  machine: setup({}).createMachine({
    id: "assembly",
    type: "parallel",
    output: "built",
    on: { Half: { target: [".body.paint.wet", ".motor.test"] } },
    states: {
      body: {
        type: "parallel",
        onDone: { actions: emit({ type: "BodyDone" }) },
        states: {
          paint: {
            initial: "bare",
            states: {
              bare: { on: { Paint: "wet" } },
              wet: { on: { Dry: { target: "dry", actions: raise({ type: "Hang" }) } } },
              dry: { type: "final" }
            }
          },
          doors: {
            initial: "off",
            states: { off: { on: { Hang: "on" } }, on: { type: "final", entry: emit({ type: "Hung" }) } }
          }
        }
      },
      motor: {
        initial: "cast",
        states: {
          cast: { on: { Mount: "test", Paint: { actions: raise({ type: "Mount" }) } } },
          test: { on: { Pass: "ready", Fail: "cast" } },
          ready: { type: "final" }
        }
      }
    }
  }),
  events: ["Half", "Paint", "Dry", "Hang", "Mount", "Pass", "Fail"].map((type) => ({ type }))
}

const told = emit(({ event }) => ({ type: "Told", of: event.type }))

/** Two jobs under one id in two regions: XState finds the later one by it, and hears of both. */
const namesakes: Shape = {
  machine: createMachine(
    {
      id: "namesakes",
      type: "parallel",
      on: { Extra: { actions: spawnChild("ask" as never, { id: "same" } as never) } },
      states: Object.fromEntries(
        ["left", "right"].map((side) => [
          side,
          {
            initial: "idle",
            states: {
              idle: { on: { [`Ask-${side}`]: "asking" } },
              asking: {
                invoke: {
                  id: "same",
                  src: "ask",
                  onDone: { target: "idle", actions: told },
                  onError: { target: "idle", actions: told }
                },
                on: { [`Ask-${side}`]: "idle" }
              }
            }
          }
        ])
      )
    } as never,
    { actors: { ask: fromPromise(() => Promise.resolve(1)) } } as never
  ) as AnyStateMachine,
  events: ["Ask-left", "Ask-right", "Extra"].map((type) => ({ type }))
}

/** Regions side by side. */
export const regions: ReadonlyArray<Shape> = [door, chorus, assembly, namesakes]
