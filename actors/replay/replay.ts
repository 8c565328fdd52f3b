import * as Effect from "effect/Effect"
import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import { type Address, streamOf } from "../address.ts"
import type { ActorEvent } from "../engine/engine.ts"
import type { ActorState } from "../machine/actor-state.ts"
import { agree, erasedState, migratedState, stepInputOf } from "../machine/live-actor.ts"
import type { RegisteredMachine } from "../machine/machine-registry.ts"
import { errorAsJson, persist, restore } from "../machine/persisted-state.ts"
import type { RunningMachine } from "../machine/running-machine.ts"
import { type NewJob, takeStep } from "../machine/step.ts"
import type { Fact, ReplayDifference, Replayed, ReplayedState, ReplayTo } from "./replayed.ts"

/** Differences that a replay keeps; more are only counted. */
export const differencesMax = 100

/** Events of one read; a replay of any length holds one page and one state. */
const pageEvents = 1000

/** Takes a whole stream, or its beginning, that is at hand. Runs no job, writes nothing. */
export const replay = (
  registered: RegisteredMachine,
  events: Iterable<StoredEvent>,
  to: ReplayTo = {}
): Replayed => {
  const replayer = new Replayer(registered, to)
  for (const event of events) if (!replayer.take(event)) break
  return replayer.finish()
}

/** An event that was replayed, and the state after it. */
export interface SeenEvent {
  readonly event: StoredEvent
  readonly state: ReplayedState | undefined
}

/** Reads the stream page by page; `see` is shown each page of it. */
export const replayStream = (
  registered: RegisteredMachine,
  address: Address,
  to: ReplayTo = {},
  see?: (seen: ReadonlyArray<SeenEvent>) => Effect.Effect<void>
): Effect.Effect<Replayed, StoreUnavailable, History> =>
  Effect.gen(function* () {
    const history = yield* History
    const replayer = new Replayer(registered, to)
    for (let after = 0; ; ) {
      const page = yield* history.readStream(address.company, streamOf(address), after, pageEvents)
      const seen: Array<SeenEvent> = []
      const end = page.find((event) => {
        if (!replayer.take(event)) return true
        if (see !== undefined) seen.push({ event, state: replayer.look() })
        return false
      })
      if (see !== undefined && seen.length > 0) yield* see(seen)
      if (end !== undefined || page.length < pageEvents) return replayer.finish()
      after = page.at(-1)!.version
    }
  })

/** One stream, event by event, in constant memory. A class because a dozen counts change together. */
export class Replayer {
  readonly registered: RegisteredMachine
  readonly to: ReplayTo
  readonly unlisted = new Set<string>()
  readonly differences: Array<ReplayDifference> = []
  differing = 0
  running: RunningMachine | undefined
  state: ActorState | undefined
  last: StoredEvent | undefined
  /** What the last input made the machine say and no stored event has said yet. */
  owed: ReadonlyArray<ActorEvent> = []
  /** The jobs that it waits for, as it asked for them. */
  asked: ReadonlyMap<string, NewJob> = new Map()
  inputs = 0
  emitted = 0
  agreed = 0
  withheld = 0
  /** Personal data was missing: from here on only what kind of facts the machine draws can be compared. */
  blind = false
  /** A decision rested on words that are gone, and was drawn differently: nothing is known until a stored state. */
  lost = false
  /** The person was erased, and no state could be kept. */
  stateless = false
  /** The point asked for is behind us: what is owed then stands after it. */
  cut = false
  stopped: Replayed["stopped"]

  constructor(registered: RegisteredMachine, to: ReplayTo = {}) {
    this.registered = registered
    this.to = to
  }

  /** False when this event is not part of the replay: it lies after the point asked for, or the replay had to stop. */
  take(event: StoredEvent): boolean {
    if (this.stopped !== undefined) return false
    const { toVersion = Number.POSITIVE_INFINITY, toTime = Number.POSITIVE_INFINITY } = this.to
    if (event.version > toVersion || event.recordedAt > toTime) {
      this.cut = true
      return false
    }
    const due = (this.last?.version ?? 0) + 1
    try {
      if (event.version !== due) throw new Error(`version ${due} is missing, ${event.version} comes next`)
      if (event.withheld !== undefined) this.withheld++
      if (event.kind === "emitted") this.compare(event)
      else if (this.blind || event.withheld !== undefined) this.stepBlind(event)
      else this.step(event)
    } catch (error) {
      this.stopped = {
        version: event.version,
        message: error instanceof Error ? error.message : String(error)
      }
      return false
    }
    this.last = event
    if (event.version === toVersion) this.cut = true
    return true
  }

