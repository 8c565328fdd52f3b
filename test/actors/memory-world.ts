import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ActorState } from "../../actors/machine/actor-state.ts"
import { stepInputOf } from "../../actors/machine/live-actor.ts"
import { type MachineRegistry, registerMachines } from "../../actors/machine/machine-registry.ts"
import { type Step, takeStep } from "../../actors/machine/step.ts"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { ListedMachine } from "../../machines/listed-machine.ts"

interface Actor {
  readonly events: Array<StoredEvent>
  readonly machine: string
  state: ActorState | undefined
}

/** How an event comes: what caused it, who says so. */
export interface Comes {
  readonly causation?: string
  readonly principal?: string
}

const noBytes = new Uint8Array(0)

/** All machines of a list, whatever their jobs are called. */
export const registerAll = (list: ReadonlyArray<ListedMachine>, handlers: ReadonlyArray<string>) => {
  const registry = registerMachines(list, handlers, () => {})
  if (registry._tag === "Failure") throw registry.failure
  return registry.success
}

/**
 * A company in memory: actors of several machines that send each other messages, with causes written as the engine
 * writes them. The clock is moved by hand, and jobs end when they are told to.
 */
export class MemoryWorld {
  readonly registry: MachineRegistry
  readonly events: Array<StoredEvent> = []
  private readonly inputs: Readonly<Record<string, Json>>
  private readonly actors = new Map<string, Actor>()
  now: number

  /** `inputs`: what an actor starts with, by machine. */
  constructor(registry: MachineRegistry, inputs: Readonly<Record<string, Json>>, now: number) {
    this.registry = registry
    this.inputs = inputs
    this.now = now
  }

  /** Delivers an event to `machine/id`; gives its version. */
  deliver(stream: string, type: string, data: JsonObject = {}, comes: Comes = {}): number {
    const actor = this.actorOf(stream)
    if (actor.state === undefined) {
      const input = this.inputs[actor.machine] ?? null
      this.take(
        stream,
        actor,
        "ActorStarted",
        { machine: actor.machine, input },
        { ...comes, principal: "engine" }
      )
    }
    return this.take(stream, actor, type, data, comes)
  }

  /** Ends the oldest open job of this name. `data` is `{ output }` or `{ error }`, with what else the engine tells. */
  end(stream: string, name: string, data: JsonObject): number {
    const actor = this.actorOf(stream)
    const job = actor.state?.jobs.find((each) => each.name === name)
    if (job === undefined) throw new Error(`${stream} has no open job ${name}`)
    const type = "error" in data ? "JobFailed" : "JobSucceeded"
    const comes = { causation: `${stream}@${job.job.split(".")[0]}`, principal: "engine" }
    return this.take(stream, actor, type, { job: job.job, name, ...data }, comes)
  }

  /** Moves the clock; every timer fires at its moment. */
  advance(ms: number) {
    const end = this.now + ms
    for (;;) {
      const due = [...this.actors]
        .flatMap(([stream, actor]) => (actor.state?.timers ?? []).map((timer) => ({ stream, actor, timer })))
        .toSorted((a, b) => a.timer.dueAt - b.timer.dueAt)[0]
      if (due === undefined || due.timer.dueAt > end) break
      const { stream, actor, timer } = due
      this.now = Math.max(this.now, timer.dueAt)
      const comes = { causation: `${stream}@${timer.setBy}`, principal: "engine" }
      this.take(stream, actor, "TimerFired", { timer: timer.timer }, comes)
    }
    this.now = end
  }

  stateOf = (stream: string): ActorState | undefined => this.actors.get(stream)?.state
  stream = (stream: string): ReadonlyArray<StoredEvent> => this.actors.get(stream)?.events ?? []
  /** The last event of this type. */
  last = (stream: string, type: string): StoredEvent =>
    this.stream(stream).findLast((event) => event.type === type)!

  private actorOf(stream: string): Actor {
    const known = this.actors.get(stream)
    if (known !== undefined) return known
    const actor = { events: [], machine: stream.split("/")[0]!, state: undefined }
    this.actors.set(stream, actor)
    return actor
  }

  private take(stream: string, actor: Actor, type: string, data: JsonObject, comes: Comes): number {
    const { current } = this.registry.get(actor.machine)!
    const version = actor.events.length + 1
    const stored = JSON.parse(JSON.stringify(data)) as JsonObject
    const step = takeStep(current, actor.state, version, stepInputOf(type, stored), this.now)
    actor.state = step.state
    const { causation = null, principal = "test" } = comes
    this.write(stream, actor, current.version, { kind: "input", type, data: stored, causation, principal })
    for (const { type, ...data } of step.emitted) {
      const fact = { kind: "emitted", type, data: JSON.parse(JSON.stringify(data)) } as const
      const caused = { causation: `${stream}@${version}`, principal: "engine" }
      this.write(stream, actor, current.version, { ...fact, ...caused })
    }
    this.send(stream, version, step)
    return version
  }

  private send(stream: string, version: number, { messages }: Step) {
    for (const { to, event } of messages) {
      const { type, ...data } = event
      const comes = { causation: `${stream}@${version}`, principal: `actor:${stream}` }
      this.deliver(`${to.machine}/${to.id}`, type, data as JsonObject, comes)
    }
  }

  private write(
    stream: string,
    { events, machine }: Actor,
    machineVersion: string,
    event: Pick<StoredEvent, "kind" | "type" | "data" | "causation" | "principal">
  ) {
    const stored: StoredEvent = {
      company: "acme",
      partition: 1,
      position: this.events.length + 1,
      stream,
      version: events.length + 1,
      schemaVersion: this.registry.get(machine)!.schemaVersion(event.type),
      dataText: JSON.stringify(event.data),
      sealed: null,
      sealedHash: null,
      keyId: null,
      occurredAt: this.now,
      recordedAt: this.now,
      correlation: null,
      machineVersion,
      payloadHash: noBytes,
      link: noBytes,
      ...event
    }
    events.push(stored)
    this.events.push(stored)
  }

  /** The world as a store and its history; `change` shows each event otherwise than it is. */
  layer(change: (event: StoredEvent) => StoredEvent = (event) => event) {
    const pick = (events: ReadonlyArray<StoredEvent>, most: number) =>
      Effect.sync(() => events.slice(0, most).map(change))
    const reads = {
      readStream: (_: string, stream: string, after: number, most: number) =>
        pick(this.stream(stream).slice(after, after + most), most),
      readPartition: (_: string, __: number, after: number, most: number) =>
        pick(this.events.slice(after, after + most), most)
    }
    const partition = { company: "acme", partition: 1, position: this.events.length }
    return Layer.merge(
      Layer.succeed(History, reads as never),
      Layer.succeed(EventStore, { ...reads, partitions: () => Effect.succeed([partition]) } as never)
    )
  }
}
