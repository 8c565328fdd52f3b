import { assign, cancel, emit, enqueueActions, log, raise, sendTo, setup } from "xstate"
import { actorAt } from "../../../machines/listed-machine.ts"
import type { Shape } from "./shape.ts"

const types = (...names: ReadonlyArray<string>) => names.map((type) => ({ type }))

/** Eventless transitions one after another, on the way of which events are raised. */
const sorter: Shape = {
  machine: setup({
    types: {} as {
      context: { weight: number }
      events: { type: "Weigh"; grams: number } | { type: "Heavy" }
    },
    guards: { over: ({ context }, params: { grams: number }) => context.weight > params.grams }
  }).createMachine({
    id: "sorter",
    context: { weight: 0 },
    initial: "empty",
    on: { Heavy: { actions: emit({ type: "NotedHeavy" }) } },
    states: {
      empty: {
        on: { Weigh: { target: "weighing", actions: assign({ weight: ({ event }) => event.grams }) } }
      },
      weighing: {
        always: [
          { guard: { type: "over", params: { grams: 1000 } }, target: "heavy" },
          { guard: { type: "over", params: { grams: 100 } }, target: "middle" },
          "light"
        ]
      },
      heavy: {
        entry: raise({ type: "Heavy" }),
        always: { target: "middle", actions: emit({ type: "WasHeavy" }) }
      },
      middle: {
        always: { guard: ({ context }) => context.weight % 2 === 0, target: "light" },
        on: { Heavy: "empty" }
      },
      light: { entry: assign({ weight: 0 }), always: "empty" }
    }
  }),
  events: [1500, 1501, 150, 151, 5].map((grams) => ({ type: "Weigh", grams }))
}

/** Actions that are chosen while they run. */
const teller: Shape = {
  machine: setup({
    types: {} as {
      context: { balance: number }
      events: { type: "Take" | "Put"; amount: number } | { type: "Late" }
    },
    guards: { covered: ({ context, event }) => event.type === "Take" && context.balance >= event.amount },
    delays: { night: 300 },
    actions: {
      pay: enqueueActions(({ enqueue, check, event, context }, params: { fee: number }) => {
        const { amount = 0 } = event as { amount?: number }
        if (check("covered" as never)) {
          enqueue.assign({ balance: (context as { balance: number }).balance - amount - params.fee })
          enqueue.emit({ type: "Paid", amount } as never)
          enqueue.raise({ type: "Late" }, { delay: "night" as never, id: "Fee" })
        } else {
          enqueue.emit({ type: "Refused" })
          enqueue.cancel("Fee")
          enqueue("ring" as never)
        }
      }) as never,
      ring: () => {}
    }
  }).createMachine({
    id: "teller",
    context: { balance: 10 },
    on: {
      Take: { actions: [cancel("Fee"), { type: "pay", params: { fee: 1 } }] as never },
      Put: {
        actions: enqueueActions(({ enqueue, event, context }) => {
          enqueue.assign({ balance: context.balance + event.amount })
          enqueue.sendTo(actorAt("ledger", "main"), { type: "Booked", amount: event.amount })
        })
      },
      Late: { actions: emit(({ context }) => ({ type: "FeeDue", balance: context.balance })) }
    }
  }),
  events: [
    { type: "Take", amount: 4 },
    { type: "Take", amount: 9 },
    { type: "Put", amount: 5 },
    { type: "Late" }
  ]
}

/** Wildcards, whole and in part, against exact names; and events kept whole. */
const mailroom: Shape = {
  machine: setup({ types: {} as { context: { other: ReadonlyArray<unknown> } } }).createMachine({
    id: "mailroom",
    context: { other: [] },
    initial: "open",
    states: {
      open: {
        on: {
          "mail.letter": { actions: emit({ type: "Letter" }) },
          "mail.parcel.*": { actions: emit(({ event }) => ({ type: "Parcel", of: event.type })) },
          "mail.*": { actions: emit({ type: "Mail" }) },
          "*": {
            actions: [
              assign({ other: ({ context, event }) => [...context.other.slice(-3), event] }),
              emit({ type: "Unsorted" })
            ]
          },
          Shut: "shut"
        }
      },
      shut: { on: { "*": "open", Shut: undefined } }
    }
  }),
  events: [
    { type: "mail.letter" },
    { type: "mail.parcel.small", kg: 1 },
    { type: "mail.parcel" },
    { type: "mail" },
    { type: "Shut" }
  ]
}

