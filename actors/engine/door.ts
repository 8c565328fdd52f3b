import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { SubjectKeys } from "../../eventstore/personal/subject-keys.ts"
import { erased, giveKey, isReady, unpin } from "../actor-key.ts"
import { type Address, formatAddress, streamOf } from "../address.ts"
import { type ActorParked, type LiveActor, needsKey, stepInputOf } from "../machine/live-actor.ts"
import { absentMachine, type MachineRegistry, type RegisteredMachine } from "../machine/machine-registry.ts"
import { acceptEvent, asStored } from "./accept-event.ts"
import type { ActorLoader } from "./actor-loader.ts"
import {
  type ActorEvent,
  type DeliverError,
  type Delivered,
  type Envelope,
  EventRefused,
  type TryAgain
} from "./engine.ts"
import type { EngineClock } from "./engine-clock.ts"
import type { EngineLimits } from "./engine-limits.ts"
import type { EngineOptions } from "./engine-options.ts"
import { enqueue, type OwnedPartitions } from "./owned-partitions.ts"
import { type Delivery, type Outcome, type OwnedPartition, resultOf } from "./partition.ts"
import {
  closedRefusal,
  notOwner,
  overloaded,
  processEnds,
  stoppedRefusal,
  storeAway,
  unknownMachine
} from "./refusals.ts"
import type { StoppedActors } from "./stopped/stopped-actors.ts"

/** What the door needs of the engine around it. */
export interface DoorPorts {
  readonly registry: MachineRegistry
  readonly partitions: OwnedPartitions
  readonly loader: ActorLoader
  readonly keys: SubjectKeys["Service"]
  readonly clock: EngineClock["Service"]
  readonly limits: EngineLimits
  readonly stopped: StoppedActors
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

/** An actor in memory, in a partition of ours. */
interface Found {
  readonly partition: OwnedPartition
  readonly actor: LiveActor
}

/** A delivery before its actor is found. */
type Sent = Omit<Delivery, "kind" | "actor" | "settle">

/** The one way into an actor: finds it, makes it ready, and puts what comes for it into its partition's mailbox. */
export class Door {
  private readonly ports: DoorPorts
  /** Deliveries in the mailboxes, the oldest first. */
  private readonly open = new Set<{
    readonly since: number
    readonly refuse: (error: DeliverError) => void
  }>()
  private readonly loading = new Set<(error: TryAgain) => void>()

  constructor(ports: DoorPorts) {
    this.ports = ports
  }

  get waiting(): number {
    return this.open.size
  }

  readonly deliver = (
    address: Address,
    event: ActorEvent,
    envelope: Envelope
  ): Effect.Effect<Delivered, DeliverError> =>
    Effect.suspend((): Effect.Effect<Delivered, DeliverError> => {
      const { registry, limits } = this.ports
      const accepted = acceptEvent(registry, limits, address, event, envelope)
      if (Result.isFailure(accepted)) return Effect.fail(accepted.failure)
      if (this.open.size >= limits.waitingMax) return Effect.fail(overloaded(this.open.size))
      const { data, text } = accepted.success
      const { type } = event
      const sent = { type, data, text, input: stepInputOf(type, data), envelope, startInput: undefined }
      const ready = this.readyInMemory(address)
      return neverStale(ready === undefined ? this.deliverCold(address, event, sent) : this.push(ready, sent))
    })

  /** To an actor that must be loaded, begun, or given the key of its person before. */
  private readonly deliverCold = Effect.fnUntraced(
    { self: this },
    function* (this: Door, address: Address, event: ActorEvent, sent: Sent) {
      const found = yield* this.find(address)
      const { actor } = found
      const { starter = actor.starter } = sent.envelope
      if (actor.erased) return yield* erased(address)
      yield* this.mustGoOn(actor)
      if (isReady(actor)) return yield* this.push(found, sent)
      if (actor.version > 0) return yield* this.pushReady(found, sent, Effect.succeed(undefined))
      // Whoever brings none while somebody begins it may be stored first, and then begins it as that one does.
      actor.starter ??= starter
      return yield* this.pushReady(found, sent, this.ports.startInput(address, event, starter))
    }
  )

