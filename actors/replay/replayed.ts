import type { JsonObject } from "../../eventstore/database/json.ts"
import type { ActorView } from "../engine/engine.ts"

/** How far: up to and with this version, or all that was recorded by this time (epoch ms). Default to the end. */
export interface ReplayTo {
  readonly toVersion?: number
  readonly toTime?: number
}

/** An emitted event: one that the machine draws, or one that is stored. */
export interface Fact {
  readonly type: string
  readonly data: JsonObject
}

/** Where history and the machine part; null where one of them has nothing. `version` is of the stored event. */
export interface ReplayDifference {
  readonly version: number
  readonly expected: Fact | null
  readonly found: Fact | null
}

/** The actor at the point asked for, as its machine and its inputs make it. */
export interface ReplayedState extends Pick<ActorView, "status" | "value" | "context" | "timers" | "jobs"> {
  /** Why the machine ended with status `error`; null otherwise. */
  readonly error: unknown
}

export interface Replayed {
  /** Of the last event taken; 0 when there was none. */
  readonly version: number
  /** When that event was recorded, epoch ms. */
  readonly at: number | undefined
  /** The version of the machine that the state is of. */
  readonly machineVersion: string | undefined
  readonly state: ReplayedState | undefined
  readonly inputs: number
  /** Emitted events that are stored, and how many of them are what the machine draws. */
  readonly emitted: number
  readonly agreed: number
  /** The first `differencesMax`. */
  readonly differences: ReadonlyArray<ReplayDifference>
  /** All of them, counted. */
  readonly differing: number
  /** What the reader must know to judge this: versions that are not listed any more, data that was erased. */
  readonly notes: ReadonlyArray<string>
  /** Events whose personal data is erased, or sealed under a key that is not here. */
  readonly withheld: number
  /** Set when it could not go on: the state is the one before this event. */
  readonly stopped: { readonly version: number; readonly message: string } | undefined
}
