import type { Batch, StreamPlace } from "../eventstore/batch.ts"
import { canonicalJson } from "../eventstore/hash.ts"
import type { Json, JsonObject } from "../eventstore/json.ts"
import type { EventKind } from "../eventstore/stored-event.ts"
import type { ActorState, PendingTimer } from "./actor-state.ts"
import { type LiveActor, stepInputOf } from "./live-actor.ts"
import type { Delivery } from "./partition.ts"
import { errorAsJson, persist } from "./persisted-state.ts"
import { type Message, type NewJob, type Step, takeStep } from "./step.ts"

/** A job that was committed with this batch, ready to run. */
export interface CommittedJob extends NewJob {
  readonly actor: LiveActor
  /** Its input as JSON. */
  readonly text: string
}

/** A message that was committed with this batch, with its place in the sender's stream. */
export interface CommittedMessage extends Omit<Message, "event"> {
  readonly place: StreamPlace
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
  /** Canonical JSON of its data. */
  readonly text: string
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
  migrated = false
  snapshotVersion: number

  constructor(actor: LiveActor) {
    this.actor = actor
    this.state = actor.state
    this.version = actor.version
    this.snapshotVersion = actor.snapshotVersion
  }

  /** Gives what takes everything since back. */
  mark(): () => void {
    const marked = { ...this }
    return () => Object.assign(this, marked)
  }

  get mustMigrate(): boolean {
    return this.actor.migrateFrom !== undefined && !this.migrated
  }

  /** Throws when the state can't be stored. */
  migrate(): StepRows {
    const { actor } = this
    const state = persist(this.state!)
    if (state === undefined) throw new Error("its context is not plain data, so it can't be migrated")
    this.migrated = true
    const text = canonicalJson({ from: actor.migrateFrom!, to: actor.running.version, state })
    return { first: ++this.version, rows: [{ kind: "input", type: "ActorMigrated", text, schemaVersion: 1 }] }
  }

  /** Throws when what the machine emits can't be stored. */
  start(input: Json, at: number): StepRows {
    const { running } = this.actor
    const text = canonicalJson({ machine: running.name, input })
    const stored = JSON.parse(text) as JsonObject
    const step = takeStep(running, undefined, 1, stepInputOf("ActorStarted", stored), at)
    return this.accept({ kind: "input", type: "ActorStarted", text, schemaVersion: 1 }, step, at)
  }

  /** Throws when what the machine emits can't be stored. */
  take({ type, text, input }: Delivery, at: number): StepRows {
    const { running, registered } = this.actor
    const step = takeStep(running, this.state, this.version + 1, input, at)
    return this.accept({ kind: "input", type, text, schemaVersion: registered.schemaVersion(type) }, step, at)
  }

  private accept(input: EventRow, step: Step, at: number): StepRows {
    const { actor } = this
    const first = this.version + 1
    const emitted = step.emitted.map(({ type, ...data }): EventRow => {
      canonicalJson(type, "the type of what it emits")
      const schemaVersion = actor.registered.schemaVersion(type)
      return { kind: "emitted", type, text: canonicalJson(data as JsonObject, type), schemaVersion }
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
    const failed = status === "error" && this.state?.snapshot.status !== "error"
    if (failed) this.logs = [...this.logs, { failed: errorAsJson(error) }]
    if (step.logs.length > 0) this.logs = [...this.logs, ...step.logs.map(errorAsJson)]
  }

  /** A job that was asked for and cancelled within one commit was never there. */
  private changeJobs(step: Step) {
    const { actor } = this
    if (step.cancelledJobs.length > 0) {
      const asked = new Set(this.jobs.map((job) => job.job))
      this.jobs = this.jobs.filter((job) => !step.cancelledJobs.includes(job.job))
      this.cancelledJobs = [...this.cancelledJobs, ...step.cancelledJobs.filter((job) => !asked.has(job))]
    }
    if (step.jobs.length === 0) return
    const asked = step.jobs.map((job) => ({
      ...job,
      actor,
      text: textOf(job.input, `the input of ${job.name}`)
    }))
    this.jobs = [...this.jobs, ...asked]
  }

  /** Writes what the steps came to: one row a timer, a job, a snapshot, however many steps were taken. */
  finish(batch: Batch, now: number, snapshotEvery: number) {
    const { actor, version, state } = this
    if (version === actor.version) return
    for (const { job, name, child, text } of this.jobs) batch.job(actor, job, name, child, text, now)
    for (const job of this.cancelledJobs) batch.jobDone(actor, job)
    for (const { version, number, to, text, occurredAt } of this.messages) {
      batch.message(actor, version, number, `${to.machine}/${to.id}`, text, occurredAt)
    }
    this.writeTimers(batch, actor.state?.timers ?? [], state?.timers ?? [])
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
    batch.snapshot(this.actor, this.version, this.actor.running.version, JSON.stringify(persisted))
    this.snapshotVersion = this.version
  }

  /** The commit stands. */
  apply() {
    const { actor } = this
    actor.state = this.state
    actor.version = this.version
    actor.snapshotVersion = this.snapshotVersion
    if (this.migrated) actor.migrateFrom = undefined
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