  /** For the engine's own inputs; `stale` when they answer nothing any more. */
  readonly deliverOwn = Effect.fnUntraced(
    { self: this },
    function* (this: Door, address: Address, { type, data, causation, timer, job }: OwnInput) {
      const stored = yield* Effect.fromResult(asStored(type, data))
      const found = this.readyInMemory(address) ?? (yield* this.find(address))
      if (found.actor.erased) return "stale" as const
      // What a closed actor had set is passed over, and cleared away.
      if (!found.actor.closed) yield* this.mustGoOn(found.actor)
      const sent: Sent = {
        ...{ type, ...stored, input: stepInputOf(type, stored.data), startInput: undefined },
        envelope: { principal: "engine", causation },
        ...(timer && { timer }),
        ...(job !== undefined && { job })
      }
      return needsKey(found.actor) && !found.actor.closed
        ? yield* this.pushReady(found, sent, Effect.succeed(undefined))
        : yield* this.push(found, sent)
    }
  )

  /** What is ordered of the engine for an actor, which may be one that can't be loaded; `stale` when that was done before. */
  readonly order = Effect.fnUntraced(
    { self: this },
    function* (
      this: Door,
      address: Address,
      envelope: Envelope,
      order: Pick<Delivery, "erasure" | "mending">
    ) {
      const found = yield* this.findToErase(address)
      const type = "SubjectErased"
      const input = { kind: "event", event: { type } } as const
      return yield* this.push(found, {
        ...order,
        envelope,
        type,
        data: {},
        text: "{}",
        input,
        startInput: undefined
      })
    }
  )

  /** The actor, from memory or from the store. */
  readonly load = (address: Address): Effect.Effect<LiveActor, EventRefused | TryAgain> =>
    Effect.map(this.find(address), ({ actor }) => actor)

  /** Tells deliveries older than the limit to try again, while the database does not answer. */
  readonly sweep = (): void => {
    const down = this.ports.storeDown()
    if (down === undefined) return
    const oldest = this.ports.clock.steady() - this.ports.limits.deliverTimeoutMs
    for (const entry of this.open) {
      if (entry.since > oldest) return
      this.open.delete(entry)
      entry.refuse(storeAway(down))
    }
  }

  /** Tells all who still wait to try again elsewhere: nothing is taken any more. */
  close(): void {
    const ended = processEnds()
    for (const refuse of this.loading) refuse(ended)
    for (const { refuse } of this.open) refuse(ended)
  }

  /** The short way, which nearly all take. */
  private readyInMemory(address: Address): Found | undefined {
    const { partitions, loader, storeDown } = this.ports
    if (storeDown() !== undefined) return undefined
    const stream = streamOf(address)
    const partition = partitions.of(address.company, stream)
    if (typeof partition !== "object") return undefined
    const actor = loader.find(stream, partition)
    if (actor === undefined || actor.erased || actor.closed || !isReady(actor)) return undefined
    return this.ports.stopped.stopOf(actor) === undefined ? { partition, actor } : undefined
  }

  private mustGoOn(actor: LiveActor): Effect.Effect<void, EventRefused> {
    if (actor.closed) return Effect.fail(closedRefusal(actor.address))
    const stop = this.ports.stopped.stopOf(actor)
    return stop === undefined ? Effect.void : Effect.fail(stoppedRefusal(stop, actor.address))
  }

  private readonly find = Effect.fnUntraced({ self: this }, function* (this: Door, address: Address) {
    const registered = this.ports.registry.get(address.machine)
    if (registered === undefined) return yield* unknownMachine(this.ports.registry, address)
    const partition = yield* this.partitionOf(address)
    const loading = this.loadFrom(partition, address, registered)
    const actor = yield* Effect.catchTag(loading, "ActorParked", ({ message }) =>
      Effect.fail(new EventRefused({ reason: "parked", message }))
    )
    return { partition, actor }
  })

