import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { emptyLike } from "../../eventstore/personal/personal-data.ts"
import type { ActorState } from "../machine/actor-state.ts"
import { persist, restore } from "../machine/persisted-state.ts"
import type { RunningMachine } from "../machine/running-machine.ts"

/** The values of a stream's events, each as JSON: those that stand in the clear, and the personal ones. */
export interface KnownValues {
  readonly clear: Set<string>
  /** Names of fields within personal data count too. */
  readonly personal: Set<string>
}

/** Gathers an event's values: as it is stored, and as it was opened. */
export const gatherValues = (
  stored: Pick<StoredEvent, "data">,
  opened: Pick<StoredEvent, "data">,
  { clear, personal }: KnownValues
): void => {
  gatherClear(stored.data, clear)
  gatherPersonal(stored.data, opened.data, personal)
}

const gatherClear = (value: Json, into: Set<string>): void => {
  if (value === null) return
  if (typeof value === "object") for (const each of Object.values(value)) gatherClear(each as Json, into)
  else into.add(JSON.stringify(value))
}

/** What only the opened event has. */
const gatherPersonal = (stored: Json | undefined, opened: Json, into: Set<string>): void => {
  if (opened === null || typeof opened !== "object") {
    if (opened !== stored) into.add(JSON.stringify(opened))
    return
  }
  const isList = Array.isArray(opened)
  const beside =
    typeof stored === "object" && stored !== null && Array.isArray(stored) === isList
      ? (stored as JsonObject)
      : {}
  for (const [key, each] of Object.entries(opened)) {
    if (!isList && !Object.hasOwn(beside, key)) into.add(JSON.stringify(key))
    gatherPersonal(beside[key], each as Json, into)
  }
}

/** What stays of an actor: as `SubjectErased` stores it, and as the machine takes it up again. */
export interface LeftOver {
  readonly stored: JsonObject | null
  readonly state: ActorState | undefined
}

/**
 * What may stay of an actor when its person is erased; nothing when its state or its values are not known. An erasure
 * is owed: it never waits because a state can't be kept.
 */
export const leftOver = (
  running: RunningMachine,
  state: ActorState | undefined,
  known: KnownValues | undefined
): LeftOver => {
  if (state === undefined || known === undefined) return { stored: null, state: undefined }
  try {
    const stored = redactedState(state, known)
    return { stored, state: restore(running, stored) }
  } catch {
    return { stored: null, state: undefined }
  }
}

/**
 * An actor's state as it may stay when its person is erased: where it is in its chart, and of its context only the
 * values that stand in the clear in its history anyway and are nowhere personal. Nothing it waits for is left.
 */
export const redactedState = ({ snapshot }: ActorState, known: KnownValues): JsonObject => {
  const redactor = new Redactor(known)
  const persisted = persist({
    snapshot: Object.assign(Object.create(Object.getPrototypeOf(snapshot)), snapshot, {
      context: redactor.kept(plain(snapshot.context)),
      output: redactor.kept(plain(snapshot.output)),
      error: snapshot.error === undefined ? undefined : { name: "Erased", message: "" },
      children: {}
    }),
    timers: [],
    jobs: []
  })
  if (persisted === undefined) throw new Error("what is left of the context is too deep to be stored")
  return persisted
}

const plain = (value: unknown): Json => {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as Json
  } catch {
    return {}
  }
}

/** A name of a field that holds a personal word of at least this length is personal itself. */
const wordMinLength = 4

/** Empties what is personal. A class because the personal words are made once for all fields. */
class Redactor {
  readonly known: KnownValues
  readonly words: ReadonlyArray<string>

  constructor(known: KnownValues) {
    this.known = known
    this.words = [...known.personal]
      .map((text) => String(JSON.parse(text)))
      .filter((word) => word.length >= wordMinLength)
  }

  kept(value: Json): Json {
    if (value === null) return value
    if (typeof value !== "object") return this.isPersonal(value) ? emptyLike(value) : value
    if (Array.isArray(value)) return value.map((each) => this.kept(each))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !this.isPersonalName(key))
        .map(([key, each]) => [key, this.kept(each as Json)] as const)
    )
  }

  private isPersonal(value: string | number | boolean): boolean {
    const text = JSON.stringify(value)
    return !this.known.clear.has(text) || this.known.personal.has(text)
  }

  private isPersonalName(key: string): boolean {
    return (
      this.known.personal.has(JSON.stringify(key)) ||
      this.words.some((word) => word.length <= key.length && key.includes(word))
    )
  }
}
