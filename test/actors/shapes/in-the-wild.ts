import { type AnyStateMachine, assign, createMachine, emit, fromPromise, setup } from "xstate"
import type { Shape } from "./shape.ts"

/*
 * Machines in the manner of those that people publish: numeric delays, inline functions and logic, implementations
 * as a second argument, invokes without ids. They work; checkMachine tells what does not age well in them.
 */

const types = (...names: ReadonlyArray<string>) => names.map((type) => ({ type }))
const later = fromPromise<unknown, unknown>(async () => null)

/** A survey that can be closed and taken up where it was left. */
const survey: Shape = {
  machine: setup({
    types: {} as { context: { text: string }; events: { type: string; value?: string } },
    guards: { written: ({ context }) => context.text.trim().length > 0 }
  }).createMachine({
    id: "survey",
    context: { text: "" },
    initial: "question",
    on: { close: ".closed", restart: { target: ".question", actions: assign({ text: "" }) } },
    states: {
      question: { on: { good: "thanks", bad: "form" } },
      form: {
        on: {
          update: { actions: assign({ text: ({ event }) => event.value ?? "" }) },
          back: "question",
          submit: { guard: "written", target: "thanks" }
        }
      },
      thanks: { after: { 1000: "closed" }, on: { back: { guard: "written", target: "form" } } },
      closed: { on: { reopen: "question" } }
    }
  }),
  events: [
    ...types("close", "restart", "good", "bad", "back", "submit", "reopen"),
    { type: "update", value: "fine" },
    { type: "update", value: " " }
  ]
}

/** A recipe with a parallel part that must be over before it goes on. */
const pancakes: Shape = {
  machine: createMachine({
    id: "pancakes",
    initial: "shopping",
    states: {
      shopping: { on: { NEXT: "batter" } },
      batter: {
        initial: "bowl",
        onDone: "frying",
        states: {
          bowl: { on: { NEXT: "mixing" } },
          mixing: {
            type: "parallel",
            onDone: "mixed",
            states: {
              flour: { initial: "dry", states: { dry: { on: { SIEVED: "fine" } }, fine: { type: "final" } } },
              eggs: {
                initial: "whole",
                states: { whole: { on: { BEATEN: "foam" } }, foam: { type: "final" } }
              }
            }
          },
          mixed: { type: "final" }
        }
      },
      frying: { on: { NEXT: "flipping" } },
      flipping: { on: { NEXT: "serving" } },
      serving: { on: { MORE: "shopping" } }
    }
  }),
  events: types("NEXT", "NEXT", "SIEVED", "BEATEN", "MORE")
}

/** Asks a slow service how it goes until it is over. */
const poller: Shape = {
  machine: setup({
    types: {} as { context: { task: string; ticket: unknown; state: unknown }; input: { task: string } },
    actors: { submit: later, look: later, reportGood: later, reportBad: later }
  }).createMachine({
    id: "poller",
    initial: "submitting",
    context: ({ input }) => ({ task: input.task, ticket: undefined, state: undefined }),
    states: {
      submitting: {
        invoke: {
          src: "submit",
          input: ({ context }: { context: { task: string } }) => ({ name: context.task }),
          onDone: { target: "waiting", actions: assign({ ticket: ({ event }) => event.output }) }
        }
      },
      waiting: { after: { 5000: "asking" } },
      asking: {
        invoke: {
          src: "look",
          input: ({ context }: { context: { ticket: unknown } }) => ({ ticket: context.ticket }),
          onDone: { target: "deciding", actions: assign({ state: ({ event }) => event.output }) }
        }
      },
      deciding: {
        always: [
          { guard: ({ context }) => context.state === "GOOD", target: "good" },
          { guard: ({ context }) => context.state === "BAD", target: "bad" },
          { target: "waiting" }
        ]
      },
      good: { invoke: { src: "reportGood", onDone: "over", onError: "over" } },
      bad: { invoke: { src: "reportBad", onDone: "over" } },
      over: { type: "final" }
    }
  }),
  input: { task: "print" },
  events: types("cancel"),
  outputs: ["GOOD", "BAD", "RUNNING", "RUNNING"]
}

/** Takes bids until its time is over; what nobody bid on ends in an error. */
const auction: Shape = {
  machine: createMachine(
    {
      id: "auction",
      initial: "bidding",
      context: { bids: [] },
      output: ({ event }: { event: { output: unknown } }) => event.output,
      states: {
        bidding: {
          on: {
            BID: {
              actions: assign({
                bids: ({ context, event }) => [...context.bids, event.bid]
              })
            }
          },
          after: { hammer: "sold" }
        },
        sold: {
          type: "final",
          output: ({ context }: { context: { bids: ReadonlyArray<{ amount: number }> } }) =>
            context.bids.reduce((best, bid) => (bid.amount > best.amount ? bid : best))
        }
      }
    } as never,
    { delays: { hammer: 3000 } } as never
  ) as AnyStateMachine,
  events: [
    { type: "BID", bid: { by: "ana", amount: 10 } },
    { type: "BID", bid: { by: "rui", amount: 30 } }
  ]
}

