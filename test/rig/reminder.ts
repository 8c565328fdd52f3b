import { assign, emit, setup } from "xstate"

/** Rings once, so many ms after it was asked to. */
export const reminder = setup({
  types: { context: {} as { inMs: number }, events: {} as { type: "Remind"; inMs: number } },
  actions: { keep: assign({ inMs: ({ event }) => event.inMs }), tell: emit({ type: "Reminded" }) },
  delays: { reminder: ({ context }) => context.inMs }
}).createMachine({
  id: "reminder",
  version: "1.0.0",
  context: { inMs: 0 },
  initial: "idle",
  states: {
    idle: { on: { Remind: { target: "waiting", actions: "keep" } } },
    waiting: { after: { reminder: { target: "done", actions: "tell" } } },
    done: {}
  }
})
