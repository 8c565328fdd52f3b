import { expect, test } from "vitest"
import { assign, createMachine } from "xstate"
import { persist, restore } from "../../../actors/machine/persisted-state.ts"
import { prepare } from "../../../actors/machine/running-machine.ts"
import { takeStep } from "../../../actors/machine/step.ts"
import type { JsonObject } from "../../../eventstore/database/json.ts"

const note = prepare(
  createMachine({
    id: "note",
    context: { said: null as unknown },
    on: { SAY: { actions: assign({ said: ({ event }) => event.said }) } }
  })
)

test("what people say is kept as it is, also when it looks like an actor of XState's", () => {
  const said = { xstate$$type: 1, id: "nobody", inner: [{ xstate$$type: 1, id: "x" }] }
  const started = takeStep(note, undefined, 1, { kind: "start", input: null }, 0).state
  const { state } = takeStep(note, started, 2, { kind: "event", event: { type: "SAY", said } as never }, 0)
  const loaded = restore(note, JSON.parse(JSON.stringify(persist(state))) as JsonObject)
  expect(loaded.snapshot.context).toEqual({ said })
  expect(persist(loaded)).toEqual(persist(state))
})
