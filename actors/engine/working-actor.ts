import * as Result from "effect/Result"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { Batch, StreamPosition } from "../../eventstore/log/batch.ts"
import type { EventKind } from "../../eventstore/log/stored-event.ts"
import { encryptIf } from "../../eventstore/personal/encrypted-text.ts"
import { jobPlace, messagePlace, snapshotPlace } from "../../eventstore/personal/open-event.ts"
import { takeApart } from "../../eventstore/personal/personal-data.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import type { ActorState, PendingTimer } from "../machine/actor-state.ts"
import { closedState, type LiveActor, stepInputOf } from "../machine/live-actor.ts"
import { errorAsJson, persist } from "../machine/persisted-state.ts"
import { takesNow } from "../machine/possible-events.ts"
import { type Message, type NewJob, type Step, takeStep } from "../machine/step.ts"
import { EventRefused } from "./engine.ts"
import type { Delivery, ErasureOrder, MendOrder } from "./partition.ts"
import { leftOver } from "./redacted-state.ts"

/** A job that was committed with this batch, ready to run. */
export interface CommittedJob extends NewJob {
  readonly actor: LiveActor
  /** Its input as JSON. */
  readonly text: string
}

/** A message that was committed with this batch, with its place in the sender's stream. */
export interface CommittedMessage extends Omit<Message, "event"> {
  readonly place: StreamPosition
  readonly version: number
  readonly number: number
  /** Its event as JSON. */
  readonly text: string
  /** Epoch ms. */
  readonly occurredAt: number
}

/** One event in the making. */
export interface EventRow {
  readonly kind: EventKind
  readonly type: string
  /** Canonical JSON of its clear data. */
  readonly text: string
  /** Canonical JSON of its personal data; undefined when there is none. */
  readonly personal: string | undefined
  readonly schemaVersion: number
}

/** The events of one step: an input and what was drawn from it, the first at version `first`. */
export interface StepRows {
  readonly first: number
  readonly rows: ReadonlyArray<EventRow>
}

/** An actor as it will be when the commit at hand stands. The live one changes only in `apply`. */
export class WorkingActor {
  readonly actor: LiveActor
  state: ActorState | undefined
  version: number
  jobs: ReadonlyArray<CommittedJob> = []
  cancelledJobs: ReadonlyArray<string> = []
  messages: ReadonlyArray<CommittedMessage> = []
  logs: ReadonlyArray<unknown> = []
  /** What its machine threw in this commit; undefined when it did not end in an error. */
  broke: Json | undefined
  migrated = false
  erased: boolean
  closed: boolean
  snapshotVersion: number

  constructor(actor: LiveActor) {
    this.actor = actor
    this.state = actor.state
    this.version = actor.version
    this.snapshotVersion = actor.snapshotVersion
    this.erased = actor.erased
    this.closed = actor.closed
  }

  /** Takes the steps of one delivery, the one that it is about last; a refusal leaves no trace. */
  deliver(delivery: Delivery, at: number): Result.Result<ReadonlyArray<StepRows>, EventRefused> {
    const before = { ...this }
    const taken = this.attempt(delivery, at)
    if (Result.isFailure(taken)) Object.assign(this, before)
    return taken
  }

  private attempt(delivery: Delivery, at: number): Result.Result<ReadonlyArray<StepRows>, EventRefused> {
    try {
      if (delivery.erasure !== undefined) return Result.succeed([this.erase(delivery.erasure)])
      if (delivery.mending !== undefined) return Result.succeed(this.mend(delivery.mending, at))
      const first: Array<StepRows> = []
      if (this.actor.migrateFrom !== undefined && !this.migrated) first.push(this.migrate())
      if (this.version === 0) first.push(this.start(delivery.startInput ?? null, at))
      const notNow = this.refusedNow(delivery)
      return notNow === undefined ? Result.succeed([...first, this.take(delivery, at)]) : Result.fail(notNow)
    } catch (error) {
      if (error instanceof EventRefused) return Result.fail(error)
      // What the machine's own code throws, and what can't be stored of what it says.
      const message = `${this.actor.stream}: ${error instanceof Error ? error.message : String(error)}`
      return Result.fail(new EventRefused({ reason: "wrongData", message }))
    }
  }

