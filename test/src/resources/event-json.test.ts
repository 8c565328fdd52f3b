import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import type { PastEvent } from "../../../projections/read-model.ts"
import { EventJson, eventJson } from "../../../src/resources/event-json.ts"
import { goldenHistories, history } from "../../projections/folding.ts"

const [event] = history("conversation/c1", [{ type: "MessageReceived", input: true, data: { text: "hi" } }])

it("shows an event under the names that people read, its times in words", () => {
  expect(eventJson({ ...event!, principal: "lead", occurredAt: Date.UTC(2026, 0, 5, 11) })).toEqual({
    machine: "conversation",
    id: "c1",
    version: 1,
    kind: "input",
    type: "MessageReceived",
    at: "2026-06-01T13:00:00.000Z",
    occurredAt: "2026-01-05T11:00:00.000Z",
    by: "lead",
    causation: null,
    correlation: null,
    machineVersion: "1.0.0+00000000",
    partition: 1,
    position: 1,
    data: { text: "hi" },
    withheld: false
  })
})

it("says that data is withheld when the person is erased, and when no upcaster can bring it to the present", () => {
  expect(eventJson({ ...event!, isWithheld: true, data: { text: "" } })).toMatchObject({
    data: { text: "" },
    withheld: true
  })
  const broken: PastEvent = {
    ...event!,
    get data() {
      throw new Error("no way from version 1")
    }
  }
  expect(eventJson(broken)).toMatchObject({ data: null, withheld: true })
})

it("is as its schema says, for every event that was ever recorded of a release", () => {
  for (const { events } of goldenHistories)
    for (const each of events) expect(Schema.is(EventJson)(eventJson(each))).toBe(true)
})
