import { assign, emit, fromPromise, setup } from "xstate"
import type { Shape } from "./shape.ts"

const types = (...names: ReadonlyArray<string>) => names.map((type) => ({ type }))

/** Shallow history, and a history that begins elsewhere than its parent. */
const washer: Shape = {
  machine: setup({}).createMachine({
    id: "washer",
    initial: "off",
    states: {
      off: { on: { Power: "on.past", Fresh: "on", Odd: "on.odd" } },
      on: {
        initial: "soak",
        on: { Power: "off" },
        states: {
          soak: { on: { Next: "wash" } },
          wash: {
            initial: "cold",
            on: { Next: "spin" },
            states: { cold: { on: { Warm: "hot" } }, hot: { on: { Warm: "cold" } } }
          },
          spin: { on: { Next: "soak" }, entry: emit({ type: "Spun" }) },
          past: { type: "history" },
          odd: { type: "history", history: "shallow", target: "spin" }
        }
      }
    }
  }),
  events: types("Power", "Fresh", "Odd", "Next", "Warm")
}

/** Deep history over parallel regions. */
const editor: Shape = {
  machine: setup({ types: {} as { context: { saves: number } } }).createMachine({
    id: "editor",
    context: { saves: 0 },
    initial: "work",
    states: {
      work: {
        type: "parallel",
        on: { Close: "closed", Menu: "menu" },
        states: {
          text: {
            initial: "plain",
            states: {
              plain: { on: { Mark: "marked" } },
              marked: {
                initial: "bold",
                states: { bold: { on: { Mark: "thin" } }, thin: { on: { Mark: "#editor.work.text.plain" } } }
              }
            }
          },
          side: {
            initial: "hidden",
            states: { hidden: { on: { Side: "shown" } }, shown: { on: { Side: "hidden" } } }
          },
          past: { type: "history", history: "deep" }
        }
      },
      menu: {
        entry: assign({ saves: ({ context }) => context.saves + 1 }),
        on: { Back: "work.past", Restart: "work" }
      },
      closed: { on: { Back: "#editor.work.past" } }
    }
  }),
  events: types("Close", "Menu", "Mark", "Side", "Back", "Restart")
}

/** A job in a state that history brings back. */
const callCentre: Shape = {
  machine: setup({
    types: {} as { context: { calls: number; last: unknown } },
    actors: { dial: fromPromise<unknown, { n: number }>(() => Promise.resolve(1)) }
  }).createMachine({
    id: "callCentre",
    context: { calls: 0, last: null },
    initial: "shift",
    states: {
      shift: {
        initial: "idle",
        on: { Break: "pause" },
        states: {
          idle: { on: { Dial: "calling" } },
          calling: {
            entry: assign({ calls: ({ context }) => context.calls + 1 }),
            invoke: {
              id: "dialling",
              src: "dial",
              input: ({ context }) => ({ n: context.calls }),
              onDone: { target: "talking", actions: assign({ last: ({ event }) => event.output }) },
              onError: { target: "idle", actions: assign({ last: ({ event }) => event.error }) }
            }
          },
          talking: { on: { Hang: "idle" } },
          past: { type: "history", history: "deep" }
        }
      },
      pause: { on: { Return: "shift.past" } }
    }
  }),
  events: types("Break", "Dial", "Hang", "Return")
}

/** Machines that remember where they were. */
export const past: ReadonlyArray<Shape> = [washer, editor, callCentre]
