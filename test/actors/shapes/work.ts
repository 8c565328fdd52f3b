import {
  type AnyStateMachine,
  assign,
  createMachine,
  emit,
  fromPromise,
  setup,
  spawnChild,
  stopChild
} from "xstate"
import type { Shape } from "./shape.ts"

const types = (...names: ReadonlyArray<string>) => names.map((type) => ({ type }))
const job = fromPromise<unknown, unknown>(() => Promise.resolve(null))

interface Counted {
  readonly context: { readonly n: number }
}

/** Asks again after a pause, a few times, with what it knows by then. */
const fetcher: Shape = {
  machine: setup({
    types: {} as { context: { tries: number; got: unknown; why: unknown } },
    actors: { load: job },
    delays: { pause: ({ context }) => 100 * context.tries }
  }).createMachine({
    id: "fetcher",
    context: { tries: 0, got: null, why: null },
    initial: "idle",
    output: ({ context }) => context.got,
    states: {
      idle: { on: { Load: "loading" } },
      loading: {
        entry: assign({ tries: ({ context }) => context.tries + 1 }),
        invoke: {
          id: "load",
          src: "load",
          input: ({ context, event }: { context: { tries: number }; event: { type: string } }) => ({
            tries: context.tries,
            because: event.type
          }),
          onDone: { target: "loaded", actions: assign({ got: ({ event }) => event.output }) },
          onError: [
            { guard: ({ context }) => context.tries > 2, target: "failed" },
            { target: "pausing", actions: assign({ why: ({ event }) => event.error }) }
          ]
        },
        on: { Load: { target: "loading", reenter: true }, Stop: "idle" }
      },
      pausing: { after: { pause: "loading" }, on: { Stop: "idle" } },
      loaded: { type: "final", entry: emit({ type: "Loaded" }) },
      failed: {
        on: { Load: "idle" },
        entry: emit(({ context }) => ({ type: "LoadFailed", why: context.why }))
      }
    }
  }),
  events: types("Load", "Stop")
}

/** Two jobs of one state; the state stays while both are asked again. */
const pair: Shape = {
  machine: setup({
    types: {} as { context: { got: ReadonlyArray<string> } },
    actors: { left: job, right: job }
  }).createMachine({
    id: "pair",
    context: { got: [] },
    initial: "both",
    states: {
      both: {
        invoke: (["left", "right"] as const).map((src) => ({
          id: src,
          src,
          onDone: {
            actions: assign({
              got: ({ context }: { context: { got: ReadonlyArray<string> } }) => [...context.got, src]
            })
          },
          onError: { target: "broken", actions: emit({ type: "Broke", src }) }
        })) as never,
        always: { guard: ({ context }) => context.got.length >= 3, target: "rest" },
        on: { Again: { target: "both", reenter: true } }
      },
      rest: { on: { Again: { target: "both", actions: assign({ got: [] }) } } },
      broken: { on: { Again: "both" } }
    }
  }),
  events: types("Again")
}

/** Jobs in parallel regions, without ids, ended by the parent and by timers. */
const search: Shape = {
  machine: setup({ actors: { ask: job } }).createMachine({
    id: "search",
    initial: "asking",
    states: {
      asking: {
        type: "parallel",
        on: { Stop: "stopped" },
        after: { 1000: "stopped" },
        onDone: "found",
        states: Object.fromEntries(
          ["web", "mail"].map((where) => [
            where,
            {
              initial: "open",
              states: {
                open: {
                  invoke: { src: "ask", input: { where }, onDone: "shut", onError: "again" },
                  on: { [`Skip-${where}`]: "shut" }
                },
                again: { after: { 200: "open" } },
                shut: { type: "final", entry: emit({ type: "Answered", where }) }
              }
            }
          ])
        ) as never
      },
      found: { on: { Stop: "asking" } },
      stopped: { on: { Stop: "asking" } }
    }
  }),
  events: types("Stop", "Skip-web", "Skip-mail")
}

/** A job of the whole chart, and one whose end leaves the state as it is. */
const watcher: Shape = {
  machine: setup({
    types: {} as { context: { seen: number; last: unknown } },
    actors: { boot: job, poll: job }
  }).createMachine({
    id: "watcher",
    context: { seen: 0, last: null },
    initial: "polling",
    invoke: {
      id: "boot",
      src: "boot",
      onDone: { actions: emit(({ event }) => ({ type: "Booted", output: event.output })) },
      onError: { actions: emit(({ event }) => ({ type: "BootFailed", error: event.error })) }
    },
    states: {
      polling: {
        invoke: {
          id: "poll",
          src: "poll",
          onDone: { actions: assign({ seen: ({ context }) => context.seen + 1, last: ({ event }) => event }) }
        },
        on: {
          "xstate.error.actor.poll": "resting",
          Poll: { target: "polling", reenter: true },
          Rest: "resting"
        }
      },
      resting: { on: { Poll: "polling" } }
    }
  }),
  events: types("Poll", "Rest")
}

