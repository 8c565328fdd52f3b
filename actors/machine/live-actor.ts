import * as Result from "effect/Result"
import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredActor } from "../../eventstore/log/stored-rows.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import { SealBroken, type SubjectKey } from "../../eventstore/personal/encrypted-text.ts"
import { openEvent, openText, snapshotPlace } from "../../eventstore/personal/open-event.ts"
import type { NoKey } from "../../eventstore/personal/subject-keys.ts"
import type { Address } from "../address.ts"
import type { ActorEvent, ActorView } from "../engine/engine.ts"
import type { ActorState } from "./actor-state.ts"
import type { RegisteredMachine } from "./machine-registry.ts"
import { restore } from "./persisted-state.ts"
import { possibleEvents } from "./possible-events.ts"
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
  /** Of whoever is beginning it just now; nobody here looks inside. */
  starter: unknown
  /** The version it came with when that is no longer listed: the next step begins with `ActorMigrated`. */
  migrateFrom: string | undefined
  /** What its personal data is sealed with; undefined while it has none. */
  key: SubjectKey | undefined
  /** The person it is about was erased: it can be looked at, and takes nothing more. */
  erased: boolean
}

/** An actor that can't go on; says why, and what would help. */
export interface ActorParked {
  readonly _tag: "ActorParked"
  readonly message: string
  /** What is known of it: its place and its last version, and no state. */
  readonly actor: LiveActor
}

/** Nothing personal is stored before there is a key for it. */
export const needsKey = ({ key, registered }: LiveActor): boolean =>
  key === undefined && registered.personal.any

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

/** The state that `ActorMigrated` carries, under the machine at hand. */
export const migratedState = (running: RunningMachine, data: JsonObject): ActorState =>
  restore(running, data.state as JsonObject)

/** The state that `SubjectErased` carries; undefined when none could be kept, or the machine does not have it now. */
export const erasedState = (running: RunningMachine, data: JsonObject): ActorState | undefined => {
  if (data.state === null) return undefined
  try {
    return migratedState(running, data)
  } catch {
    return undefined
  }
}

type Events = StoredActor["events"]

/**
 * Folds what is stored into the actor's present state. When its version is no longer listed, the events after the
 * snapshot go through the current one, which must draw the same facts from them; else the actor is parked.
 */
export const foldActor = (
  actor: LiveActor,
  stored: StoredActor | undefined,
  key: SubjectKey | NoKey | undefined
): Result.Result<LiveActor, ActorParked> => {
  if (typeof key === "object") actor.key = key
  if (stored === undefined || (stored.snapshot === undefined && stored.events.length === 0))
    return Result.succeed(actor)
  const park = (message: string) => {
    actor.state = undefined
    actor.version = stored.events.at(-1)?.version ?? stored.snapshot!.version
    actor.erased = stored.events.some(({ type }) => type === "SubjectErased")
    return Result.fail({ _tag: "ActorParked", actor, message } as const)
  }
  if (key === "locked") {
    const { masterId } = stored.subject!.wrapped!
    return park(
      `${actor.company}/${actor.stream} is sealed under the master key ${masterId}, which is not here. Give it as CENTURION_MASTER_KEY_OLD.`
    )
  }
  const { registered } = actor
  const last = stored.events.at(-1)?.machineVersion ?? stored.snapshot!.machineVersion
  const listed = registered.versions.get(last)
  if (listed === undefined) actor.migrateFrom = last
  actor.running = listed ?? registered.current
  try {
    foldStored(actor, stored, key)
    return Result.succeed(actor)
  } catch (error) {
    if (error instanceof SealBroken) return park(error.message)
    return park(
      `${actor.company}/${actor.stream} ran ${actor.registered.listed.machine.id} ${last}, which is not listed, and can't go on as ${actor.running.version}: ${error instanceof Error ? error.message : String(error)}. List the older machine under "previous", or give "migrate".`
    )
  }
}

const foldStored = (actor: LiveActor, stored: StoredActor, key: SubjectKey | NoKey | undefined): void => {
  const { snapshot, events } = stored
  if (snapshot !== undefined) {
    const listed = actor.registered.listed
    const place = snapshotPlace({ ...stored, version: snapshot.version })
    const text = openText(snapshot.state, place, key)
    if (text === undefined) throw new Error("its snapshot is sealed under a key that is gone")
    const persisted = JSON.parse(text) as JsonObject
    const foreign = snapshot.machineVersion !== actor.running.version
    const fitted =
      foreign && listed.migrate !== undefined ? listed.migrate(persisted, snapshot.machineVersion) : persisted
    actor.state = restore(actor.running, fitted as JsonObject)
    actor.version = snapshot.version
    actor.snapshotVersion = snapshot.version
  }
  // What came before the erasure can't be folded any more; its state stands in the event.
  const erasedAt = events.findLastIndex((event) => event.type === "SubjectErased")
  foldEvents(actor, erasedAt < 0 ? events : events.slice(erasedAt), key ?? "erased")
}

const foldEvents = (actor: LiveActor, events: Events, key: SubjectKey | NoKey): void => {
  const { company, stream } = actor
  let owed: ReadonlyArray<ActorEvent> = []
  for (const stored of events) {
    const event = openEvent({ company, stream, ...stored }, key)
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
    } else if (event.type === "SubjectErased") {
      actor.state = erasedState(actor.running, data)
      actor.erased = true
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
    jobs: jobs.map(({ job, name }) => ({ job, name })),
    can: actor.erased ? [] : possibleEvents(actor.registered.listed, actor.running, snapshot),
    erased: actor.erased
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
  starter: undefined,
  migrateFrom: undefined,
  key: undefined,
  erased: false
})
