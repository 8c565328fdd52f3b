import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { assign, setup } from "xstate"
import {
  gatherValues,
  type KnownValues,
  leftOver,
  redactedState
} from "../../../actors/engine/redacted-state.ts"
import type { RegisteredMachine } from "../../../actors/machine/machine-registry.ts"
import { restore } from "../../../actors/machine/persisted-state.ts"
import { Replayer } from "../../../actors/replay/replay.ts"
import type { Json, JsonObject } from "../../../eventstore/database/json.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { takeApart } from "../../../eventstore/personal/personal-data.ts"
import { machines } from "../../../machines/index.ts"
import { readGoldens, storedEvents } from "../../golden/golden-files.ts"
import { registerOne } from "../stored-history.ts"

const handlers = ["writeReply", "sendChunk", "showTyping"]
const goldens = readGoldens(join(import.meta.dirname, "../../golden"))

/** What is known of a history that is stored sealed as the machine's schemas say. */
const knownOf = ({ personal }: RegisteredMachine, events: ReadonlyArray<StoredEvent>): KnownValues => {
  const known = { clear: new Set<string>(), personal: new Set<string>() }
  for (const event of events) {
    const { clear } = takeApart(personal.ofEvent(event.type, event.data), event.data)
    gatherValues({ data: clear }, event, known)
  }
  return known
}

/** The values of a tree, and the names of its fields, each as JSON. */
const leaves = (value: Json): ReadonlyArray<string> =>
  value === null
    ? []
    : typeof value === "object"
      ? Object.entries(value).flatMap(([key, each]) => [JSON.stringify(key), ...leaves(each as Json)])
      : [JSON.stringify(value)]

const isEmpty = (leaf: string) => ['""', "0", "false"].includes(leaf)

describe.each(goldens.map((golden) => [golden.machine, golden] as const))(
  "the redacted state of a recorded %s",
  (machine, { histories }) => {
    const registered = registerOne(
      machines.find((listed) => listed.machine.id === machine)!,
      machine === "conversation" ? handlers : []
    )

    it.each(histories.map(({ name, events }) => [name, events] as const))(
      "holds nothing personal after any event of %s, and can be taken up again",
      (_, recorded) => {
        const events = storedEvents(machine, registered.current.version, recorded)
        const known = knownOf(registered, events)
        const replayer = new Replayer(registered)
        for (const event of events) {
          replayer.take(event)
          if (event.kind === "emitted") continue
          const redacted = redactedState(replayer.state!, known)
          const { timers, jobs, children, context } = redacted
          expect([timers, jobs, children]).toEqual([[], [], []])
          const personal = leaves(context as Json).filter(
            (leaf) => known.personal.has(leaf) && !isEmpty(leaf)
          )
          expect(personal).toEqual([])
          const { snapshot } = restore(registered.current, redacted)
          expect(snapshot.value).toEqual(replayer.state!.snapshot.value)
          expect(leftOver(registered.current, replayer.state, known).stored).toEqual(redacted)
        }
      }
    )
  }
)

describe("the redacted state of any machine", () => {
  type Noted = {
    readonly type: "Noted"
    readonly phone: string
    readonly times: number
    readonly ok: boolean
  }
  const notebook = setup({
    types: { context: {} as JsonObject, events: {} as Noted },
    actions: {
      note: assign(({ context, event: { phone, times, ok } }) => ({
        ...context,
        phone,
        times,
        ok,
        steps: 3,
        place: "clear",
        drawnFromIt: `${phone}?`,
        byPhone: { [phone]: times, [`tel:${phone}`]: "x", kept: 12 },
        all: [phone, [phone, { phone }], null]
      }))
    }
  }).createMachine({ id: "notebook", context: {}, on: { Noted: { actions: "note" } } })
  const registered = registerOne({ machine: notebook })
  const { current } = registered

  const stateOf = (phone: string, times: number) => {
    const data = { phone, times, ok: true }
    const replayer = new Replayer(registered)
    const events = storedEvents("notebook", current.version, [
      { kind: "input", type: "ActorStarted", schemaVersion: 1, at: 1, data: { input: null } },
      { kind: "input", type: "Noted", schemaVersion: 1, at: 2, data }
    ])
    for (const event of events) replayer.take(event)
    const known: KnownValues = { clear: new Set(['"clear"', "3", "12", "4000", "true"]), personal: new Set() }
    gatherValues({ data: { phone: "", times: 0, ok: false } }, { data }, known)
    return { state: replayer.state!, known }
  }

  it.each(["+5511999998888", "tel:", "Bia"])(
    "has neither values nor names of fields that are personal, though they stand in the clear elsewhere: %s",
    (phone) => {
      const { state, known } = stateOf(phone, 4000)
      const others = phone === "Bia" ? { "tel:Bia": "" } : {}
      expect(redactedState(state, known).context).toEqual({
        phone: "",
        times: 0,
        ok: false,
        steps: 3,
        place: "clear",
        drawnFromIt: "",
        byPhone: { ...others, kept: 12 },
        all: ["", ["", { phone: "" }], null]
      })
    }
  )

  it("is none when a value can't be read, when there was no state, and when it can't be stored", () => {
    const none = { stored: null, state: undefined }
    const { state, known } = stateOf("a", 1)
    expect(leftOver(current, state, undefined)).toEqual(none)
    expect(leftOver(current, undefined, known)).toEqual(none)
    let deep: Json = []
    for (let n = 0; n < 600; n++) deep = [deep]
    const tooDeep = Object.assign(Object.create(Object.getPrototypeOf(state.snapshot)), state.snapshot, {
      context: { deep }
    })
    expect(leftOver(current, { ...state, snapshot: tooDeep }, known)).toEqual(none)
  })

  it("empties a context that no JSON holds", () => {
    const { state, known } = stateOf("a", 1)
    const odd = Object.assign(Object.create(Object.getPrototypeOf(state.snapshot)), state.snapshot, {
      context: { big: 10n, phone: "a" }
    })
    expect(redactedState({ ...state, snapshot: odd }, known).context).toEqual({})
  })
})
