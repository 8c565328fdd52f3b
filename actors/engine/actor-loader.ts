import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { EventStore, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { StoredActor } from "../../eventstore/log/stored-rows.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import type { Address } from "../address.ts"
import { streamOf } from "../address.ts"
import { type ActorParked, foldActor, type LiveActor, newActor } from "../machine/live-actor.ts"
import type { RegisteredMachine } from "../machine/machine-registry.ts"
import type { Fork } from "./engine-clock.ts"
import type { OwnedPartition } from "./partition.ts"

/** An actor as it was loaded, or why it can't be. */
export type Loaded = Result.Result<LiveActor, ActorParked | StoreUnavailable>

interface Wanted {
  readonly actor: LiveActor
  readonly waiting: Array<(loaded: Loaded) => void>
}

/** What a loader works with. */
export interface LoaderParts {
  readonly store: EventStore["Service"]
  readonly keys: SubjectKeys["Service"]
  readonly fork: Fork
  /** Called with what came of each load. */
  readonly loaded: (loaded: Loaded) => void
  /** Of actors in memory; those on whose way something is are kept beside. */
  readonly actorsInMemory: number
}

/** Actors of one read; what comes in while it runs goes into the next. */
const readMax = 200

/** The actors in memory, the longest unused first. Only the owner of their partitions may keep them. */
export class ActorLoader {
  private readonly parts: LoaderParts
  private readonly actors = new Map<string, LiveActor>()
  private wanted = new Map<string, Wanted>()
  private reading = new Map<string, Wanted>()
  private isScheduled = false

  constructor(parts: LoaderParts) {
    this.parts = parts
  }

  get size(): number {
    return this.actors.size
  }

  /** The actor, if it is in memory. */
  find(stream: string, { company, epoch }: OwnedPartition): LiveActor | undefined {
    const key = `${company}/${stream}`
    const actor = this.actors.get(key)
    if (actor === undefined) return undefined
    this.actors.delete(key)
    if (actor.epoch !== epoch) return undefined
    this.actors.set(key, actor)
    return actor
  }

  /** Calls back with the actor, from memory or from the store; at once if it is in memory. */
  load(
    address: Address,
    partition: OwnedPartition,
    registered: RegisteredMachine,
    done: (loaded: Loaded) => void
  ): void {
    const stream = streamOf(address)
    const known = this.find(stream, partition)
    if (known !== undefined) {
      done(Result.succeed(known))
      return
    }
    const key = `${address.company}/${stream} ${partition.epoch}`
    const already = this.wanted.get(key) ?? this.reading.get(key)
    if (already !== undefined) {
      already.waiting.push(done)
      return
    }
    this.wanted.set(key, { actor: newActor(address, stream, partition, registered), waiting: [done] })
    if (this.isScheduled) return
    this.isScheduled = true
    this.parts.fork(Effect.andThen(Effect.yieldNow, this.readWanted))
  }

  /** Lets all actors of a partition go. */
  forget(company: string, partition: number): void {
    for (const [key, actor] of this.actors) {
      if (actor.company === company && actor.partition === partition) this.actors.delete(key)
    }
  }

  private makeRoom() {
    const { actorsInMemory } = this.parts
    if (this.actors.size <= actorsInMemory) return
    for (const [key, actor] of this.actors) {
      if (actor.pins > 0) continue
      this.actors.delete(key)
      if (this.actors.size <= actorsInMemory) return
    }
  }

  private readonly readWanted = Effect.gen({ self: this }, function* (this: ActorLoader) {
    while (this.wanted.size > 0) {
      const wanted = [...this.wanted]
      this.reading = new Map(wanted.slice(0, readMax))
      this.wanted = new Map(wanted.slice(readMax))
      const actors = [...this.reading.values()].map(({ actor }) => actor)
      const read = yield* Effect.result(
        this.parts.store.loadActors(
          actors.map((actor) => actor.company),
          actors.map((actor) => actor.stream)
        )
      )
      for (const { actor, waiting } of this.reading.values()) {
        const loaded = Result.flatMap(read, (stored) => this.fold(actor, stored))
        if (Result.isSuccess(loaded)) this.actors.set(`${actor.company}/${actor.stream}`, actor)
        this.parts.loaded(loaded)
        for (const done of waiting) done(loaded)
      }
      this.reading = new Map()
      this.makeRoom()
    }
    this.isScheduled = false
  })

  private fold(actor: LiveActor, all: ReadonlyArray<StoredActor>): Result.Result<LiveActor, ActorParked> {
    const stored = all.find((each) => each.stream === actor.stream && each.company === actor.company)
    const subject = stored?.subject
    return foldActor(actor, stored, subject === undefined ? undefined : this.parts.keys.unwrap(subject))
  }
}
