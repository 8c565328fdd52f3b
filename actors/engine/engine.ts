import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Json } from "../../eventstore/database/json.ts"
import type { Address } from "../address.ts"
import type { PossibleEvent } from "../machine/possible-events.ts"

/** An event on its way to an actor: its type, and its data beside it, as XState writes events. */
export type ActorEvent = { readonly type: string } & { readonly [key: string]: Json | undefined }

/** Who sends it, and what makes a second delivery the same one. */
export interface Envelope {
  /** `person:ana`, `channel:evolution`, `api:billing`. */
  readonly principal: string
  /** The sender's id of this event within the actor; a known key is answered with the stored result. */
  readonly key?: string
  /** Epoch ms; default the engine's clock. */
  readonly occurredAt?: number
  readonly causation?: string
  readonly correlation?: string
  /** What the sender believes of the stream; default `any`. A number is the exact version. */
  readonly expectedVersion?: number | "none" | "exists" | "any"
  /** Refused with `notNow`, and nothing is written, when the machine has no transition for it as it stands. */
  readonly onlyIfTaken?: boolean
  /** Who or what begins the actor, if this event does: handed to `startInput` as it is. */
  readonly starter?: unknown
}

/** The event is stored. */
export interface Delivered {
  readonly address: Address
  /** Of the input event in its stream and in its partition. */
  readonly version: number
  readonly position: number
  readonly partition: number
  /** The position of the last event that it led to; of a known key only its own. */
  readonly lastPosition: number
  /** Of the actor now; `error` when its machine threw at this event. */
  readonly status: ActorView["status"]
  /** True when the key was known: nothing was written now. */
  readonly duplicate: boolean
}

/** The event does not fit the machine: unknown machine, unknown type, wrong data. Sending it again won't help. */
export class EventRefused extends Schema.TaggedError<EventRefused>()("EventRefused", {
  reason: Schema.Literals([
    "unknownCompany",
    "unknownMachine",
    "unknownEvent",
    "wrongData",
    "tooLarge",
    "parked",
    "erased",
    "closed",
    "notNow"
  ]),
  message: Schema.String
}) {}

/** The stream is not where the sender believed it to be. Nothing was written. */
export class WrongVersion extends Schema.TaggedError<WrongVersion>()("WrongVersion", {
  stream: Schema.String,
  expected: Schema.Union([Schema.Number, Schema.String]),
  actual: Schema.Number,
  message: Schema.String
}) {}

/** Not stored now, try again after `retryAfterMs`: not the owner, too much waiting, or no database. */
export class TryAgain extends Schema.TaggedError<TryAgain>()("TryAgain", {
  reason: Schema.Literals(["notOwner", "overloaded", "storeUnavailable"]),
  message: Schema.String,
  retryAfterMs: Schema.Number
}) {}

export type DeliverError = EventRefused | WrongVersion | TryAgain

/** An actor as it is now. */
export interface ActorView {
  readonly address: Address
  readonly version: number
  readonly machineVersion: string
  readonly status: "active" | "done" | "error" | "stopped"
  /** XState's state value: `{ conv: "listening" }`. */
  readonly value: unknown
  readonly context: unknown
  readonly timers: ReadonlyArray<{ readonly timer: string; readonly dueAt: number }>
  readonly jobs: ReadonlyArray<{ readonly job: string; readonly name: string }>
  /** What a person may send it now. */
  readonly can: ReadonlyArray<PossibleEvent>
  /** The person it is about was erased. */
  readonly erased: boolean
}

/** What the engine is doing, for `doctor`, `/readyz` and the console. */
export interface EngineStatus {
  readonly owner: string
  readonly partitions: number
  readonly actorsInMemory: number
  readonly waiting: number
  readonly jobsRunning: number
  readonly timersAhead: number
  /** Actors of this process whose machine ended in an error, and those that are parked. */
  readonly actorsInError: number
  readonly actorsParked: number
  /** False while the database can't be reached or another process owns the partitions. */
  readonly ready: boolean
  /** What it lacks for that, for strangers; `why`, with what the database said, is for those who run it. */
  readonly lacks?: Exclude<TryAgain["reason"], "overloaded">
  readonly why?: string
}

/** What was just committed, for those who want to know at once; a hint, the store is the truth. */
export interface CommitHint {
  readonly company: string
  readonly partition: number
  readonly position: number
  readonly streams: ReadonlyArray<string>
}

/** The one door into the actors. */
export class Engine extends Context.Service<
  Engine,
  {
    readonly deliver: (
      address: Address,
      event: ActorEvent,
      envelope: Envelope
    ) => Effect.Effect<Delivered, DeliverError>
    /** The actor, loaded if need be; undefined when its stream has no event. */
    readonly view: (address: Address) => Effect.Effect<ActorView | undefined, EventRefused | TryAgain>
    readonly status: Effect.Effect<EngineStatus>
    /** Calls `hear` after every commit of this process; the result stops that. */
    readonly onCommit: (hear: (hint: CommitHint) => void) => Effect.Effect<() => void>
  }
>()("centurion/actors/Engine") {}
