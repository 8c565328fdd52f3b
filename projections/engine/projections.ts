import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { DatabaseError } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { PastEvent } from "../read-model.ts"

/** What the live read models of a company have just taken in: the events of one partition, in order, without gaps. */
export interface Applied {
  readonly company: string
  readonly partition: number
  /** The position before the first of them, and that of the last. */
  readonly after: number
  readonly position: number
  readonly events: ReadonlyArray<PastEvent>
}

/** How far a read model is behind. */
export interface Lag {
  readonly company: string
  readonly readModel: string
  readonly version: number
  readonly state: "live" | "building"
  /** Read of all events of the company, and how many there are. */
  readonly read: number
  readonly total: number
  /** Age of the oldest event that is not read yet, ms; 0 when there is none. */
  readonly lagMs: number
  /** Streams that wait because their fold broke. */
  readonly parked: number
}

/** A stream that a read model could not fold. `since` is epoch ms. */
export interface Parked {
  readonly company: string
  readonly readModel: string
  readonly version: number
  readonly stream: string
  readonly streamVersion: number
  readonly reason: string
  readonly since: number
}

/** No read model is called so. */
export class UnknownReadModel extends Schema.TaggedError<UnknownReadModel>()("UnknownReadModel", {
  message: Schema.String
}) {}

/** The read models have not read all events yet. */
export class NotCaughtUp extends Schema.TaggedError<NotCaughtUp>()("NotCaughtUp", {
  message: Schema.String
}) {}

/** What came of folding a parked stream again. */
export type RetryOutcome =
  | { readonly outcome: "notParked" }
  | { readonly outcome: "folded"; readonly events: number }
  | { readonly outcome: "brokeAgain"; readonly streamVersion: number; readonly reason: string }

export type ProjectionFailure = StoreUnavailable | DatabaseError

/** The read models of this installation, kept up to date by this process while it owns partitions. */
export class Projections extends Context.Service<
  Projections,
  {
    /** Makes the company's schema and its read models' checkpoints; does nothing when they are there. */
    readonly ensureCompany: (company: string) => Effect.Effect<void, ProjectionFailure>
    /** Drops the company's schema with its read models, for good: its events stay. */
    readonly dropCompany: (company: string) => Effect.Effect<void, ProjectionFailure>
    /** True once the live read models show this position of the partition; false when that took too long. */
    readonly waitFor: (
      company: string,
      partition: number,
      position: number,
      timeoutMs?: number
    ) => Effect.Effect<boolean>
    /** Calls `hear` after each transaction that moved the live read models on; the result stops that. */
    readonly onApplied: (hear: (applied: Applied) => void) => Effect.Effect<() => void>
    readonly lags: (company: string | null) => Effect.Effect<ReadonlyArray<Lag>, ProjectionFailure>
    readonly parked: (company: string | null) => Effect.Effect<ReadonlyArray<Parked>, ProjectionFailure>
    /** Folds a parked stream again from where it broke; gives the reason when it breaks again. */
    readonly retry: (
      company: string,
      readModel: string,
      stream: string
    ) => Effect.Effect<RetryOutcome, ProjectionFailure>
    /** Begins to build the read model anew beside the one that serves, which it replaces when it is done. */
    readonly rebuild: (
      company: string,
      readModel: string
    ) => Effect.Effect<void, ProjectionFailure | UnknownReadModel>
    /** Takes a person's data out of all read models, once they have read all that there is; gives how many rows. */
    readonly erase: (
      company: string,
      streams: ReadonlyArray<string>
    ) => Effect.Effect<number, ProjectionFailure | NotCaughtUp>
  }
>()("centurion/projections/Projections") {}
