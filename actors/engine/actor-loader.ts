import * as Effect from "effect/Effect"
import type { EventStore, StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import type { Address } from "../address.ts"
import { streamOf } from "../address.ts"
import { ActorParked, foldActor, type LiveActor, newActor } from "../machine/live-actor.ts"
import type { RegisteredMachine } from "../machine/machine-registry.ts"
import type { Fork } from "./engine-clock.ts"
import type { OwnedPartition } from "./partition.ts"

type Loaded = LiveActor | ActorParked | StoreUnavailable

interface Wanted {
  readonly actor: LiveActor
  readonly waiting: Array<(loaded: Loaded) => void>
}

/** Actors of one read; what comes in while it runs goes into the next. */
const readMax = 200

/** The actors in memory, the longest unused first. Only the owner of their partitions may keep them. */
export interface ActorLoader {
  readonly find: (stream: string, partition: OwnedPartition) => LiveActor | undefined
  /** Calls back with the actor, from memory or from the store; at once if it is in memory. */
  readonly load: (
    address: Address,
    partition: OwnedPartition,
    registered: RegisteredMachine,
    done: (loaded: Loaded) => void
  ) => void
  readonly forget: (company: string, partition: number) => void
  readonly size: () => number
}

export const makeActorLoader = (
  store: EventStore["Service"],
  keys: SubjectKeys["Service"],
  actorsInMemory: number,
  fork: Fork
): ActorLoader => {
  const actors = new Map<string, LiveActor>()
  let wanted = new Map<string, Wanted>()
  let reading = new Map<string, Wanted>()
  let scheduled = false

  const makeRoom = () => {
    if (actors.size <= actorsInMemory) return
    for (const [key, actor] of actors) {
      if (actor.pins > 0) continue
      actors.delete(key)
      if (actors.size <= actorsInMemory) return
    }
  }

  const find = (stream: string, { company, epoch }: OwnedPartition) => {
    const key = `${company}/${stream}`
    const actor = actors.get(key)
    if (actor === undefined) return undefined
    actors.delete(key)
    if (actor.epoch !== epoch) return undefined
    actors.set(key, actor)
    return actor
  }

  const readWanted = Effect.gen(function* () {
    while (wanted.size > 0) {
      reading = new Map([...wanted].slice(0, readMax))
      wanted = new Map([...wanted].slice(readMax))
      const list = [...reading.values()].map(({ actor }) => actor)
      const read = yield* Effect.result(
        store.loadActors(
          list.map((actor) => actor.company),
          list.map((actor) => actor.stream)
        )
      )
      for (const { actor, waiting } of reading.values()) {
        const loaded =
          read._tag === "Failure"
            ? read.failure
            : folded(
                keys,
                actor,
                read.success.find((each) => each.stream === actor.stream && each.company === actor.company)
              )
        if (loaded === actor) actors.set(`${actor.company}/${actor.stream}`, actor)
        for (const done of waiting) done(loaded)
      }
      reading = new Map()
      makeRoom()
    }
    scheduled = false
  })

  return {
    find,
    load: (address, partition, registered, done) => {
      const stream = streamOf(address)
      const known = find(stream, partition)
      if (known !== undefined) return done(known)
      const key = `${address.company}/${stream} ${partition.epoch}`
      const already = wanted.get(key) ?? reading.get(key)
      if (already !== undefined) {
        already.waiting.push(done)
        return
      }
      wanted.set(key, { actor: newActor(address, stream, partition, registered), waiting: [done] })
      if (scheduled) return
      scheduled = true
      fork(Effect.andThen(Effect.yieldNow, readWanted))
    },
    forget: (company, partition) => {
      for (const [key, actor] of actors) {
        if (actor.company === company && actor.partition === partition) actors.delete(key)
      }
    },
    size: () => actors.size
  }
}

const folded = (
  keys: SubjectKeys["Service"],
  actor: LiveActor,
  stored: Parameters<typeof foldActor>[1]
): Loaded => {
  try {
    foldActor(actor, stored, stored?.subject === undefined ? undefined : keys.unwrap(stored.subject))
    return actor
  } catch (error) {
    if (error instanceof ActorParked) return error
    throw error
  }
}
