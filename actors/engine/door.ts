import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import { erased, giveKey, needsKey } from "../actor-key.ts"
import { type Address, formatAddress, streamOf } from "../address.ts"
import { ActorParked, type LiveActor, stepInputOf } from "../machine/live-actor.ts"
import { absentMachine, type MachineRegistry } from "../machine/machine-registry.ts"
import { acceptEvent, unknownMachine } from "./accept-event.ts"
import type { ActorLoader } from "./actor-loader.ts"
import {
  type ActorEvent,
  type DeliverError,
  type Delivered,
  type Envelope,
  EventRefused,
  TryAgain
} from "./engine.ts"
import type { EngineClock, Fork } from "./engine-clock.ts"
import type { EngineLimits } from "./engine-limits.ts"
import type { EngineOptions } from "./engine-options.ts"
import type { OwnedPartitions } from "./owned-partitions.ts"
import { type Delivery, type ErasureOrder, enqueue, type Outcome, type OwnedPartition } from "./partition.ts"

/** What the door needs of the engine around it. */
export interface DoorPorts {
  readonly registry: MachineRegistry
  readonly partitions: OwnedPartitions
  readonly loader: ActorLoader
  readonly keys: SubjectKeys["Service"]
  readonly clock: EngineClock["Service"]
  readonly fork: Fork
  readonly limits: EngineLimits
  readonly startInput: EngineOptions["startInput"]
  /** Why nothing can be stored now; undefined while the database answers. */
  readonly storeDown: () => string | undefined
  /** An unknown company was asked for: look for free partitions. */
  readonly lookForPartitions: () => void
}

/** An input that the engine makes itself: a timer that fired, a job that ended. */
export interface OwnInput {
  readonly type: "TimerFired" | "JobSucceeded" | "JobFailed"
  readonly data: JsonObject
  readonly causation: string
  readonly timer?: Delivery["timer"]
  readonly job?: string
}

/** The one way into an actor. */
export interface Door {
  readonly deliver: (
    address: Address,
    event: ActorEvent,
    envelope: Envelope
  ) => Effect.Effect<Delivered, DeliverError>
  /** For the engine's own inputs; `stale` when they answer nothing any more. */
  readonly deliverOwn: (address: Address, input: OwnInput) => Effect.Effect<Delivered | "stale", DeliverError>
  /** Erases the actor's person from it; `stale` when it was done before. */
  readonly erase: (address: Address, order: ErasureOrder) => Effect.Effect<Delivered | "stale", DeliverError>
  readonly load: (address: Address) => Effect.Effect<LiveActor, EventRefused | TryAgain>
  readonly waiting: () => number
  /** Tells deliveries older than the limit to try again, while the database does not answer. */
  readonly sweep: () => void
  /** Tells all who still wait to try again elsewhere: nothing is taken any more. */
  readonly close: () => void
}

const notOwnerRetryMs = 1000
const storeRetryMs = 1000

