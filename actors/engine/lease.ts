import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { EventStore } from "../../eventstore/log/event-store.ts"
import { pollLoop, Wake } from "../poll-loop.ts"
import type { EngineClock } from "./engine-clock.ts"
import type { Lacking, OwnershipListener } from "./ownership.ts"

/** This process got partitions while another has the first one, and gave them back. */
class StandsBy extends Schema.TaggedError<StandsBy>()("StandsBy", { message: Schema.String }) {}

/** What a lease works with. */
export interface LeaseParts {
  readonly store: EventStore["Service"]
  readonly clock: EngineClock["Service"]
  readonly owner: string
  readonly leaseMs: number
}

/** A claim is one statement; this bounds its size. */
const partitionsPerClaim = 1000

/** A lease in the database on all partitions: one process has it, and another gets it when it runs out. */
export class Lease {
  private readonly parts: LeaseParts
  private readonly wake = new Wake()
  private owning = false
  /** By the steady clock. */
  private renewedAt = Number.NEGATIVE_INFINITY
  /** What stands in our name may be more than we know of: an answer was lost, or a partition was given up here. */
  private unsure = false

  constructor(parts: LeaseParts) {
    this.parts = parts
  }

  readonly holds = (): boolean => this.parts.clock.steady() - this.renewedAt < this.parts.leaseMs

  readonly lookNow = (): void => {
    this.unsure = true
    this.wake.now()
  }

  readonly keep = (listener: OwnershipListener): Effect.Effect<never> => {
    const { clock, leaseMs } = this.parts
    return pollLoop({ look: this.round(listener), pause: () => clock.pause(leaseMs / 3), wake: this.wake })
  }

  private round(listener: OwnershipListener): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* (this: Lease) {
      const startedAt = this.parts.clock.steady()
      const round = yield* Effect.result(this.claim(listener))
      if (round._tag === "Success") {
        this.renewedAt = startedAt
        this.owning = true
        if (round.success.length > 0) yield* listener.gained(round.success)
        if (round.success.length === partitionsPerClaim) this.wake.now()
      } else if (round.failure._tag === "StandsBy") {
        yield* this.lose(listener, round.failure.message)
      } else {
        this.unsure = true
        if (!this.holds())
          yield* this.lose(listener, `the lease ran out: ${round.failure.message}`, "storeUnavailable")
      }
    })
  }

  /** Renews the lease, and gives the partitions that are new to us, or all of ours when we are not sure. */
  private claim(listener: OwnershipListener) {
    return Effect.gen({ self: this }, function* (this: Lease) {
      const { store, owner, leaseMs } = this.parts
      if (this.owning && !(yield* store.renew(owner, leaseMs)))
        yield* this.lose(listener, "the lease ran out before it was renewed")
      // What still stands in our name from before a lapse is nobody's until it is claimed anew.
      if (!this.owning) yield* store.release(owner)
      const gained = yield* store.claim(owner, leaseMs, partitionsPerClaim)
      yield* this.correctClock
      // Two that claim at the same moment get a part each; whoever has the first partition keeps them all.
      if (gained.length > 0 && (yield* this.isAnothers)) {
        yield* store.release(owner)
        return yield* new StandsBy({ message: "another process owns the first partition" })
      }
      if (!this.unsure) return gained
      this.unsure = false
      return (yield* store.partitions()).filter((each) => each.owner === owner)
    })
  }

  private lose(listener: OwnershipListener, why: string, lacks?: Lacking): Effect.Effect<void> {
    if (!this.owning) return Effect.void
    this.owning = false
    return listener.lost(why, lacks)
  }

  private readonly correctClock = Effect.gen({ self: this }, function* (this: Lease) {
    const { store, clock } = this.parts
    const asked = clock.steady()
    const database = yield* store.now
    clock.correct(database, clock.steady() - asked)
  })

  private readonly isAnothers = Effect.gen({ self: this }, function* (this: Lease) {
    const { store, owner } = this.parts
    const first = (yield* store.partitions()).find((each) => each.alive)
    return first !== undefined && first.owner !== owner
  })
}