  private refusedNow({ envelope, input, type }: Delivery): EventRefused | undefined {
    const { state, actor } = this
    if (envelope.onlyIfTaken !== true || state === undefined || input.kind !== "event") return undefined
    if (takesNow(actor.running, state.snapshot, input.event)) return undefined
    const value = JSON.stringify(state.snapshot.value)
    const message = `${actor.stream} is in ${value} and does not take this ${type} there`
    return new EventRefused({ reason: "notNow", message })
  }

  private migrate(): StepRows {
    const { actor } = this
    const state = persist(this.state!)
    if (state === undefined) throw new Error("its context is not plain data, so it can't be migrated")
    this.migrated = true
    const data = { from: actor.migrateFrom!, to: actor.running.version, state }
    return { first: ++this.version, rows: [this.row("input", "ActorMigrated", data)] }
  }

  /** The person is gone: what is left of the state holds nothing of it, and nothing goes on. */
  private erase({ erasure, subject, by, reason, known }: ErasureOrder): StepRows {
    const { stored, state } = leftOver(this.actor.running, this.state, known)
    this.erased = true
    const pending = this.state?.jobs ?? []
    this.cancelledJobs = [...this.cancelledJobs, ...pending.map(({ job }) => job)]
    this.jobs = []
    this.messages = []
    this.logs = []
    this.state = state
    const data = { erasure, subject, by, reason, state: stored }
    return { first: ++this.version, rows: [this.row("input", "SubjectErased", data)] }
  }

  /** Goes on from before it broke, by taking that input again, or ends here. */
  private mend({ by, why, goOn }: MendOrder, at: number): ReadonlyArray<StepRows> {
    if (goOn === undefined) return [this.close(by, why)]
    const { from, running, state, jobs, again } = goOn
    Object.assign(this, { state, migrated: true })
    this.actor.running = running
    const data = { from, to: running.version, state: persist(state)!, by, why }
    this.askFor(jobs)
    const moved = { first: ++this.version, rows: [this.row("input", "ActorMigrated", data)] }
    const text = canonicalJson(again.data, again.type)
    const input = stepInputOf(again.type, JSON.parse(text) as JsonObject)
    const step = takeStep(running, state, this.version + 1, input, at)
    return [moved, this.accept(this.row("input", again.type, again.data, text), step, at)]
  }

  private close(by: string, why: string): StepRows {
    const { state } = this
    this.closed = true
    this.cancelledJobs = [...this.cancelledJobs, ...(state?.jobs ?? []).map(({ job }) => job)]
    this.state = state && closedState(state)
    const data = { by, why, state: (this.state && persist(this.state)) ?? null }
    return { first: ++this.version, rows: [this.row("input", "ActorClosed", data)] }
  }

  private start(input: Json, at: number): StepRows {
    const { running } = this.actor
    const text = canonicalJson({ machine: running.name, input })
    const stored = JSON.parse(text) as JsonObject
    const step = takeStep(running, undefined, 1, stepInputOf("ActorStarted", stored), at)
    return this.accept(this.row("input", "ActorStarted", stored, text), step, at)
  }

  private take({ type, data, text, input }: Delivery, at: number): StepRows {
    const step = takeStep(this.actor.running, this.state, this.version + 1, input, at)
    return this.accept(this.row("input", type, data, text), step, at)
  }

  /** The event as it will be stored; `whole` is the canonical text of the data, if it is at hand. */
  private row(kind: EventKind, type: string, data: JsonObject, whole?: string): EventRow {
    const { key, registered } = this.actor
    const schemaVersion = registered.schemaVersion(type)
    const { clear, personal } = takeApart(registered.personal.ofEvent(type, data), data)
    // The door sees to it; if it ever did not, nothing personal may reach the store in the clear.
    if (personal !== undefined && key === undefined) throw new Error("there is no key to seal it with")
    return personal === undefined
      ? { kind, type, schemaVersion, text: whole ?? canonicalJson(data, type), personal }
      : {
          kind,
          type,
          schemaVersion,
          text: canonicalJson(clear, type),
          personal: canonicalJson(personal, type)
        }
  }

