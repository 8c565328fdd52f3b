import type { ActorState } from "../actors/machine/actor-state.ts"
import { migratedState, stepInputOf } from "../actors/machine/live-actor.ts"
import { persist, restore } from "../actors/machine/persisted-state.ts"
import { type MachineVersions, type RunningMachine, versionsOf } from "../actors/machine/running-machine.ts"
import { takeStep } from "../actors/machine/step.ts"
import type { Json, JsonObject } from "../eventstore/database/json.ts"
import { machines } from "../machines/index.ts"
import type { ListedMachine } from "../machines/listed-machine.ts"
import { clearFields } from "./clear-fields.ts"
import { integer, json, maybeText, oneOf, personalText, text, time } from "./column.ts"
import { type PastEvent, type ReadModel, type RowOf, readModel } from "./read-model.ts"

const statuses = ["active", "done", "error", "stopped", "unknown"] as const

const columns = {
  machine: text("The machine.", { filters: true }),
  id: text("The actor's id."),
  lead_id: maybeText(
    "The lead that it is about, by the input that it was started with; null when it is about none.",
    {
      filters: true
    }
  ),
  state: maybeText(
    "Where it is in its chart: `open.new`; parallel states with a space between. Null when that is not known.",
    { filters: true }
  ),
  status: oneOf(
    statuses,
    "`unknown`: its machine is not listed, or keeps what JSON can't hold, or decided by words that are gone.",
    { filters: true }
  ),
  data: json("What it knows: the machine's context.", { personal: true }),
  machine_version: text("The machine's version that took the last step."),
  version: integer("The version of its stream that this row shows."),
  created_at: time("When it was started.", { filters: true, sorts: true }),
  updated_at: time("When its last event came.", { filters: true, sorts: true }),
  state_since: time("Since when it is in this state.", { filters: true, sorts: true }),
  snapshot: personalText(
    "Its whole state as JSON text, for this table alone: the next event goes on from it."
  )
}
type ActorRow = RowOf<typeof columns>

/** The state that an event of this page led to: `snapshot` is made of it when the row is written, and not before. */
interface Held {
  readonly running: RunningMachine
  readonly state: ActorState
  readonly persisted: JsonObject
}

type Actor = ActorRow & { readonly held?: Held | undefined }

type Versions = ReadonlyMap<string, MachineVersions>

/** Made ready when the first event comes: not every program that knows the read models folds. */
const lazily = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/**
 * Every actor of every machine: its state, drawn by the machine itself from its inputs, as a replay draws it. So a
 * machine that was only just listed is there by itself.
 */
export const actorsReadModel = (list: ReadonlyArray<ListedMachine>): ReadModel => {
  const versions = lazily(() => new Map(list.map((listed) => [listed.machine.id, versionsOf(listed)])))
  const clear = clearFields(list)
  return readModel({
    name: "actors",
    version: 1,
    about: "One row for each actor of any machine: where it is in its chart, since when, and what it knows.",
    // For the generic resources of machines alone: it holds whole contexts.
    api: false,
    hidden: ["snapshot"],
    key: ["machine", "id"],
    columns,
    indexes: [["lead_id"], ["machine", "updated_at"], ["machine", "state", "state_since"]],
    onWrite: ({ held, ...row }: Actor): ActorRow =>
      held === undefined ? row : { ...row, snapshot: JSON.stringify(held.persisted) },
    fold: (event) => [
      {
        key: [event.machine, event.id],
        change: (row) => next(versions(), row ?? newActor(event, clear.leadOf(event)), event)
      }
    ]
  })
}

/** The actors of this installation. */
export const actors = actorsReadModel(machines)

const newActor = ({ machine, id, machineVersion, recordedAt }: PastEvent, lead_id: string | null): Actor => ({
  machine,
  id,
  lead_id,
  state: null,
  status: "unknown",
  data: null,
  machine_version: machineVersion,
  version: 0,
  created_at: recordedAt,
  updated_at: recordedAt,
  state_since: recordedAt,
  snapshot: null
})

const next = (versions: Versions, row: Actor, event: PastEvent): Actor => {
  const { kind, type, version, recordedAt } = event
  const seen = { version, updated_at: recordedAt }
  if (kind === "emitted") return { ...row, ...seen }
  if (type === "ActorClosed") return { ...row, ...seen, status: "stopped", snapshot: null, held: undefined }
  const moved = type === "SubjectErased" ? erased(event) : shown(stepped(versions, row, event))
  // Whether it was there before its person was erased can't be told by whoever builds this table later.
  const isNew = type === "SubjectErased" || moved.state !== row.state
  return {
    ...row,
    ...moved,
    ...seen,
    machine_version: event.machineVersion,
    state_since: isNew ? recordedAt : row.state_since
  }
}

type Shown = Pick<Actor, "state" | "status" | "data" | "snapshot" | "held">

const unknown: Shown = { state: null, status: "unknown", data: null, snapshot: null, held: undefined }

type Moved = Omit<Held, "persisted">

/** The actor after this input; undefined when that can't be known. */
const stepped = (versions: Versions, row: Actor, event: PastEvent): Moved | undefined => {
  const { machine, type, version, recordedAt, data, isWithheld } = event
  const known = versions.get(machine)
  if (known === undefined || isWithheld) return undefined
  const running = known.all.get(event.machineVersion) ?? known.current
  if (type === "ActorMigrated") return { running, state: migratedState(running, data) }
  const before = row.version === 0 ? undefined : stateUnder(running, row)
  if (before === undefined && type !== "ActorStarted") return undefined
  return { running, state: takeStep(running, before, version, stepInputOf(type, data), recordedAt).state }
}

/** The state that the row holds; another version than the one before must take it as it is. */
const stateUnder = (running: RunningMachine, { snapshot, held }: Actor): ActorState | undefined => {
  if (held?.running === running) return held.state
  const text = held === undefined ? snapshot : JSON.stringify(held.persisted)
  return text === null ? undefined : restore(running, JSON.parse(text) as JsonObject)
}

const shown = (moved: Moved | undefined): Shown => {
  const persisted = moved === undefined ? undefined : persist(moved.state)
  if (moved === undefined || persisted === undefined) return unknown
  return {
    state: inDots(persisted.value),
    status: statusOf(persisted.status),
    data: persisted.context,
    snapshot: null,
    held: { ...moved, persisted }
  }
}

/** What the proof of an erasure keeps of where the actor was. */
const erased = ({ data }: PastEvent): Shown => {
  const state = data.state as JsonObject | null | undefined
  return state === null || state === undefined
    ? unknown
    : { ...unknown, state: inDots(state.value), status: statusOf(state.status) }
}

const statusOf = (status: Json | undefined): Actor["status"] =>
  statuses.find((each) => each === status) ?? "unknown"

/** `{ open: "new" }` to `open.new`. */
const inDots = (value: Json | undefined): string => pathsOf(value).join(" ")

const pathsOf = (value: Json | undefined): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (typeof value !== "object" || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const paths = pathsOf(inner as Json)
    return paths.length === 0 ? [name] : paths.map((path) => `${name}.${path}`)
  })
}
