import type { JsonObject } from "../eventstore/json.ts"
import type { StoredActor } from "../eventstore/stored-rows.ts"
import { upcast } from "../eventstore/upcast.ts"
import type { ActorState } from "./actor-state.ts"
import type { Address } from "./address.ts"
import type { ActorEvent, ActorView } from "./engine.ts"
import type { RegisteredMachine } from "./machine-registry.ts"
import { restore } from "./persisted-state.ts"
import type { RunningMachine } from "./running-machine.ts"
import { type StepInput, takeStep } from "./step.ts"

/** An actor in memory, as it was after the last commit. */
export interface LiveActor {
  readonly address: Address
  readonly company: string
  readonly stream: string
  readonly partition: number
  /** The partition's epoch when it was loaded; in a later one it may be out of date. */
  readonly epoch: number
  readonly registered: RegisteredMachine
  /** The version that the actor runs; the current one when it has not started. */
  running: RunningMachine
  /** Undefined when the stream has no event. */
  state: ActorState | undefined
  version: number
  snapshotVersion: number
  /** Deliveries on their way; an actor with any stays in memory. */
  pins: number
  /** The version it came with when that is no longer listed: the next step begins with `ActorMigrated`. */
  migrateFrom: string | undefined
}

/** An actor that can't go on; says why, and what would help. */
export class ActorParked extends Error {}

/** A stored event as an XState step begins with it. */
export const stepInputOf = (type: string, data: JsonObject): StepInput => {
  switch (type) {
    case "ActorStarted":
      return { kind: "start", input: data.input ?? null }
    case "JobSucceeded":
      return { kind: "jobSucceeded", job: String(data.job), output: data.output ?? null }
    case "JobFailed":
      return { kind: "jobFailed", job: String(data.job), error: data.error ?? null }
    case "TimerFired":
      return { kind: "timerFired", timer: String(data.timer) }
    default:
      return { kind: "event", event: { ...data, type } as ActorEvent }
  }
}

/** The state that `ActorMigrated` carries, under the machine that it names. */
export const migratedState = (running: RunningMachine, data: JsonObject): ActorState =>
  restore(running, data.state as JsonObject)

type Events = StoredActor["events"]

/**
 * Folds what is stored into the actor's present state. When its version is no longer listed, the events after the
 * snapshot go through the current one, which must draw the same facts from them; else the actor is parked.
 * Throws `ActorParked`.
 */
export const foldActor = (actor: LiveActor, stored: StoredActor | undefined): void => {
  if (stored === undefined || (stored.snapshot === undefined && stored.events.length === 0)) return
  const { registered } = actor
  const last = stored.events.at(-1)?.machineVersion ?? stored.snapshot!.machineVersion
  const listed = registered.versions.get(last)
  if (listed === undefined) actor.migrateFrom = last
  actor.running = listed ?? registered.current
  try {
    foldStored(actor, stored)
  } catch (error) {
    throw new ActorParked(
      `${actor.company}/${actor.stream} ran ${actor.registered.listed.machine.id} ${last}, which is not listed, and can't go on as ${actor.running.version}: ${error instanceof Error ? error.message : String(error)}. List the older machine under "previous", or give "migrate".`
    )
  }
}

const foldStored = (actor: LiveActor, stored: StoredActor): void => {
  const { snapshot, events } = stored
  if (snapshot !== undefined) {
    const listed = actor.registered.listed
    const persisted = JSON.parse(snapshot.state) as JsonObject
    const foreign = snapshot.machineVersion !== actor.running.version
    const fitted =
      foreign && listed.migrate !== undefined ? listed.migrate(persisted, snapshot.machineVersion) : persisted
    actor.state = restore(actor.running, fitted as JsonObject)
    actor.version = snapshot.version
    actor.snapshotVersion = snapshot.version
  }
  foldEvents(actor, events)
}

const foldEvents = (actor: LiveActor, events: Events): void => {
  let owed: ReadonlyArray<ActorEvent> = []
  for (const event of events) {
    const data = upcast(actor.registered.upcasters, event.type, event.schemaVersion, event.data)
    if (event.kind === "emitted") {
      const [due, ...rest] = owed
      if (actor.migrateFrom !== undefined && due?.type !== event.type) {
        throw new Error(
          `at version ${event.version} it would say ${due?.type ?? "nothing"}, and ${event.type} was said`
        )
      }
      owed = rest
    } else if (event.type === "ActorMigrated") {
      actor.state = migratedState(actor.running, data)
    } else {
      const step = takeStep(
        actor.running,
        actor.state,
        event.version,
        stepInputOf(event.type, data),
        event.recordedAt
      )
      actor.state = step.state
      owed = step.emitted
    }
    actor.version = event.version
  }
}

/** Whether the machine, as it stands, has a transition for the failure of this child. */
export const expectsFailure = ({ running, state }: LiveActor, child: string): boolean => {
  if (state === undefined) return false
  const event = { type: `xstate.error.actor.${child}`, error: { reason: "", message: "" }, actorId: child }
  try {
    return running.machine.getTransitionData(state.snapshot, event).length > 0
  } catch {
    // A guard that trips over the made-up error shows that the event is looked for.
    return true
  }
}

/** The actor as callers see it; undefined when its stream has no event. */
export const viewOf = (actor: LiveActor): ActorView | undefined => {
  if (actor.state === undefined) return undefined
  const { snapshot, timers, jobs } = actor.state
  return {
    address: actor.address,
    version: actor.version,
    machineVersion: actor.running.version,
    status: snapshot.status as ActorView["status"],
    value: snapshot.value,
    context: snapshot.context,
    timers: timers.map(({ timer, dueAt }) => ({ timer, dueAt })),
    jobs: jobs.map(({ job, name }) => ({ job, name }))
  }
}

/** An actor without history. */
export const newActor = (
  address: Address,
  stream: string,
  { partition, epoch }: { readonly partition: number; readonly epoch: number },
  registered: RegisteredMachine
): LiveActor => ({
  address,
  company: address.company,
  stream,
  partition,
  epoch,
  registered,
  running: registered.current,
  state: undefined,
  version: 0,
  snapshotVersion: 0,
  pins: 0,
  migrateFrom: undefined
})
