import { type PersonalShapes, personalShapes } from "../actors/machine/personal-shape.ts"
import type { JsonObject } from "../eventstore/database/json.ts"
import { type PersonalShape, takeApart } from "../eventstore/personal/personal-data.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"
import type { PastEvent } from "./read-model.ts"

/** Machines whose actors have the id of their lead. */
export const withLeadId: ReadonlySet<string> = new Set(["lead", "deal", "contact"])

/**
 * What of the events of any machine may stand in a column that is not personal: what its schemas say is not. It stays
 * when the person is erased, so a row that is built again says the same.
 */
export interface ClearFields {
  /** A text of the event's data that is not personal; undefined when there is none, or nobody knows. */
  readonly text: (event: PastEvent, field: string) => string | undefined
  /** The event's data with empty values in place of the personal ones; and all of it, when some of it is personal. */
  readonly parts: (event: PastEvent) => { readonly clear: JsonObject; readonly whole: JsonObject | null }
  /** The lead that an actor is about, by the input that it starts with. */
  readonly leadOf: (started: PastEvent) => string | null
}

/** Reads the marks of these machines' schemas; of a machine that is not among them, nobody knows what may be told. */
export const clearFields = (list: ReadonlyArray<ListedMachine>): ClearFields => {
  const shapes: ReadonlyMap<string, PersonalShapes> = new Map(
    list.map((listed) => [listed.machine.id, personalShapes(listed)])
  )
  return {
    text: ({ machine, type, data }, field) => {
      const known = shapes.get(machine)
      if (known === undefined || !isClear(known.ofEvent(type, data), field)) return undefined
      const value: unknown = data[field]
      return typeof value === "string" ? value : undefined
    },
    parts: ({ machine, type, data }) => {
      const known = shapes.get(machine)
      if (known === undefined) return { clear: {}, whole: null }
      const { clear, personal } = takeApart(known.ofEvent(type, data), data)
      return { clear, whole: personal === undefined ? null : data }
    },
    leadOf: ({ machine, id, stream, data }) => {
      if (withLeadId.has(machine)) return id
      const subject = shapes.get(machine)?.subjectOf(data.input, stream) ?? stream
      return subject.startsWith("lead/") ? subject.slice("lead/".length) : null
    }
  }
}

const isClear = (shape: PersonalShape | undefined, field: string): boolean => {
  if (shape === undefined) return true
  if (shape === "all") return false
  const { fields = {}, others } = shape
  return Object.hasOwn(fields, field) ? fields[field] === undefined : others === undefined
}
