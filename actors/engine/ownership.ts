import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { EventStore } from "../../eventstore/log/event-store.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { EngineClock } from "./engine-clock.ts"

/** This process got partitions while another has the first one, and gave them back. */
class StandsBy extends Schema.TaggedError<StandsBy>()("StandsBy", { message: Schema.String }) {}

/** Who is told when partitions come and go. */
export interface OwnershipListener {
  /** Some of them may be known already, under the same epoch. */
  readonly gained: (partitions: ReadonlyArray<Partition>) => Effect.Effect<void>
  /** None named means all. */
  readonly lost: (why: string) => Effect.Effect<void>
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
        const clock = yield* EngineClock
        const { owner, leaseMs } = options
        let wake = () => {}
        /** What stands in our name may be more than we know of: an answer was lost, or a partition was given up here. */
        let unsure = false
        /** Asked while a round was under way, which may have looked before: then another follows at once. */
        let isAsked = false
        const woken = Effect.callback<void>((resume) => {
          const end = () => {
            isAsked = false
            wake = () => {}
            resume(Effect.void)
          }
          if (isAsked) return end()
          wake = end
          return Effect.sync(() => {
            if (wake === end) wake = () => {}
          })
        })
        const pause = Effect.raceFirst(clock.pause(leaseMs / 3), woken)

        const correctClock = Effect.gen(function* () {
          const asked = clock.steady()
          const database = yield* store.now
          clock.correct(database, clock.steady() - asked)
        })

        const isAnothers = Effect.map(store.partitions(), (partitions) => {
          const first = partitions.find((each) => each.alive)
          return first !== undefined && first.owner !== owner
        })

        let renewedAt = Number.NEGATIVE_INFINITY
        const holdsLease = () => clock.steady() - renewedAt < leaseMs

        const keep = Effect.fnUntraced(function* (listener: OwnershipListener) {
          let owning = false
          while (true) {
            const startedAt = clock.steady()
            const round = yield* Effect.result(
              Effect.gen(function* () {
                if (owning && !(yield* store.renew(owner, leaseMs))) {
                  owning = false
                  yield* listener.lost("the lease ran out before it was renewed")
                }
                // What still stands in our name from before a lapse is nobody's until it is claimed anew.
                if (!owning) yield* store.release(owner)
                const gained = yield* store.claim(owner, leaseMs, partitionsPerClaim)
                yield* correctClock
                // Two that claim at the same moment get a part each; whoever has the first partition keeps them all.
                if (gained.length > 0 && (yield* isAnothers)) {
                  yield* store.release(owner)
                  return yield* new StandsBy({ message: "another process owns the first partition" })
                }
                if (!unsure) return gained
                unsure = false
                return (yield* store.partitions()).filter((each) => each.owner === owner)
              })
            )
            if (round._tag === "Success") {
              renewedAt = startedAt
              owning = true
              if (round.success.length > 0) yield* listener.gained(round.success)
              if (round.success.length === partitionsPerClaim) continue
            } else if (round.failure._tag === "StandsBy") {
              if (owning) yield* listener.lost(round.failure.message)
              owning = false
            } else {
              unsure = true
              if (owning && !holdsLease()) {
                owning = false
                yield* listener.lost(`the lease ran out: ${round.failure.message}`)
              }
            }
            yield* pause
          }
        })

        return Ownership.of({
          owner,
          keep,
          holdsLease,
          lookNow: () => {
            unsure = true
            isAsked = true
            wake()
          },
          release: Effect.ignore(store.release(owner))
        })
      })
    )
}

/** A claim is one statement; this bounds its size. */
const partitionsPerClaim = 1000
