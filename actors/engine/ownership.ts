import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "../../eventstore/log/event-store.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { EngineClock } from "./engine-clock.ts"
import { Lease } from "./lease.ts"

/** Another process's partitions, or a database that does not answer. */
export type Lacking = "notOwner" | "storeUnavailable"

/** Why this process takes no work. */
export interface Standby {
  readonly why: string
  readonly lacks: Lacking
}

/** Before the first claim. */
export const notYet: Standby = { why: "it has no partition yet", lacks: "notOwner" }

/** Who is told when partitions come and go. */
export interface OwnershipListener {
  /** Some of them may be known already, under the same epoch. */
  readonly gained: (partitions: ReadonlyArray<Partition>) => Effect.Effect<void>
  /** All of them; default because another process owns them. */
  readonly lost: (why: string, lacks?: Lacking) => Effect.Effect<void>
}

/**
 * Which partitions this process owns. One process after another by a lease in the database here; on many machines
 * `effect/cluster` says it, and nothing else changes: the epoch shuts out whoever is wrong.
 */
export class Ownership extends Context.Service<
  Ownership,
  {
    readonly owner: string
    /** Takes and keeps partitions until the scope ends; never fails, tells the listener instead. */
    readonly keep: (listener: OwnershipListener) => Effect.Effect<never>
    /** Whether our lease still runs, by this process's own steady clock: false at once after a long freeze. */
    readonly holdsLease: () => boolean
    /** Looks for partitions now: free ones, as after a company was made, and ours that we lost sight of. */
    readonly lookNow: () => void
    readonly release: Effect.Effect<void>
  }
>()("centurion/actors/Ownership") {
  /** `leaseMs`: how long a dead owner keeps its partitions; renewed three times in that. */
  static readonly layerLease = (options: { readonly owner: string; readonly leaseMs: number }) =>
    Layer.effect(
      Ownership,
      Effect.gen(function* () {
        const store = yield* EventStore
        const { owner } = options
        const lease = new Lease({ store, clock: yield* EngineClock, ...options })
        return Ownership.of({
          owner,
          keep: lease.keep,
          holdsLease: lease.holds,
          lookNow: lease.lookNow,
          release: Effect.ignore(store.release(owner))
        })
      })
    )
}