/** Nobody handles the error of its job: the machine ends with it. */
const fragile: Shape = {
  machine: setup({ actors: { risky: job, safe: job } }).createMachine({
    id: "fragile",
    initial: "idle",
    states: {
      idle: { on: { Try: "trying" }, after: { 900: { actions: emit({ type: "Bored" }) } } },
      trying: {
        invoke: [
          { id: "risky", src: "risky", onDone: "idle" },
          { id: "safe", src: "safe", onError: "idle" }
        ],
        after: { 500: "idle" }
      }
    }
  }),
  events: types("Try")
}

/** The error of a job goes to whoever takes everything. */
const forgiving: Shape = {
  machine: setup({
    types: {} as { context: { got: ReadonlyArray<unknown> } },
    actors: { risky: job }
  }).createMachine({
    id: "forgiving",
    context: { got: [] },
    initial: "trying",
    states: {
      trying: {
        invoke: { id: "risky", src: "risky" },
        on: {
          "*": { actions: assign({ got: ({ context, event }) => [...context.got.slice(-2), event] }) },
          Again: { target: "trying", reenter: true }
        },
        after: { 300: { actions: emit({ type: "Waited" }) } }
      }
    }
  }),
  events: [...types("Again"), { type: "Other", n: 1 }]
}

/** Children made and stopped by actions, under ids that the context gives. */
const crew: Shape = {
  machine: setup({
    types: {} as { context: { n: number; done: ReadonlyArray<string> } },
    actors: { dig: job }
  }).createMachine({
    id: "crew",
    context: { n: 0, done: [] },
    on: {
      Hire: {
        actions: [
          assign({ n: ({ context }) => context.n + 1 }),
          spawnChild("dig", {
            id: ({ context }: Counted) => `digger-${context.n}`,
            input: ({ context }: Counted) => context.n
          } as never)
        ]
      },
      FireLast: { actions: stopChild(({ context }) => `digger-${context.n}`) },
      FireFirst: { actions: stopChild("digger-1") },
      "xstate.done.actor.*": {
        actions: assign({
          done: ({ context, event }) => [...context.done, (event as { actorId?: string }).actorId ?? "?"]
        })
      },
      "xstate.error.actor.*": { actions: emit(({ event }) => ({ type: "Hurt", who: event.type })) }
    }
  }),
  events: types("Hire", "Hire", "FireLast", "FireFirst")
}

/** Its jobs and actions are done by handlers outside it. */
const delegating: Shape = {
  machine: createMachine({
    id: "delegating",
    context: { text: null },
    initial: "idle",
    states: {
      idle: { on: { Write: "writing" } },
      writing: {
        entry: { type: "showTyping", params: { ms: 100 } },
        exit: "hideTyping",
        invoke: {
          id: "writer",
          src: "writeText",
          input: { about: "sales" },
          onDone: {
            target: "idle",
            actions: assign({
              text: ({ event }: { event: object }) => (event as { output?: unknown }).output
            })
          },
          onError: "idle"
        },
        on: { Drop: "idle", Write: { target: "writing", reenter: true } }
      }
    }
  } as never) as AnyStateMachine,
  handlers: ["writeText", "showTyping", "hideTyping"],
  events: types("Write", "Drop")
}

/** Logic without a name, in the chart itself; the state is left by an eventless transition at times. */
const inline: Shape = {
  machine: createMachine({
    id: "inline",
    context: { n: 0 },
    initial: "idle",
    states: {
      idle: { on: { Go: "busy" } },
      busy: {
        entry: assign({ n: ({ context }: Counted) => context.n + 1 }),
        always: { guard: ({ context }: Counted) => context.n % 3 === 0, target: "idle" },
        invoke: [
          { src: fromPromise(() => Promise.resolve(1)), onDone: "idle", onError: "idle" },
          { src: fromPromise(() => Promise.resolve(2)), input: ({ context }: Counted) => ({ n: context.n }) }
        ]
      }
    }
  } as never) as AnyStateMachine,
  events: types("Go")
}

/** Machines that ask the world for work. */
export const work: ReadonlyArray<Shape> = [
  fetcher,
  pair,
  search,
  watcher,
  fragile,
  forgiving,
  crew,
  delegating,
  inline
]