interface Failed {
  readonly event: { readonly error: { readonly message: string } }
}

/** Sends an order on its way; each way of failing has a state of its own. */
const shipping: Shape = {
  machine: createMachine(
    {
      id: "shipping",
      initial: "checking",
      context: ({ input }: { input: { order: unknown } }) => ({ order: input.order }),
      states: {
        checking: {
          invoke: {
            src: "check",
            input: ({ context }: { context: { order: unknown } }) => ({ order: context.order }),
            onDone: "sending",
            onError: [
              {
                guard: ({ event }: Failed) => event.error.message === "no address",
                target: "trouble.noAddress"
              },
              { guard: ({ event }: Failed) => event.error.message === "no stock", target: "trouble.noStock" }
            ]
          }
        },
        sending: { invoke: { src: "send", onDone: "over" } },
        trouble: {
          initial: "noAddress",
          onDone: "over",
          states: {
            noAddress: { invoke: { src: "askForAddress", onDone: "solved" } },
            noStock: { entry: "tellStore", after: { 2000: "solved" } },
            solved: { type: "final" }
          }
        },
        over: { type: "final" }
      }
    } as never,
    {
      actors: { check: later, send: later, askForAddress: later },
      actions: { tellStore: () => {} }
    } as never
  ) as AnyStateMachine,
  input: { order: { item: "lamp" } },
  events: types("hurry"),
  errors: [{ message: "no address" }, { message: "no stock" }, { message: "fire" }, "plain text"]
}

interface Scores {
  readonly context: { readonly score: Readonly<Record<string, number>> }
}

/** Three offices asked at once; when all have answered, the middle score decides. */
const loan: Shape = {
  machine: createMachine({
    id: "loan",
    context: { score: {} },
    initial: "asking",
    states: {
      asking: {
        type: "parallel",
        onDone: "deciding",
        states: Object.fromEntries(
          ["north", "south", "west"].map((office) => [
            office,
            {
              initial: "asking",
              states: {
                asking: {
                  invoke: {
                    id: office,
                    src: fromPromise(async () => 0),
                    input: { office },
                    onDone: {
                      target: "answered",
                      actions: assign({
                        score: ({ context, event }) => ({ ...context.score, [office]: event.output })
                      })
                    },
                    onError: { target: "answered", actions: ({ event }: { event: unknown }) => void event }
                  }
                },
                answered: { type: "final" }
              }
            }
          ])
        )
      },
      deciding: {
        always: [
          { guard: ({ context }: Scores) => middle(context.score) >= 700, target: "granted" },
          { guard: ({ context }: Scores) => middle(context.score) > 0, target: "reviewing" },
          { target: "refused" }
        ]
      },
      granted: { type: "final", entry: emit({ type: "LoanGranted" }) },
      reviewing: { on: { "review.yes": "granted", "review.no": "refused" } },
      refused: { on: { "try.again": { target: "asking", actions: assign({ score: {} }) } } }
    }
  } as never) as AnyStateMachine,
  events: types("review.yes", "review.no", "try.again"),
  outputs: [300, 690, 700, 820]
}

const middle = (scores: Readonly<Record<string, number>>): number =>
  Object.values(scores).toSorted((a, b) => a - b)[1] ?? 0

interface Game {
  readonly context: { readonly board: ReadonlyArray<unknown>; readonly moves: number }
  readonly event: { readonly at4: number }
}

/** Noughts and crosses: all in the context, won by an eventless transition of the whole. */
const noughts: Shape = {
  machine: createMachine(
    {
      id: "noughts",
      context: { board: Array(4).fill(null), turn: "x", moves: 0 },
      initial: "playing",
      on: {
        RESET: {
          target: ".playing",
          actions: assign(() => ({ board: Array(4).fill(null), turn: "x", moves: 0 }))
        }
      },
      states: {
        playing: {
          always: [
            { guard: "won", target: "over.won" },
            { guard: ({ context }: Game) => context.moves === 4, target: "over.drawn" }
          ],
          on: {
            PLAY: [
              {
                guard: ({ context, event }: Game) => context.board[event.at4] === null,
                actions: [
                  assign(({ context, event }) => ({
                    board: context.board.with(event.at4, context.turn),
                    turn: context.turn === "x" ? "o" : "x",
                    moves: context.moves + 1
                  }))
                ]
              },
              { actions: emit({ type: "Taken" }) }
            ]
          }
        },
        over: {
          initial: "won",
          states: { won: { tags: "winner", entry: "cheer" }, drawn: { tags: ["draw"] } }
        }
      }
    } as never,
    {
      guards: {
        won: ({ context }: Game) => context.board[0] !== null && context.board[0] === context.board[1]
      },
      actions: { cheer: () => {} }
    } as never
  ) as AnyStateMachine,
  events: [{ type: "RESET" }, ...[0, 1, 2, 3].map((at4) => ({ type: "PLAY", at4 }))]
}

/** Machines as others write them. */
export const inTheWild: ReadonlyArray<Shape> = [survey, pancakes, poller, auction, shipping, loan, noughts]
