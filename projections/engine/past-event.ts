import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { type Upcasters, upcast } from "../../eventstore/log/upcast.ts"
import type { PastEvent } from "../read-model.ts"

const noUpcasters: Upcasters = {}

/** An opened event as folds see it. `isErasing`: streams of a person who is being erased have no personal data any more. */
export const pastEvent = (
  event: StoredEvent,
  upcastersOf: (machine: string) => Upcasters | undefined,
  isErasing: (stream: string) => boolean
): PastEvent => {
  const { company, partition, position, stream, version, kind, type, occurredAt, recordedAt, principal } =
    event
  const slash = stream.indexOf("/")
  const machine = stream.slice(0, slash)
  let data: JsonObject | undefined
  return {
    company,
    partition,
    position,
    stream,
    version,
    kind,
    type,
    occurredAt,
    recordedAt,
    principal,
    causation: event.causation,
    correlation: event.correlation,
    machineVersion: event.machineVersion,
    machine,
    id: stream.slice(slash + 1),
    // When it is wanted: an upcaster that breaks parks the stream where its event is folded.
    get data() {
      data ??= upcast(upcastersOf(machine) ?? noUpcasters, type, event.schemaVersion, event.data)
      return data
    },
    isWithheld: event.withheld !== undefined || type === "SubjectErased" || isErasing(stream)
  }
}
