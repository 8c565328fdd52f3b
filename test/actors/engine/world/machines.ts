import { assign, emit, fromPromise, sendTo, setup } from "xstate"
import { actorAt } from "../../../../machines/listed-machine.ts"

type Counted =
  | { readonly type: "Add"; readonly by?: number }
  | { readonly type: "Break" }
  | { readonly type: "Say"; readonly what: unknown }

/** Counts, tells the count, repeats what it is told, and breaks when asked to. */
export const counter = setup({
  types: { context: {} as { count: number; started: unknown }, events: {} as Counted, input: {} as unknown },
  actions: {
    add: assign({
      count: ({ context, event }) => context.count + (event.type === "Add" ? (event.by ?? 1) : 0)
    }),
    tell: emit(({ context }) => ({ type: "Counted", count: context.count })),
    repeat: emit(({ event }) => ({ type: "Said", what: event.type === "Say" ? event.what : null })),
    fail: assign(() => {
      throw new Error("it broke")
    })
  }
}).createMachine({
  id: "counter",
  version: "1.0.0",
  context: ({ input }) => ({ count: 0, started: input ?? null }),
  on: { Add: { actions: ["add", "tell"] }, Say: { actions: "repeat" }, Break: { actions: "fail" } }
})

/** A job that the machine does not bring: a handler of the engine does it. */
const work = fromPromise<unknown, unknown>(() => Promise.reject(new Error("no handler does the job")))

/** Asks for one job `work`, and tells how it ended; leaves the state, and so the job, when asked to. */
export const worker = setup({
  types: {
    context: {} as { input: unknown },
    events: {} as { type: "Begin"; input?: unknown } | { type: "Leave" }
  },
  actors: { work },
  actions: {
    keep: assign({ input: ({ event }) => ("input" in event ? (event.input ?? null) : null) }),
    tellDone: emit(({ event }) => ({ type: "WorkDone", output: (event as { output?: unknown }).output })),
    tellFailed: emit(({ event }) => ({ type: "WorkFailed", error: (event as { error?: unknown }).error }))
  }
}).createMachine({
  id: "worker",
  version: "1.0.0",
  context: { input: null },
  initial: "idle",
  states: {
    idle: { on: { Begin: { target: "working", actions: "keep" } } },
    working: {
      invoke: {
        id: "work",
        src: "work",
        input: ({ context }: { context: { input: unknown } }) => context.input,
        onDone: { target: "idle", actions: "tellDone" },
        onError: { target: "idle", actions: "tellFailed" }
      },
      on: { Leave: "idle" }
    }
  }
})

/** As `worker`, without an answer to the job's failure. */
export const hopeful = setup({ actors: { work } }).createMachine({
  id: "hopeful",
  version: "1.0.0",
  initial: "idle",
  states: {
    idle: { on: { Begin: "working" } },
    working: {
      invoke: {
        id: "work",
        src: "work",
        onDone: { target: "idle", actions: emit({ type: "WorkDone" }) }
      },
      on: { Leave: "idle" }
    }
  }
})

/** Rings `pause` ms after it was wound; the delay comes with the event. */
export const alarm = setup({
  types: {
    context: {} as { pause: number },
    events: {} as { type: "Wind"; pause: number } | { type: "Stop" }
  },
  actions: {
    set: assign({ pause: ({ event }) => (event.type === "Wind" ? event.pause : 0) }),
    ring: emit({ type: "Rang" })
  },
  delays: { pause: ({ context }) => context.pause }
}).createMachine({
  id: "alarm",
  version: "1.0.0",
  context: { pause: 0 },
  initial: "still",
  states: {
    still: { on: { Wind: { target: "wound", actions: "set" } } },
    wound: {
      after: { pause: { target: "still", actions: "ring" } },
      on: { Wind: { target: "wound", reenter: true, actions: "set" }, Stop: "still" }
    }
  }
})

type Sent = { readonly type: "Send"; readonly to: string; readonly n: number; readonly times?: number }

/** Tells another actor, once or several times in one step. */
export const sender = setup({ types: { events: {} as Sent } })
  .createMachine({
    id: "sender",
    version: "1.0.0",
    on: {
      Send: {
        actions: Array.from({ length: 3 }, (_, place) => ({
          type: "tell" as const,
          params: { place }
        })) as never
      }
    }
  })
  .provide({
    actions: {
      tell: sendTo(
        ({ event }: { event: Sent }) => actorAt(event.to.split("/")[0]!, event.to.split("/")[1]!),
        ({ event }: { event: Sent }, { place }: { place: number }) => ({ type: "Told", n: event.n, place })
      ) as never
    }
  })

/** Hears what it is told, and tells it on as a fact. */
export const receiver = setup({
  types: {
    context: {} as { heard: ReadonlyArray<string> },
    events: {} as { type: "Told"; n: number; place: number }
  },
  actions: {
    hear: assign({ heard: ({ context, event }) => [...context.heard, `${event.n}.${event.place}`] }),
    tell: emit(({ event }) => ({ type: "Heard", n: event.n, place: event.place }))
  }
}).createMachine({
  id: "receiver",
  version: "1.0.0",
  context: { heard: [] },
  on: { Told: { actions: ["hear", "tell"] } }
})