  private accept(input: EventRow, step: Step, at: number): StepRows {
    const { actor } = this
    const first = this.version + 1
    const emitted = step.emitted.map((fact): EventRow => {
      const { type, ...data } = fact
      canonicalJson(type, "the type of what it emits")
      const wrong = actor.registered.wrongFact(fact)
      if (wrong !== undefined) throw new EventRefused({ reason: "parked", message: wrong })
      return this.row("emitted", type, data as JsonObject)
    })
    this.addLogs(step)
    this.changeJobs(step)
    if (step.messages.length > 0) {
      const placed = step.messages.map(({ to, event }, number) => ({
        to,
        place: actor,
        version: first,
        number,
        text: textOf(event, `the message to ${to.machine}/${to.id}`),
        occurredAt: at
      }))
      this.messages = [...this.messages, ...placed]
    }
    this.state = step.state
    this.version = first + emitted.length
    return { first, rows: [input, ...emitted] }
  }

  private addLogs(step: Step) {
    const { status, error } = step.state.snapshot
    if (status === "error" && this.state?.snapshot.status !== "error") this.broke = errorAsJson(error)
    if (step.logs.length > 0) this.logs = [...this.logs, ...step.logs.map(errorAsJson)]
  }

  /** A job that was asked for and cancelled within one commit was never there. */
  private changeJobs(step: Step) {
    if (step.cancelledJobs.length > 0) {
      const asked = new Set(this.jobs.map((job) => job.job))
      this.jobs = this.jobs.filter((job) => !step.cancelledJobs.includes(job.job))
      this.cancelledJobs = [...this.cancelledJobs, ...step.cancelledJobs.filter((job) => !asked.has(job))]
    }
    this.askFor(step.jobs)
  }

  private askFor(jobs: ReadonlyArray<NewJob>) {
    if (jobs.length === 0) return
    const { actor } = this
    const asked = jobs.map((job) => ({ ...job, actor, text: textOf(job.input, `the input of ${job.name}`) }))
    this.jobs = [...this.jobs, ...asked]
  }

  /** Writes what the steps came to: one row a timer, a job, a snapshot, however many steps were taken. */
  finish(batch: Batch, now: number, snapshotEvery: number) {
    const { actor, version, state } = this
    if (version === actor.version) return
    const { company, stream, key } = actor
    for (const { job, name, child, text } of this.jobs) {
      batch.job(actor, job, name, child, encryptIf(key, jobPlace({ company, stream, job }), text), now)
    }
    for (const job of this.cancelledJobs) batch.jobDone(actor, job)
    for (const { version, number, to, text, occurredAt } of this.messages) {
      const event = encryptIf(key, messagePlace({ company, stream, version, number }), text)
      batch.message(actor, version, number, `${to.machine}/${to.id}`, event, occurredAt)
    }
    this.writeTimers(batch, actor.state?.timers ?? [], state?.timers ?? [])
    if (this.erased) return batch.streamErased(actor)
    if (version - actor.snapshotVersion >= snapshotEvery) this.writeSnapshot(batch)
  }

  private writeTimers(batch: Batch, before: ReadonlyArray<PendingTimer>, after: ReadonlyArray<PendingTimer>) {
    for (const timer of after) {
      if (!before.includes(timer)) batch.timer(this.actor, timer.timer, timer.setBy, timer.dueAt)
    }
    for (const timer of before) {
      if (!after.some((other) => other.timer === timer.timer)) batch.timerCleared(this.actor, timer.timer)
    }
  }

  private writeSnapshot(batch: Batch) {
    const persisted = persist(this.state!)
    // A context that is not plain data is folded from its first event each time.
    if (persisted === undefined) return
    const { company, stream, key, running } = this.actor
    const { version } = this
    const state = encryptIf(key, snapshotPlace({ company, stream, version }), JSON.stringify(persisted))
    batch.snapshot(this.actor, version, running.version, state)
    this.snapshotVersion = this.version
  }

  /** The commit stands. */
  apply() {
    const { actor } = this
    actor.state = this.state
    actor.version = this.version
    actor.snapshotVersion = this.snapshotVersion
    if (this.migrated) actor.migrateFrom = undefined
    actor.closed = this.closed
    if (!this.erased) return
    actor.erased = true
    actor.key = undefined
  }
}

/** Throws for what JSON can't hold at all; as ever with JSON, a date becomes a text and a function nothing. */
const textOf = (value: unknown, what: string): string => {
  try {
    return JSON.stringify(value) ?? "null"
  } catch (error) {
    throw new Error(`${what} can't be stored: ${error instanceof Error ? error.message : String(error)}`)
  }
}