/** A guard, an assignment or an output that throws ends the machine with the error. */
const brittle: Shape = {
  machine: setup({
    types: {} as { context: { n: number } },
    guards: {
      reads: ({ event }) => (event as unknown as { deep: { er: boolean } }).deep.er
    }
  }).createMachine({
    id: "brittle",
    context: { n: 0 },
    initial: "a",
    states: {
      a: {
        on: {
          Look: { guard: "reads", target: "b", actions: emit({ type: "Looked" }) },
          Count: {
            actions: [
              emit({ type: "Counting" }),
              assign(({ context }) => {
                if (context.n > 1) throw new Error("can't count beyond two")
                return { n: context.n + 1 }
              })
            ]
          },
          Undefined: { guard: "nobodyWroteThis" as never, target: "b" }
        },
        after: { 700: { actions: emit({ type: "Tick" }) } }
      },
      b: {
        always: { guard: ({ context }) => context.n === 2 && nothing().length > 0, target: "a" },
        on: { Look: "a" }
      }
    }
  }),
  events: [{ type: "Look" }, { type: "Look", deep: { er: true } }, { type: "Count" }, { type: "Undefined" }]
}

const nothing = (): string => {
  throw new TypeError("nothing there")
}

/** Fails while it starts, after it has emitted. */
const stillborn: Shape = {
  machine: setup({ types: {} as { context: { n: number }; input: { n: number } } }).createMachine({
    id: "stillborn",
    context: ({ input }) => ({ n: input.n }),
    initial: "a",
    states: {
      a: {
        entry: [
          emit({ type: "Cried" }),
          raise({ type: "Later" }, { delay: 100 }),
          assign(({ context }) => {
            throw new Error(`no life with ${context.n}`)
          })
        ]
      }
    }
  }),
  input: { n: 3 },
  events: types("Anything")
}

/** Log lines, tags, emitted facts with parameters, and messages to others and to itself. */
const reporter: Shape = {
  machine: setup({
    types: {} as { context: { who: string; n: number }; input: { who: string } },
    actions: {
      tell: emit((_, params: { how: string }) => ({ type: "Told", how: params.how })) as never,
      note: log(({ context }, params: { level: string }) => ({ n: context.n, ...params }), "note") as never,
      ask: sendTo(
        ({ context }) => actorAt("lead", context.who),
        ({ event }) => ({ type: "Asked", about: event.type })
      )
    }
  }).createMachine({
    id: "reporter",
    context: ({ input }) => ({ who: input.who, n: 0 }),
    initial: "quiet",
    entry: [log("born"), "ask"],
    states: {
      quiet: {
        tags: ["calm", "open"],
        on: {
          Speak: {
            target: "busy",
            actions: [
              assign({ n: ({ context }) => context.n + 1 }),
              { type: "tell", params: { how: "aloud" } },
              {
                type: "note",
                params: ({ context }: { context: { n: number } }) => ({
                  level: context.n > 1 ? "high" : "low"
                })
              },
              "ask"
            ] as never
          }
        }
      },
      busy: {
        tags: "open",
        entry: [
          sendTo(
            ({ self }) => self,
            ({ context }) => ({ type: "Settle", n: context.n })
          ),
          sendTo(({ self }) => self, { type: "Settle", n: -1 }),
          emit({ type: "Hectic" })
        ],
        on: {
          Settle: { target: "quiet", actions: emit(({ event }) => ({ type: "Settled", n: event.n })) }
        }
      }
    }
  }),
  input: { who: "7f3" },
  events: types("Speak", "Settle")
}

/** Custom actions: named, with parameters, and inline. */
const doer: Shape = {
  machine: setup({
    types: {} as { context: { n: number } },
    actions: {
      ring: () => {},
      post: (_, params: { to: string }) => void params
    }
  }).createMachine({
    id: "doer",
    context: { n: 0 },
    initial: "off",
    entry: "ring",
    states: {
      off: {
        exit: { type: "post", params: ({ context }) => ({ to: `box-${context.n}` }) },
        on: {
          Go: { target: "on", actions: ["ring", () => {}, assign({ n: ({ context }) => context.n + 1 })] }
        }
      },
      on: { entry: function shout() {}, on: { Go: "off" } }
    }
  }),
  events: types("Go")
}

/** Keeps a date, a map and a set, which JSON can't hold: it is loaded by replay. */
const keeper: Shape = {
  machine: setup({
    types: {} as { context: { by: Map<string, number>; kinds: Set<string>; since: Date } }
  }).createMachine({
    id: "keeper",
    context: { by: new Map(), kinds: new Set(), since: new Date(0) },
    on: {
      "*": {
        actions: assign({
          by: ({ context, event }) =>
            new Map(context.by).set(event.type, (context.by.get(event.type) ?? 0) + 1),
          kinds: ({ context, event }) => new Set([...context.kinds, event.type])
        })
      },
      Reset: { actions: assign({ since: ({ context }) => new Date(context.since.getTime() + 1000) }) }
    },
    after: { 300: { actions: emit(({ context }) => ({ type: "Kept", n: context.by.size })) } }
  }),
  events: types("A", "B", "Reset"),
  replayOnly: true
}

/** Guards, actions, events and what goes wrong with them. */
export const rules: ReadonlyArray<Shape> = [
  sorter,
  teller,
  mailroom,
  brittle,
  stillborn,
  reporter,
  doer,
  keeper
]
