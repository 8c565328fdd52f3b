import * as Result from "effect/Result"
import type { AnyMachineSnapshot } from "xstate"
import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { StoredActor } from "../../eventstore/log/stored-rows.ts"
import { type Upcasters, upcast } from "../../eventstore/log/upcast.ts"
import { SealBroken, type SubjectKey } from "../../eventstore/personal/encrypted-text.ts"
import { openEvent, openText, snapshotPlace } from "../../eventstore/personal/open-event.ts"
import type { NoKey } from "../../eventstore/personal/subject-keys.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
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
  /** An operator ended it. */
  closed: boolean
}

/** An actor that can't go on; says why, and what would help. */
export interface ActorParked {
  readonly _tag: "ActorParked"
  /** `locked`: its master key is not here. */
  readonly reason: "history" | "locked"
  /** Ours, or XState's about names of states: nothing that a person wrote. */
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

/** The state that `SubjectErased` or `ActorClosed` carries; undefined when none could be kept, or the machine does not have it now. */
export const erasedState = (running: RunningMachine, data: JsonObject): ActorState | undefined => {
  if (data.state === null) return undefined
  try {
    return migratedState(running, data)
  } catch {
    return undefined
  }
}

/** As an operator ended it: nothing of it waits any more. */
export const closedState = ({ snapshot }: ActorState): ActorState => ({
  snapshot: { ...snapshot, status: "stopped", error: undefined } as AnyMachineSnapshot,
  timers: [],
  jobs: []
})

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
  const park = (message: string, reason: ActorParked["reason"] = "history") => {
    actor.state = undefined
    actor.version = stored.events.at(-1)?.version ?? stored.snapshot!.version
    actor.erased = stored.events.some(({ type }) => type === "SubjectErased")
    actor.closed = stored.events.some(({ type }) => type === "ActorClosed")
    return Result.fail({ _tag: "ActorParked", reason, actor, message } as const)
  }
  if (key === "locked") {
    const { masterId } = stored.subject!.wrapped!
    return park(
      `${actor.company}/${actor.stream} is sealed under the master key ${masterId}, which is not here. Give it as CENTURION_MASTER_KEY_OLD.`,
      "locked"
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

const holdState: ReadonlySet<string> = new Set(["ActorMigrated", "SubjectErased", "ActorClosed"])

const foldStored = (actor: LiveActor, stored: StoredActor, key: SubjectKey | NoKey | undefined): void => {
  const { snapshot, events } = stored
  // What came before an event that holds the state need not be folded, nor can it be after an erasure.
  const begin = events.findLastIndex(({ type }) => holdState.has(type))
  if (snapshot !== undefined && begin < 0) {
    const listed = actor.registered.listed
    const place = snapshotPlace({ ...stored, version: snapshot.version })
    const text = openText(snapshot.state, place, key)
    if (text === undefined) throw new Error("its snapshot is sealed under a key that is gone")
    const persisted = JSON.parse(text) as JsonObject
    const foreign = snapshot.machineVersion !== actor.running.version
    const { migrate = (state: unknown) => state } = listed
    const moved = () => migrate(persisted, snapshot.machineVersion)
    const fitted = foreign ? inOurWords(actor, "`migrate` threw", moved) : persisted
    actor.state = restore(actor.running, fitted as JsonObject)
    actor.version = snapshot.version
    actor.snapshotVersion = snapshot.version
  }
  foldEvents(actor, begin < 0 ? events : events.slice(begin), key ?? "erased")
}

/** What a machine's own code says of why it threw may hold what a person wrote. */
const inOurWords = <A>({ registered }: LiveActor, words: string, work: () => A): A => {
  if (!registered.personal.any) return work()
  try {
    return work()
  } catch {
    throw new Error(words)
  }
}

const foldEvents = (actor: LiveActor, events: Events, key: SubjectKey | NoKey): void => {
  const { company, stream } = actor
  let owed: ReadonlyArray<ActorEvent> = []
  const mustOweNothing = () => {
    const [due] = actor.migrateFrom === undefined ? [] : owed
    if (due !== undefined) throw new Error(`after version ${actor.version} it would say ${due.type}, too`)
  }
  for (const stored of events) {
    const event = openEvent({ company, stream, ...stored }, key)
    const data = upcast(actor.registered.upcasters, event.type, event.schemaVersion, event.data)
    if (event.kind === "emitted") {
      const [due, ...rest] = owed
      if (actor.migrateFrom !== undefined) mustAgree(actor, due, event)
      owed = rest
      actor.version = event.version
      continue
    }
    mustOweNothing()
    if (event.type === "ActorMigrated") {
      actor.state = migratedState(actor.running, data)
    } else if (event.type === "SubjectErased") {
      actor.state = erasedState(actor.running, data)
      actor.erased = true
    } else if (event.type === "ActorClosed") {
      actor.state = erasedState(actor.running, data)
      actor.closed = true
    } else {
      const input = stepInputOf(event.type, data)
      const { state, emitted } = inOurWords(actor, "its machine threw as it started", () =>
        takeStep(actor.running, actor.state, event.version, input, event.recordedAt)
      )
      actor.state = state
      owed = emitted
    }
    actor.version = event.version
  }
  mustOweNothing()
}

/** Whether what the machine draws is what is stored; one of an older schema agrees as its upcasters make it, too. */
export const agree = (
  upcasters: Upcasters,
  { type: drawnType, ...drawnData }: ActorEvent,
  { type, schemaVersion, data }: Pick<StoredEvent, "type" | "schemaVersion" | "data">
): boolean => {
  if (drawnType !== type) return false
  const drawn = canonicalJson(drawnData as JsonObject)
  if (drawn === canonicalJson(data)) return true
  return (
    upcasters[type] !== undefined && drawn === canonicalJson(upcast(upcasters, type, schemaVersion, data))
  )
}

const mustAgree = (
  { registered }: LiveActor,
  due: ActorEvent | undefined,
  event: Pick<StoredEvent, "version" | "type" | "schemaVersion" | "data" | "withheld">
): void => {
  const { version, type, withheld } = event
  if (due?.type !== type)
    throw new Error(`at version ${version} it would say ${due?.type ?? "nothing"}, and ${type} was said`)
  if (withheld === undefined && !agree(registered.upcasters, due, event))
    throw new Error(`at version ${version} it would say another ${type} than was said`)
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

/** What is not known, of an erased actor, goes on as far as anybody can tell. */
export const statusOf = (state: ActorState | undefined): ActorView["status"] =>
  (state?.snapshot.status ?? "active") as ActorView["status"]

/** The actor as callers see it; undefined when its stream has no event. */
export const viewOf = (actor: LiveActor): ActorView | undefined => {
  if (actor.state === undefined) return undefined
  const { snapshot, timers, jobs } = actor.state
  return {
    address: actor.address,
    version: actor.version,
    machineVersion: actor.running.version,
    status: statusOf(actor.state),
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
  erased: false,
  closed: false
})
