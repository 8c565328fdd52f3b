import { describe, expect, test } from "vitest"
import { assign, createMachine } from "xstate"
import { machines } from "../../machines/index.ts"
import { actors, actorsReadModel } from "../../projections/actors.ts"
import type { PastEvent } from "../../projections/read-model.ts"
import { at, goldenHistories, type Happened, history, pick, rowsOf } from "./folding.ts"

const dotted = (value: unknown): string =>
  typeof value === "string"
    ? value
    : Object.entries(value as object)
        .map(([name, inner]) => `${name}.${dotted(inner)}`)
        .join(" ")

/** Histories of a version that is not listed any more are folded through the present machine, whose state is another. */
const ofPresentMachines = goldenHistories.filter(({ name }) =>
  machines.some(({ machine: { id, version } }) => name.startsWith(`${id} ${version} `))
)

describe("every recorded history ends in the state that its machine ended in", () => {
  test.each(ofPresentMachines)("$name", ({ events, machine, state }) => {
    const [row, ...others] = rowsOf(actors, events)
    expect(others).toEqual([])
    expect(row).toMatchObject({
      machine,
      id: events[0]!.id,
      state: dotted(state.value),
      status: state.status,
      data: state.context,
      version: events.length
    })
  })
})

const door = createMachine({
  id: "door",
  version: "1.0.0",
  context: ({ input }) => ({ opened: 0, owner: input as string }),
  type: "parallel",
  states: {
    leaf: {
      initial: "shut",
      states: {
        shut: {
          on: { OPEN: { target: "ajar", actions: assign({ opened: ({ context }) => context.opened + 1 }) } }
        },
        ajar: { on: { SHUT: "shut" } }
      }
    },
    bell: { initial: "quiet", states: { quiet: {} } }
  }
})
const doors = actorsReadModel([{ machine: door }])
const started: Happened = { type: "ActorStarted", input: true, data: { machine: "door", input: "Ana" } }
const open: Happened = { type: "OPEN", input: true, s: 5 }
const shut: Happened = { type: "SHUT", input: true, s: 9 }
const redact = (events: ReadonlyArray<PastEvent>): ReadonlyArray<PastEvent> =>
  events.map((event) =>
    event.type === "SubjectErased" ? { ...event, isWithheld: true } : { ...event, data: {}, isWithheld: true }
  )

test("a machine that nobody told us of has its actors, parallel states side by side", () => {
  expect(
    pick(rowsOf(doors, history("door/1", [started, open])), "state", "status", "data", "state_since")
  ).toEqual([
    { state: "leaf.ajar bell.quiet", status: "active", data: { opened: 1, owner: "Ana" }, state_since: at(5) }
  ])
})

test("the actor goes on from what was written, page after page", () => {
  const events = history("door/1", [started, open, shut, { ...open, s: 11 }])
  expect(rowsOf(doors, events, 1)).toEqual(rowsOf(doors, events))
  expect(pick(rowsOf(doors, events, 1), "data")).toEqual([{ data: { opened: 2, owner: "Ana" } }])
})

test("a machine that is not listed has actors of which nothing is known but that they are there", () => {
  const [row] = rowsOf(doors, history("window/1", [started, open]))
  expect(row).toMatchObject({
    machine: "window",
    id: "1",
    state: null,
    status: "unknown",
    data: null,
    version: 2
  })
})

test("where a machine keeps what JSON can't hold, its state is not known, whatever the pages", () => {
  const dated = createMachine({
    id: "door",
    context: { since: new Date(0) },
    initial: "shut",
    states: { shut: {} }
  })
  const model = actorsReadModel([{ machine: dated }])
  const events = history("door/1", [started, open])
  for (const page of [1, 2]) {
    expect(pick(rowsOf(model, events, page), "state", "status")).toEqual([{ state: null, status: "unknown" }])
  }
})

test("a state that is not written yet goes with its data, and with what JSON can't hold of the next one", () => {
  const [begin, opened] = history("door/1", [started, { type: "Opened" }])
  const withheld = [begin!, { ...opened!, isWithheld: true }]
  expect(pick(rowsOf(doors, withheld), "data", "snapshot")).toEqual([{ data: null, snapshot: null }])

  const stamping = createMachine({
    id: "door",
    context: { since: null as Date | null },
    initial: "shut",
    states: {
      shut: { on: { OPEN: { target: "ajar", actions: assign({ since: () => new Date(0) }) } } },
      ajar: {}
    }
  })
  const rows = rowsOf(actorsReadModel([{ machine: stamping }]), history("door/1", [started, open]))
  expect(pick(rows, "state", "snapshot")).toEqual([{ state: null, snapshot: null }])
})

test("a state that was brought to another version is the actor's from then on", () => {
  const brought = {
    value: { leaf: "ajar", bell: "quiet" },
    context: { opened: 7, owner: "Rui" },
    status: "active"
  }
  const state = {
    ...brought,
    nodes: [],
    output: null,
    error: null,
    history: {},
    children: [],
    timers: [],
    jobs: []
  }
  const events = history("door/1", [
    started,
    { type: "ActorMigrated", input: true, s: 7, data: { from: "0.9.0", to: "1.0.0", state } },
    shut
  ])
  expect(pick(rowsOf(doors, events), "state", "data", "state_since")).toEqual([
    { state: "leaf.shut bell.quiet", data: { opened: 7, owner: "Rui" }, state_since: at(9) }
  ])
})

describe("once the person is erased", () => {
  const state = {
    value: { leaf: "ajar", bell: "quiet" },
    status: "active",
    context: { opened: 1, owner: "" }
  }
  const events = history("door/1", [
    started,
    open,
    { type: "SubjectErased", input: true, s: 20, data: { erasure: "e1", state } }
  ])

  test("the actor is where the proof says, and what it knew is gone", () => {
    expect(rowsOf(doors, redact(events))).toMatchObject([
      { state: "leaf.ajar bell.quiet", status: "active", data: null, snapshot: null, state_since: at(20) }
    ])
  })

  test("the row is the same for who read it before, and for who reads it now", () => {
    const before = [...events.slice(0, 2), ...redact(events).slice(2)]
    expect(rowsOf(doors, redact(events))).toEqual(rowsOf(doors, before))
  })

  test("with no state kept, none is known", () => {
    const nothing = history("door/1", [
      started,
      open,
      { type: "SubjectErased", input: true, data: { state: null } }
    ])
    expect(pick(rowsOf(doors, redact(nothing)), "state", "status")).toEqual([
      { state: null, status: "unknown" }
    ])
  })

  test("before the proof is read, the state is not known, and no event breaks it", () => {
    expect(pick(rowsOf(doors, redact(events.slice(0, 2))), "state", "status", "version")).toEqual([
      { state: null, status: "unknown", version: 2 }
    ])
  })
})

test("a history that its machine can't take is parked, with the reason", () => {
  const events = history("door/1", [
    started,
    { type: "ActorMigrated", input: true, data: { state: { value: "gone", children: [], history: {} } } }
  ])
  expect(() => rowsOf(doors, events)).toThrow("actors can't fold door/1@2")
})