  /** Without the personal data the machine may decide otherwise, or trip: then the stored history is believed. */
  stepBlind(event: StoredEvent) {
    this.blind = true
    if (event.type === "SubjectErased" || event.type === "ActorMigrated" || event.type === "ActorClosed") {
      this.blind = event.withheld !== undefined
      this.lost = this.blind
      if (!this.blind) this.step(event)
      return
    }
    if (this.owed.length > 0) this.lose()
    if (this.lost) return
    try {
      this.step(event)
    } catch {
      this.lose()
    }
  }

  lose() {
    this.lost = true
    this.state = undefined
    this.owed = []
  }

  step(event: StoredEvent) {
    this.missed(event.version)
    this.inputs++
    const running = this.machineOf(event.machineVersion)
    const data = upcast(this.registered.upcasters, event.type, event.schemaVersion, event.data)
    if (event.type === "ActorClosed") {
      this.state = erasedState(running, data)
    } else if (event.type === "ActorMigrated") {
      this.state = migratedState(running, data)
    } else if (event.type === "SubjectErased") {
      this.state = erasedState(running, data)
      this.stateless = this.state === undefined
    } else {
      const { state, emitted, jobs } = takeStep(
        running,
        this.stateUnder(running),
        event.version,
        stepInputOf(event.type, data),
        event.recordedAt
      )
      this.state = state
      this.owed = emitted
      const asked = new Map([...this.asked, ...jobs.map((job) => [job.job, job] as const)])
      this.asked = new Map(state.jobs.flatMap(({ job }) => (asked.has(job) ? [[job, asked.get(job)!]] : [])))
    }
    this.running = running
  }

  machineOf(version: string): RunningMachine {
    const listed = this.registered.versions.get(version)
    if (listed === undefined) this.unlisted.add(version)
    return listed ?? this.registered.current
  }

  /** Another version than the one before, without `ActorMigrated`: the state must fit as it is. */
  stateUnder(running: RunningMachine): ActorState | undefined {
    if (this.state === undefined || this.running === running) return this.state
    const persisted = persist(this.state)
    if (persisted === undefined) {
      throw new Error(`its context is not plain data, so ${running.version} can't take it over`)
    }
    return restore(running, persisted)
  }

  compare(event: StoredEvent) {
    this.emitted++
    if (this.lost) return
    const [due, ...rest] = this.owed
    this.owed = rest
    const expected = due === undefined ? null : factOf(due)
    if (this.blind || event.withheld !== undefined) {
      if (expected?.type !== event.type) this.lose()
      else this.agreed++
      return
    }
    if (due !== undefined && agree(this.registered.upcasters, due, event)) this.agreed++
    else this.differ({ version: event.version, expected, found: { type: event.type, data: event.data } })
  }

  /** What was owed and never came. */
  missed(version: number) {
    if (this.blind) return
    for (const event of this.owed) this.differ({ version, expected: factOf(event), found: null })
    this.owed = []
  }

  differ(difference: ReplayDifference) {
    this.differing++
    if (this.differences.length < differencesMax) this.differences.push(difference)
  }

  /** The state after the last event taken. */
  look(): ReplayedState | undefined {
    if (this.state === undefined) return undefined
    const { snapshot, timers, jobs } = this.state
    return {
      status: snapshot.status as ReplayedState["status"],
      value: snapshot.value,
      context: snapshot.context,
      timers: timers.map(({ timer, dueAt }) => ({ timer, dueAt })),
      jobs: jobs.map(({ job, name }) => ({ job, name })),
      error: errorAsJson(snapshot.error)
    }
  }

  finish(): Replayed {
    const version = this.last?.version ?? 0
    if (!this.cut && this.stopped === undefined) this.missed(version + 1)
    const current = this.registered.current.version
    return {
      version,
      at: this.last?.recordedAt,
      machineVersion: this.running?.version,
      state: this.look(),
      inputs: this.inputs,
      emitted: this.emitted,
      agreed: this.agreed,
      differences: this.differences,
      differing: this.differing,
      notes: [
        ...[...this.unlisted].map((each) => `version ${each} is not listed; replayed with ${current}`),
        ...(this.withheld === 0 ? [] : [withheldNote(this.withheld, this.lost)]),
        ...(this.stateless ? ["the person was erased, and no state could be kept"] : [])
      ],
      withheld: this.withheld,
      stopped: this.stopped
    }
  }
}

const withheldNote = (events: number, lost: boolean): string =>
  `the personal data of ${events} events is erased or sealed: there, only the kinds of facts were compared` +
  (lost ? ", and the state can't be drawn again, because a decision rested on what is missing" : "")

const factOf = ({ type, ...data }: ActorEvent): Fact => ({ type, data: data as JsonObject })