export const makeDoor = (ports: DoorPorts): Door => {
  const { clock, fork, registry, partitions, loader, limits } = ports
  const open = new Set<{ readonly since: number; readonly refuse: (error: DeliverError) => void }>()
  const loading = new Set<(error: TryAgain) => void>()

  /**
   * Finds the actor's place and loads it; `done` is called once, now or later. With `toErase` also one that can't be
   * loaded, without its state: erasing it is owed.
   */
  const find = (
    address: Address,
    done: (found: { partition: OwnedPartition; actor: LiveActor } | EventRefused | TryAgain) => void,
    toErase = false
  ) => {
    const listed = registry.get(address.machine)
    if (listed === undefined && !toErase) return done(unknownMachine(registry, address))
    const registered = listed ?? absentMachine(address.machine)
    const down = ports.storeDown()
    if (down !== undefined)
      return done(new TryAgain({ reason: "storeUnavailable", message: down, retryAfterMs: storeRetryMs }))
    const stream = streamOf(address)
    const partition = partitions.of(address.company, stream)
    if (partition === "unknownCompany") return findCompany(address, done)
    if (partition === "notOwner") return done(notOwner(address))
    loading.add(done)
    loader.load(address, partition, registered, (loaded) => {
      loading.delete(done)
      const isParked = loaded instanceof ActorParked
      if (isParked && !toErase) done(new EventRefused({ reason: "parked", message: loaded.message }))
      else if (loaded instanceof StoreUnavailable)
        done(
          new TryAgain({ reason: "storeUnavailable", message: loaded.message, retryAfterMs: storeRetryMs })
        )
      else if (partition.lost) done(notOwner(address))
      else {
        const actor = isParked ? loaded.actor : loaded
        if (listed === undefined) actor.state = undefined
        done({ partition, actor })
      }
    })
  }

  const findCompany = (address: Address, done: Parameters<typeof find>[1]) => {
    fork(
      Effect.map(partitions.refresh, (found) => {
        const known = partitions.of(address.company, streamOf(address)) !== "unknownCompany"
        if (found || known) {
          ports.lookForPartitions()
          return done(notOwner(address))
        }
        done(
          new EventRefused({
            reason: "unknownCompany",
            message: `no company is called "${address.company}"; it must be made before ${formatAddress(address)} can be reached`
          })
        )
      })
    )
  }

  const push = (
    found: { partition: OwnedPartition; actor: LiveActor },
    delivery: Omit<Delivery, "kind" | "actor" | "settle">,
    settle: (outcome: Outcome) => void
  ) => {
    const { partition, actor } = found
    if (partition.lost) return settle(notOwner(actor.address))
    actor.pins++
    const entry = { since: clock.steady(), refuse: settle }
    open.add(entry)
    enqueue(partition, {
      ...delivery,
      kind: "delivery",
      actor,
      settle: (outcome) => {
        unpin(actor)
        open.delete(entry)
        settle(outcome)
      }
    })
  }

  /** What a new actor is started with, and the key of the person it is about. */
  const makeReady = (
    actor: LiveActor,
    starting: Effect.Effect<Json | undefined, EventRefused>,
    done: (ready: Exit.Exit<Json | undefined, EventRefused | TryAgain>) => void
  ) => {
    // Let go meanwhile, it would be loaded as a second one, and this first one would be out of date.
    actor.pins++
    const ready = Effect.tap(starting, (startInput) => giveKey(ports.keys, actor, startInput))
    fork(
      Effect.map(Effect.exit(ready), (exit) => {
        done(exit)
        unpin(actor)
      })
    )
  }

  const startingOf = (actor: LiveActor, event: ActorEvent, envelope: Envelope) => {
    if (actor.version > 0) return Effect.succeed(undefined)
    // Whoever comes while somebody begins it may be stored first, and then begins it as that one does.
    actor.starter ??= envelope.starter
    return ports.startInput(actor.address, event, actor.starter)
  }

  const deliver: Door["deliver"] = (address, event, envelope) =>
    Effect.callback((resume) => {
      const settle = (outcome: Outcome) => resume(resultOf(outcome))
      const accepted = acceptEvent(registry, limits, address, event, envelope)
      if ("_tag" in accepted) return settle(accepted)
      if (open.size >= limits.waitingMax) return settle(overloaded(open.size))
      find(address, (found) => {
        if ("_tag" in found) return settle(found)
        const { actor } = found
        if (actor.erased) return settle(erased(address))
        const { data, text } = accepted
        const input = stepInputOf(event.type, data)
        const delivery = { type: event.type, data, text, input, envelope, startInput: undefined }
        if (actor.version > 0 && !needsKey(actor)) return push(found, delivery, settle)
        makeReady(actor, startingOf(actor, event, envelope), (ready) => {
          if (Exit.isFailure(ready)) resume(Effect.failCause(ready.cause))
          else push(found, { ...delivery, startInput: ready.value }, settle)
        })
      })
    })

  const deliverOwn: Door["deliverOwn"] = (address, { type, data, causation, timer, job }) =>
    Effect.callback<Delivered | "stale", DeliverError>((resume) => {
      const settle = (outcome: Outcome) =>
        resume(outcome === "stale" ? Effect.succeed(outcome) : resultOf(outcome))
      let text: string
      try {
        text = canonicalJson(data, type)
      } catch (error) {
        return settle(new EventRefused({ reason: "wrongData", message: String(error) }))
      }
      find(address, (found) => {
        if ("_tag" in found) return settle(found)
        const envelope = { principal: "engine", causation }
        const stored = JSON.parse(text) as JsonObject
        const input = stepInputOf(type, stored)
        const delivery = { type, data: stored, text, input, envelope, startInput: undefined }
        if (found.actor.erased) return settle("stale")
        const own = { ...delivery, ...(timer && { timer }), ...(job !== undefined && { job }) }
        if (!needsKey(found.actor)) return push(found, own, settle)
        makeReady(found.actor, Effect.succeed(undefined), (ready) => {
          if (Exit.isFailure(ready)) resume(Effect.failCause(ready.cause))
          else push(found, own, settle)
        })
      })
    })

  const erase: Door["erase"] = (address, order) =>
    Effect.callback<Delivered | "stale", DeliverError>((resume) => {
      const settle = (outcome: Outcome) =>
        resume(outcome === "stale" ? Effect.succeed(outcome) : resultOf(outcome))
      const give: Parameters<typeof find>[1] = (found) => {
        if ("_tag" in found) return settle(found)
        const type = "SubjectErased"
        const envelope = { principal: "engine", causation: `erasure/${order.erasure}` }
        const input = { kind: "event", event: { type } } as const
        const delivery = { type, data: {}, text: "{}", input, envelope, startInput: undefined }
        push(found, { ...delivery, erasure: order }, settle)
      }
      find(address, give, true)
    })

  return {
    deliver,
    deliverOwn,
    erase,
    load: (address) =>
      Effect.callback((resume) =>
        find(address, (found) => resume("_tag" in found ? Effect.fail(found) : Effect.succeed(found.actor)))
      ),
    waiting: () => open.size,
    close: () => {
      const ended = new TryAgain({
        reason: "notOwner",
        message: "this process ends",
        retryAfterMs: notOwnerRetryMs
      })
      for (const refuse of loading) refuse(ended)
      for (const { refuse } of open) refuse(ended)
    },
    sweep: () => {
      const down = ports.storeDown()
      if (down === undefined) return
      const oldest = clock.steady() - limits.deliverTimeoutMs
      for (const entry of open) {
        if (entry.since > oldest) return
        open.delete(entry)
        entry.refuse(new TryAgain({ reason: "storeUnavailable", message: down, retryAfterMs: storeRetryMs }))
      }
    }
  }
}

const resultOf = (outcome: Outcome): Effect.Effect<Delivered, DeliverError> => {
  if (outcome === "stale") return Effect.die(new Error("only the engine's own inputs can be stale"))
  return "_tag" in outcome ? Effect.fail(outcome) : Effect.succeed(outcome)
}

/** Once nobody is on the way to it any more, it may be let go, and nobody is beginning it. */
const unpin = (actor: LiveActor) => {
  actor.pins--
  if (actor.pins === 0) actor.starter = undefined
}

const notOwner = (address: Address) =>
  new TryAgain({
    reason: "notOwner",
    message: `another process owns the partition of ${formatAddress(address)}`,
    retryAfterMs: notOwnerRetryMs
  })

const overloaded = (waiting: number) =>
  new TryAgain({ reason: "overloaded", message: `${waiting} deliveries wait already`, retryAfterMs: 1000 })
