import { type AnyStateMachine, assign, cancel, createMachine, emit, raise, sendTo, setup } from "xstate"
import { actorAt } from "../../../machines/listed-machine.ts"
import type { Shape } from "./shape.ts"

const types = (...names: ReadonlyArray<string>) => names.map((type) => ({ type }))

/** Delays that are plain numbers, one state after another, and a timer of the whole chart. */
const lights: Shape = {
  machine: setup({}).createMachine({
    id: "lights",
    initial: "green",
    after: { 2500: { actions: emit({ type: "Serviced" }) } },
    on: { Off: ".dark" },
    states: {
      green: { after: { 300: "yellow" } },
      yellow: { after: { 100: { target: "red", actions: emit({ type: "Stopping" }) } } },
      red: {
        initial: "walk",
        after: { 500: "green" },
        states: { walk: { after: { 200: "wait" } }, wait: { after: { 100: "stop" } }, stop: {} }
      },
      dark: { on: { On: "green" } }
    }
  }),
  events: types("Off", "On")
}

/** Named delays, computed from the context and the event; several in one state, one guarded. */
const collector: Shape = {
  machine: setup({
    types: {} as { context: { n: number; pace: number } },
    delays: {
      closure: ({ context }) => context.pace,
      patience: ({ context, event }) => 150 + context.n * 50 + event.type.length,
      never: 100_000
    },
    guards: { enough: ({ context }) => context.n > 1 }
  }).createMachine({
    id: "collector",
    context: { n: 0, pace: 100 },
    initial: "listening",
    states: {
      listening: { on: { Message: "collecting" } },
      collecting: {
        entry: assign({ n: ({ context }) => context.n + 1 }),
        on: {
          Message: { target: "collecting", reenter: true },
          Slower: { actions: assign({ pace: ({ context }) => context.pace + 50 }) }
        },
        after: {
          closure: [
            {
              guard: "enough",
              target: "closed",
              actions: emit(({ context }) => ({ type: "Closed", n: context.n }))
            },
            { actions: emit({ type: "TooFew" }) }
          ],
          patience: { target: "listening", actions: emit({ type: "GaveUp" }) },
          never: "closed"
        }
      },
      closed: { on: { Message: { target: "listening", actions: assign({ n: 0 }) } } }
    }
  }),
  events: types("Message", "Message", "Slower")
}

/** The same delay in two regions and in parent and child. */
const twins: Shape = {
  machine: createMachine(
    {
      id: "twins",
      type: "parallel",
      states: Object.fromEntries(
        ["left", "right"].map((side) => [
          side,
          {
            initial: "a",
            after: { beat: { actions: emit({ type: "OuterBeat", side }) } },
            states: {
              a: { after: { beat: "b", longBeat: "c" }, on: { Jump: "c", [`Stop-${side}`]: "c" } },
              b: {
                after: { beat: { target: "a", actions: emit({ type: "Beat", side }) } },
                on: { Jump: "a" }
              },
              c: { on: { Jump: "a" } }
            }
          }
        ])
      )
    } as never,
    { delays: { beat: 100, longBeat: 250 } } as never
  ) as AnyStateMachine,
  events: types("Jump", "Stop-left", "Stop-right")
}

/** Delayed raises with an id, cancelled and set again; and raises without delay on the way. */
const reminder: Shape = {
  machine: setup({
    types: {} as { context: { rung: number } },
    delays: { snooze: 200 }
  }).createMachine({
    id: "reminder",
    context: { rung: 0 },
    initial: "idle",
    on: {
      Ring: { actions: [assign({ rung: ({ context }) => context.rung + 1 }), raise({ type: "Noticed" })] },
      Noticed: { actions: emit(({ context }) => ({ type: "Rang", times: context.rung })) },
      Cancel: { actions: [cancel("main"), cancel("not-there")] },
      CancelNamed: { actions: cancel(({ event }) => (event as { id?: string }).id as string) }
    },
    states: {
      idle: {
        on: {
          Set: {
            target: "set",
            actions: [cancel("main"), raise({ type: "Ring" }, { id: "main", delay: "snooze" })]
          },
          SetBoth: {
            actions: [
              cancel("main"),
              raise({ type: "Ring" }, { id: "main", delay: ({ context }) => 100 + context.rung * 10 }),
              cancel("Second"),
              raise({ type: "Ring", second: true } as never, { id: "Second", delay: 100 })
            ]
          },
          AtOnce: { actions: raise({ type: "Ring" }, { delay: 0 }) }
        }
      },
      set: { on: { Set: "idle", Ring: { target: "idle", actions: emit({ type: "WokeUp" }) } } }
    }
  }),
  events: [
    ...types("Set", "SetBoth", "AtOnce", "Cancel", "Ring"),
    { type: "CancelNamed", id: "Second" },
    { type: "CancelNamed" }
  ]
}

/** Delayed raises without an id, several of them at a time. */
const rain: Shape = {
  machine: setup({ types: {} as { context: { drops: number } } }).createMachine({
    id: "rain",
    context: { drops: 0 },
    initial: "dry",
    on: {
      Cloud: { actions: [raise({ type: "Drop" }, { delay: 100 }), raise({ type: "Drop" }, { delay: 300 })] },
      Flood: ".over"
    },
    states: {
      dry: {
        on: { Drop: { target: "wet", actions: assign({ drops: ({ context }) => context.drops + 1 }) } }
      },
      wet: { on: { Drop: { target: "dry", actions: emit({ type: "Puddle" }) } } },
      over: { type: "final" }
    }
  }),
  events: types("Cloud", "Cloud", "Drop", "Flood")
}

/** What is sent later: to another actor, and to itself. */
const postman: Shape = {
  machine: setup({
    types: {} as { context: { n: number } },
    delays: { nextDay: 400 }
  }).createMachine({
    id: "postman",
    context: { n: 0 },
    on: {
      Post: {
        actions: [
          assign({ n: ({ context }) => context.n + 1 }),
          cancel("Letter"),
          sendTo(actorAt("house", "12"), ({ context }) => ({ type: "LetterCame", n: context.n }), {
            id: "Letter",
            delay: "nextDay"
          })
        ]
      },
      Note: { actions: sendTo(({ self }) => self, { type: "Remember" }, { id: "Note", delay: 100 }) },
      Now: { actions: sendTo(({ self }) => self, { type: "Remember" }) },
      Remember: { actions: [emit({ type: "Remembered" }), cancel("Note")] },
      Recall: { actions: cancel("Letter") }
    }
  }),
  events: types("Post", "Note", "Now", "Recall")
}

/** Machines that wait. */
export const timers: ReadonlyArray<Shape> = [lights, collector, twins, reminder, rain, postman]
