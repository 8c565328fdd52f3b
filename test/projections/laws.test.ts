import { describe, expect, test } from "vitest"
import { type PersonalShapes, personalShapes } from "../../actors/machine/personal-shape.ts"
import { takeApart } from "../../eventstore/personal/personal-data.ts"
import { machines } from "../../machines/index.ts"
import type { ColumnKind } from "../../projections/column.ts"
import { type Row, redacted } from "../../projections/engine/row-values.ts"
import { readModels } from "../../projections/index.ts"
import type { PastEvent, ReadModel } from "../../projections/read-model.ts"
import { examples } from "../machines/examples.ts"
import { at, foldAll, goldenHistories, history } from "./folding.ts"

const withheld = (events: ReadonlyArray<PastEvent>): ReadonlyArray<PastEvent> =>
  events.map((event) => ({ ...event, data: {}, isWithheld: true }))

const fits: Record<ColumnKind, (value: unknown) => boolean> = {
  text: (value) => typeof value === "string",
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  time: (value) => Number.isFinite(value) && Math.abs(value as number) < Date.UTC(10_000, 0),
  json: (value) => value !== undefined,
  texts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string")
}

/** Sentences about values that the row's table would refuse. */
const misfits = (model: ReadModel, row: Row): ReadonlyArray<string> =>
  Object.entries(model.columns).flatMap(([name, { kind, nullable, values }]) => {
    const value = row[name]
    if (value === null && nullable) return []
    if (value === null || !fits[kind](value)) return [`${model.name}.${name} is ${JSON.stringify(value)}`]
    return values === undefined || values.includes(value as string)
      ? []
      : [`${model.name}.${name} is ${value}`]
  })

const misfitsOf = (model: ReadModel, events: ReadonlyArray<PastEvent>): ReadonlyArray<string> =>
  [...foldAll(model, events).values()].flatMap((row) => misfits(model, row))

const registry: ReadonlyMap<string, PersonalShapes> = new Map(
  machines.map((listed) => [listed.machine.id, personalShapes(listed)])
)

/** The event as it is stored, its personal data gone. */
const asStored = (event: PastEvent): PastEvent => {
  const shape = registry.get(event.machine)!.ofEvent(event.type, event.data)
  const { clear, personal } = takeApart(shape, event.data)
  return { ...event, data: clear, isWithheld: personal !== undefined }
}

/** The end of a stream whose person is erased. */
const erasureOf = (events: ReadonlyArray<PastEvent>): PastEvent => {
  const last = events.at(-1)!
  return {
    ...last,
    version: last.version + 1,
    kind: "input",
    type: "SubjectErased",
    recordedAt: last.recordedAt + 1000,
    data: { erasure: "e1", by: "person:ana", reason: "asked", state: { value: "closed", status: "active" } },
    isWithheld: true
  }
}

/** One example of every event of a machine, whatever the order, with one value of each turned into nonsense. */
const outOfBounds = (machine: string): ReadonlyArray<PastEvent> =>
  Object.entries({ ...examples[machine]!.events, ...examples[machine]!.emitted }).flatMap(([type, data]) =>
    [Number.MAX_VALUE, -1, 0.5, null, "a\u0000b", {}, []].flatMap((nonsense) =>
      Object.keys(data).flatMap((field) =>
        history(`${machine}/1`, [
          { type: "ActorStarted", input: true },
          { type, data: { ...data, [field]: nonsense } }
        ])
      )
    )
  )

describe.each(readModels)("$name", (model) => {
  const followed = goldenHistories.filter(
    ({ machine }) => model.machines === undefined || model.machines.includes(machine)
  )

  test("its rows are the same whatever the pages that events are read in", () => {
    for (const { name, events } of followed) {
      const whole = [...foldAll(model, events).values()]
      for (const page of [1, 2, 3, 7]) expect([...foldAll(model, events, page).values()], name).toEqual(whole)
    }
  })

  test("built when the person is erased, its rows are those that an erasure leaves", () => {
    for (const { name, events } of followed) {
      const end = erasureOf(events)
      const erased = [...foldAll(model, [...events, end]).values()].map((row) => redacted(model.columns, row))
      const builtLater = [...foldAll(model, [...events.map(asStored), end]).values()]
      expect(builtLater, name).toEqual(erased)
    }
  })

  test("its rows fit the table", () => {
    expect(followed.flatMap(({ events }) => misfitsOf(model, events))).toEqual([])
  })

  test("events without their data break nothing", () => {
    for (const { events } of followed) expect(misfitsOf(model, withheld(events))).toEqual([])
  })

  test("values out of all bounds break nothing", () => {
    const machines = Object.keys(examples).filter((name) => model.machines?.includes(name) ?? true)
    for (const machine of machines) {
      for (const event of outOfBounds(machine)) expect(misfitsOf(model, [event])).toEqual([])
    }
  })

  test("a row comes from one stream only", () => {
    const owner = new Map<string, string>()
    // A company has one company actor; the histories of it are of several companies.
    for (const { events } of followed.filter(({ machine }) => machine !== "company")) {
      for (const event of events) {
        for (const { key } of model.fold(event)) {
          const text = JSON.stringify(key)
          expect(owner.get(text) ?? event.stream).toBe(event.stream)
          owner.set(text, event.stream)
        }
      }
    }
  })

  test("the row that a change gives has the key that was asked for", () => {
    for (const { events } of followed) {
      for (const event of events) {
        for (const { key, change } of model.fold(event)) {
          const row = change(null) as Row | null
          if (row !== null) expect(model.key.map((name) => row[name])).toEqual(key)
        }
      }
    }
  })

  test("does not look at the company, the partition or the position", () => {
    for (const { events } of followed) {
      const elsewhere = events.map((event) => ({
        ...event,
        company: "other",
        partition: 9,
        position: event.position + 70
      }))
      expect(foldAll(model, elsewhere)).toEqual(foldAll(model, events))
    }
  })
})

test("every golden history begins when the helpers say", () => {
  expect(goldenHistories.length).toBeGreaterThan(60)
  expect(new Set(goldenHistories.map(({ events }) => events[0]!.recordedAt))).toEqual(new Set([at(0)]))
})
