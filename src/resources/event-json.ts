import * as Schema from "effect/Schema"
import type { PastEvent } from "../../projections/read-model.ts"

const time = (description: string) => Schema.String.annotate({ format: "date-time", description })

/** An event as everybody sees it who may: in the API, in live updates, in commands. */
export const EventJson = Schema.Struct({
  machine: Schema.String,
  id: Schema.String,
  version: Schema.Int.annotate({ description: "Its place in its actor's stream." }),
  kind: Schema.Literals(["input", "emitted"]),
  type: Schema.String,
  at: time("When it was stored."),
  occurredAt: time("When it happened, by the one who told it."),
  by: Schema.String.annotate({ description: "Who: `person:<id>`, `lead`, `engine`." }),
  causation: Schema.NullOr(Schema.String).annotate({
    description: "The event that caused it, `machine/id@version`, or something outside."
  }),
  correlation: Schema.NullOr(Schema.String),
  machineVersion: Schema.String,
  partition: Schema.Int,
  position: Schema.Int.annotate({ description: "Its place in its partition." }),
  data: Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown)).annotate({
    description: "As the present schema has it; null where it can't be brought there."
  }),
  withheld: Schema.Boolean.annotate({
    description: "Its personal data is gone or can't be opened: empty values stand in its place."
  })
}).annotate({ identifier: "Event" })
export type EventJson = typeof EventJson.Type

/** The event in this form. */
export const eventJson = (event: PastEvent): EventJson => {
  const { machine, id, version, kind, type, recordedAt, occurredAt, isWithheld } = event
  const data = dataOf(event)
  return {
    machine,
    id,
    version,
    kind,
    type,
    at: new Date(recordedAt).toISOString(),
    occurredAt: new Date(occurredAt).toISOString(),
    by: event.principal,
    causation: event.causation,
    correlation: event.correlation,
    machineVersion: event.machineVersion,
    partition: event.partition,
    position: event.position,
    data,
    withheld: isWithheld || data === null
  }
}

/** What an upcaster can't bring to the present is not shown; its stream is parked, and `centurion projections` says why. */
const dataOf = (event: PastEvent): EventJson["data"] => {
  try {
    return event.data
  } catch {
    return null
  }
}
