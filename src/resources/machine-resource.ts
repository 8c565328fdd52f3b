import * as Schema from "effect/Schema"
import type { DataSchema, ListedMachine } from "../../machines/listed-machine.ts"
import type { Filter } from "../../projections/query/filters.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import type { Module } from "../accounts/permissions.ts"

/** An event that people may send to an actor by the API. */
export interface SendableEvent {
  readonly type: string
  /** What the body holds: the event without who and when, which the server knows. */
  readonly body: DataSchema
  /** Which of `by` and `at` the event has. */
  readonly filled: ReadonlySet<string>
}

/** What the API makes of a machine of the list. */
export interface MachineResource {
  readonly listed: ListedMachine
  readonly machine: string
  /** As in its path: `deals`. */
  readonly plural: string
  readonly module: Module
  /** Where its list comes from; undefined while there is no read model for it. */
  readonly rows: { readonly readModel: ReadModel; readonly fixed: ReadonlyArray<Filter> } | undefined
  readonly events: ReadonlyArray<SendableEvent>
}

/** Filled from the caller and the clock. */
const filledFields = ["by", "at"] as const

const isStruct = (schema: Schema.Top): schema is Schema.Struct<Schema.Struct.Fields> =>
  typeof (schema as { readonly fields?: unknown }).fields === "object"

const sendable = (type: string, schema: DataSchema): SendableEvent => {
  if (!isStruct(schema)) return { type, body: schema, filled: new Set() }
  const filled = filledFields.filter((name) => schema.fields[name] !== undefined)
  const rest = Object.entries(schema.fields).filter(
    ([name]) => !(filled as ReadonlyArray<string>).includes(name)
  )
  return {
    type,
    body: Schema.Struct(Object.fromEntries(rest)) as unknown as DataSchema,
    filled: new Set(filled)
  }
}

/** What a list of its actors is called. */
export const pluralOf = ({ plural, machine }: ListedMachine): string =>
  plural ?? `${machine.id.toLowerCase()}s`

const rowsOf = (listed: ListedMachine, readModels: ReadonlyArray<ReadModel>): MachineResource["rows"] => {
  const machine = listed.machine.id
  const plural = pluralOf(listed).replaceAll("-", "_")
  const named = (name: string) => readModels.find((readModel) => readModel.name === name)
  const own = named(plural) ?? named(`${machine}_records`)
  if (own !== undefined && own.key.length === 1) return { readModel: own, fixed: [] }
  const all = named("actors")
  if (all === undefined) return undefined
  return { readModel: all, fixed: [{ column: "machine", kind: "text", operator: "in", value: [machine] }] }
}

/** What the API makes of a machine. */
export const machineResource = (
  listed: ListedMachine,
  readModels: ReadonlyArray<ReadModel>
): MachineResource => {
  const machine = listed.machine.id
  const events = listed.events ?? {}
  const types = (listed.fromPeople ?? Object.keys(events)).filter(
    (type) => events[type] !== undefined && !listed.sentElsewhere?.includes(type)
  )
  return {
    listed,
    machine,
    plural: pluralOf(listed),
    module: listed.module ?? "crm",
    rows: rowsOf(listed, readModels),
    events: types.map((type) => sendable(type, events[type]!))
  }
}
