import { assign, emit, setup } from "xstate"
import type { Shape } from "./shape.ts"

/** Nested final states, their outputs handed up, and an output of the whole. */
const purchase: Shape = {
  machine: setup({ types: {} as { context: { paid: number; note: string } } }).createMachine({
    id: "purchase",
    context: { paid: 0, note: "" },
    initial: "basket",
    output: ({ context, event }) => ({ paid: context.paid, by: event.output }),
    states: {
      basket: { on: { Checkout: "checkout", Abandon: "gone" } },
      checkout: {
        initial: "address",
        onDone: {
          target: "gone",
          actions: [
            assign({ note: ({ event }) => `done with ${JSON.stringify(event.output)}` }),
            emit(({ context }) => ({ type: "CheckedOut", note: context.note }))
          ]
        },
        states: {
          address: { on: { Next: "payment" } },
          payment: {
            initial: "choosing",
            onDone: "paid",
            states: {
              choosing: { on: { Card: "card", Invoice: "invoice" } },
              card: { type: "final", entry: assign({ paid: 10 }), output: { how: "card" } },
              invoice: { type: "final", output: ({ context }) => ({ how: "invoice", paid: context.paid }) }
            },
            on: { Back: "address" }
          },
          paid: { type: "final", output: ({ context }) => context.paid }
        }
      },
      gone: { type: "final", output: "leads" }
    }
  }),
  events: ["Checkout", "Abandon", "Next", "Card", "Invoice", "Back"].map((type) => ({ type }))
}

/** Done before anything happens, with an output from the input. */
const doneAtOnce: Shape = {
  machine: setup({ types: {} as { context: { n: number }; input: { n: number } } }).createMachine({
    id: "doneAtOnce",
    context: ({ input }) => ({ n: input.n + 1 }),
    initial: "end",
    entry: emit({ type: "Began" }),
    exit: emit({ type: "Ended" }),
    output: ({ context }) => context.n,
    states: { end: { type: "final", entry: emit(({ context }) => ({ type: "Counted", n: context.n })) } }
  }),
  input: { n: 41 },
  events: [{ type: "Anything" }]
}

const mark = (where: string) => emit({ type: "Passed", where })

/** Re-entry, inner targets, targets by id, and parents that take what their children leave. */
const reentry: Shape = {
  machine: setup({}).createMachine({
    id: "reentry",
    initial: "a",
    entry: mark("+root"),
    exit: mark("-root"),
    on: {
      Root: { target: ".b", reenter: true },
      Same: { actions: mark("same") },
      ToDeep: "#reentry-deep"
    },
    states: {
      a: {
        entry: mark("+a"),
        exit: mark("-a"),
        initial: { target: "one", actions: mark("initial a") } as never,
        on: {
          Inner: ".two",
          Again: { target: "a", reenter: true },
          Self: { target: "a", actions: mark("self") },
          Two: { target: ".two", reenter: true },
          Next: "b"
        },
        states: {
          one: { entry: mark("+one"), exit: mark("-one"), on: { Next: "two" } },
          two: { entry: mark("+two"), exit: mark("-two"), on: { Forbidden: undefined, Again: {} } }
        }
      },
      b: {
        entry: mark("+b"),
        exit: mark("-b"),
        initial: "outer",
        on: { Next: "a", Inner: { target: ".outer.deep", reenter: true } },
        states: {
          outer: {
            initial: "deep",
            entry: mark("+outer"),
            exit: mark("-outer"),
            states: { deep: { id: "reentry-deep", entry: mark("+deep"), exit: mark("-deep") } }
          }
        }
      }
    }
  }),
  events: ["Root", "Same", "ToDeep", "Inner", "Again", "Self", "Two", "Next", "Forbidden"].map((type) => ({
    type
  }))
}

/** Jumps to any state that has a route, from anywhere. */
const routes: Shape = {
  machine: setup({
    types: {} as { context: { open: boolean }; events: { type: "Open" } },
    guards: { isOpen: ({ context }) => context.open }
  }).createMachine({
    id: "routes",
    context: { open: false },
    initial: "home",
    on: { Open: { actions: assign({ open: true }) } },
    states: {
      home: { id: "home", route: {} },
      account: {
        id: "account",
        route: { guard: "isOpen" },
        initial: "summary",
        states: { summary: {}, bills: { id: "bills", route: {}, entry: emit({ type: "BillsSeen" }) } }
      }
    }
  }),
  events: [
    { type: "Open" },
    ...["#home", "#account", "#bills", "#nowhere"].map((to) => ({ type: "xstate.route", to }))
  ]
}

/** Statecharts in statecharts, entered, left, re-entered and ended. */
export const nesting: ReadonlyArray<Shape> = [purchase, doneAtOnce, reentry, routes]
