import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { startFromEvent } from "../../../actors/engine/start-from-event.ts"
import { subjectIn } from "../../../machines/personal.ts"

const machine = createMachine({ id: "visit" })
const input = Schema.Struct({
  leadId: subjectIn("lead")(Schema.String),
  place: Schema.optionalKey(Schema.String)
})
const booked = { type: "VisitBooked", leadId: "rui", reason: "asked" }

describe("what a new actor starts with", () => {
  it("is what its machine's input names and its first event tells", () => {
    expect(startFromEvent({ machine, input }, booked)).toEqual(Result.succeed({ leadId: "rui" }))
    expect(startFromEvent({ machine, input }, { ...booked, place: "Lisboa" })).toEqual(
      Result.succeed({ leadId: "rui", place: "Lisboa" })
    )
  })

  it("is nothing for a machine that says of no input, or of an empty one", () => {
    expect(startFromEvent({ machine }, booked)).toEqual(Result.succeed({}))
    expect(startFromEvent({ machine, input: Schema.Struct({}) }, booked)).toEqual(Result.succeed({}))
  })

  it("is refused with the machine, the event and the field when the event does not tell what is needed", () => {
    const refused = startFromEvent({ machine, input }, { type: "VisitConfirmed", at: 1 })
    expect(Result.isFailure(refused) && refused.failure).toMatch(
      /^a visit can't start with VisitConfirmed: .*leadId/s
    )
    expect(Result.isFailure(startFromEvent({ machine, input }, { ...booked, leadId: 7 }))).toBe(true)
  })
})