  /** Also one that can't be loaded, without its state, and one whose machine is gone: erasing it is owed. */
  private readonly findToErase = Effect.fnUntraced({ self: this }, function* (this: Door, address: Address) {
    const registered = this.ports.registry.get(address.machine)
    const partition = yield* this.partitionOf(address)
    const loading = this.loadFrom(partition, address, registered ?? absentMachine(address.machine))
    const actor = yield* Effect.catchTag(loading, "ActorParked", (parked) => Effect.succeed(parked.actor))
    if (registered === undefined) actor.state = undefined
    return { partition, actor }
  })

  /** The partition that the actor is in, if it is ours. */
  private partitionOf(address: Address): Effect.Effect<OwnedPartition, EventRefused | TryAgain> {
    const down = this.ports.storeDown()
    if (down !== undefined) return Effect.fail(storeAway(down))
    const partition = this.ports.partitions.of(address.company, streamOf(address))
    if (partition === "unknownCompany") return this.findCompany(address)
    return partition === "notOwner" ? Effect.fail(notOwner(address)) : Effect.succeed(partition)
  }

  private readonly findCompany = Effect.fnUntraced({ self: this }, function* (this: Door, address: Address) {
    const { partitions, lookForPartitions } = this.ports
    const isNews = yield* partitions.refresh
    if (isNews || partitions.of(address.company, streamOf(address)) !== "unknownCompany") {
      lookForPartitions()
      return yield* notOwner(address)
    }
    return yield* new EventRefused({
      reason: "unknownCompany",
      message: `no company is called "${address.company}"; it must be made before ${formatAddress(address)} can be reached`
    })
  })

  private loadFrom(partition: OwnedPartition, address: Address, registered: RegisteredMachine) {
    return Effect.callback<LiveActor, ActorParked | TryAgain>((resume) => {
      const refuse = (error: TryAgain) => resume(Effect.fail(error))
      this.loading.add(refuse)
      this.ports.loader.load(address, partition, registered, (loaded) => {
        this.loading.delete(refuse)
        if (partition.lost) return refuse(notOwner(address))
        if (Result.isSuccess(loaded)) return resume(Effect.succeed(loaded.success))
        if (loaded.failure._tag === "ActorParked") return resume(Effect.fail(loaded.failure))
        refuse(storeAway(loaded.failure.message))
      })
    })
  }

  /** Pushes it with what a new actor starts with, once there is the key of the person that the actor is about. */
  private pushReady(found: Found, sent: Sent, starting: Effect.Effect<Json | undefined, EventRefused>) {
    const { actor } = found
    // Let go meanwhile, it would be loaded as a second one, and this first one would be out of date.
    actor.pins++
    return starting.pipe(
      Effect.tap((startInput) => giveKey(this.ports.keys, actor, startInput)),
      Effect.flatMap((startInput) => this.push(found, { ...sent, startInput })),
      Effect.ensuring(Effect.sync(() => unpin(actor)))
    )
  }

  /** Into the mailbox; the lane answers when the commit stands. */
  private push({ partition, actor }: Found, sent: Sent): Effect.Effect<Delivered | "stale", DeliverError> {
    return Effect.callback((resume) => {
      const settle = (outcome: Outcome) => resume(resultOf(outcome))
      if (partition.lost) return settle(notOwner(actor.address))
      actor.pins++
      const entry = { since: this.ports.clock.steady(), refuse: settle }
      this.open.add(entry)
      enqueue(partition, {
        ...sent,
        kind: "delivery",
        actor,
        settle: (outcome) => {
          unpin(actor)
          this.open.delete(entry)
          settle(outcome)
        }
      })
    })
  }
}

/** Only the engine's own inputs can be stale. */
const neverStale = (delivering: Effect.Effect<Delivered | "stale", DeliverError>) =>
  delivering as Effect.Effect<Delivered, DeliverError>
