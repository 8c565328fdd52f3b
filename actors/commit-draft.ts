import { Batch, type StreamPlace } from "../eventstore/batch.ts"
import { canonicalJson, nextLink, payloadHash } from "../eventstore/hash.ts"
import type { JsonObject } from "../eventstore/json.ts"
import type { EventKind, StoredEvent } from "../eventstore/stored-event.ts"
import { type ActorEvent, EventRefused, WrongVersion } from "./engine.ts"
import type { LiveActor } from "./live-actor.ts"
import type { Delivery, Note, Outcome, OwnedPartition } from "./partition.ts"
import { errorAsJson, persist } from "./persisted-state.ts"
import { type ActorState, type Message, type NewJob, type PendingTimer, type Step, takeStep } from "./step.ts"

/** A job that was committed with this batch, ready to run. */
export interface CommittedJob extends NewJob {
  readonly actor: LiveActor
  /** The version of the event that asked for it. */
  readonly version: number
  readonly askedAt: number
}

/** A message that was committed with this batch, with its place in the sender's stream. */
export interface CommittedMessage extends Message {
  readonly place: StreamPlace
  readonly version: number
  readonly number: number
  readonly occurredAt: number
}

/** An actor as it will be when this batch stands. */
interface Working {
  readonly actor: LiveActor
  state: ActorState | undefined
  version: number
  jobs: Array<CommittedJob>
  cancelledJobs: Array<string>
  messages: Array<CommittedMessage>
  logs: Array<unknown>
  migrated: boolean
}

interface Progress {
  position: number
  head: Uint8Array
  recordedAt: number
}

/** One event row in the making. */
interface Row {
  readonly kind: EventKind
  readonly type: string
  readonly text: string
  readonly schemaVersion: number
}

/**
 * Everything of one commit: steps are taken on copies, and nothing of an actor or a partition changes until `apply`.
 * Thrown away whole when the append is refused.
 */
export class CommitDraft {
  readonly batch = new Batch()
  readonly workings = new Map<LiveActor, Working>()
  readonly progress = new Map<OwnedPartition, Progress>()
  readonly settled: Array<{ readonly delivery: Delivery; readonly outcome: Outcome }> = []
  readonly notes: Array<Note> = []
  /** Deliveries of this batch by key: a second one with the same key gets the first one's answer. */
  readonly keyed = new Map<string, Delivery>()
  readonly doubles: Array<{ readonly delivery: Delivery; readonly first: Delivery }> = []
  readonly now: number
  readonly snapshotEvery: number
  /** When the step at hand is recorded: now, but never before the partition's last event. */
  at = 0

  constructor(now: number, snapshotEvery: number) {
    this.now = now
    this.snapshotEvery = snapshotEvery
  }

  note(partition: OwnedPartition, note: Note) {
    this.progressOf(partition)
    note.write(this.batch)
    this.notes.push(note)
  }

  /** Takes the steps of one delivery; a refusal is that delivery's own outcome and leaves no trace. */
  deliver(partition: OwnedPartition, delivery: Delivery) {
    const working = this.workingOf(delivery.actor)
    if (this.isStale(working, delivery)) {
      if (delivery.job !== undefined) this.batch.jobDone(delivery.actor, delivery.job)
      this.progressOf(partition)
      this.settled.push({ delivery, outcome: "stale" })
      return
    }
    const { key } = delivery.envelope
    if (key !== undefined) {
      const first = this.keyed.get(`${delivery.actor.company}/${delivery.actor.stream} ${key}`)
      if (first !== undefined) {
        this.doubles.push({ delivery, first })
        return
      }
    }
    const wrong = this.wrongVersion(working, delivery)
    if (wrong !== undefined) {
      this.settled.push({ delivery, outcome: wrong })
      return
    }
    const refused = this.takeSteps(partition, working, delivery)
    if (refused !== undefined) this.settled.push({ delivery, outcome: refused })
    else if (key !== undefined)
      this.keyed.set(`${delivery.actor.company}/${delivery.actor.stream} ${key}`, delivery)
  }

  isStale(working: Working, delivery: Delivery): boolean {
    const { timer, job } = delivery
    if (timer !== undefined) {
      return !working.state?.timers.some((set) => set.timer === timer.timer && set.setBy === timer.setBy)
    }
    if (job !== undefined) return !working.state?.jobs.some((pending) => pending.job === job)
    return false
  }

  wrongVersion(working: Working, delivery: Delivery): WrongVersion | undefined {
    const expected = delivery.envelope.expectedVersion ?? "any"
    const actual = working.version
    const right =
      expected === "any" ||
      (expected === "none" && actual === 0) ||
      (expected === "exists" && actual > 0) ||
      expected === actual
    if (right) return undefined
    const stream = delivery.actor.stream
    return new WrongVersion({
      stream,
      expected,
      actual,
      message: `${stream} is at version ${actual}, and ${expected} was expected`
    })
  }

  takeSteps(partition: OwnedPartition, working: Working, delivery: Delivery): EventRefused | undefined {
    this.at = this.progressOf(partition).recordedAt
    const before = { ...working, jobs: [...working.jobs], messages: [...working.messages] }
    const steps: Array<{ rows: Array<Row>; step: Step | undefined }> = []
    try {
      if (working.actor.migrateFrom !== undefined && !working.migrated) steps.push(this.migration(working))
      if (working.version === 0) steps.push(this.start(working, delivery))
      steps.push(this.input(working, delivery))
    } catch (error) {
      Object.assign(working, before)
      const message = `${delivery.actor.stream}: ${error instanceof Error ? error.message : String(error)}`
      return new EventRefused({ reason: "wrongData", message })
    }
    for (const { rows } of steps) this.write(partition, working, delivery, rows)
    return undefined
  }

  /** The version that `rows` will begin at, counted ahead of their writing. */
  migration(working: Working) {
    const { actor } = working
    const state = persist(working.state!)
    if (state === undefined) throw new Error("its context is not plain data, so it can't be migrated")
    const data = { from: actor.migrateFrom!, to: actor.running.version, state }
    working.version++
    working.migrated = true
    return { rows: [row("input", "ActorMigrated", canonicalJson(data), 1)], step: undefined }
  }

  start(working: Working, delivery: Delivery) {
    const { running } = working.actor
    const input = delivery.startInput ?? null
    const version = working.version + 1
    const step = takeStep(running, undefined, version, { kind: "start", input }, this.at)
    const rows = [row("input", "ActorStarted", canonicalJson({ machine: running.name, input }), 1)]
    return this.accept(working, version, rows, step)
  }

  input(working: Working, delivery: Delivery) {
    const version = working.version + 1
    const step = takeStep(working.actor.running, working.state, version, delivery.input, this.at)
    const schemaVersion = working.actor.registered.schemaVersion(delivery.type)
    return this.accept(working, version, [row("input", delivery.type, delivery.text, schemaVersion)], step)
  }

  accept(working: Working, version: number, rows: Array<Row>, step: Step) {
    const { actor } = working
    for (const { type, ...data } of step.emitted) {
      rows.push(
        row("emitted", type, canonicalJson(data as JsonObject, type), actor.registered.schemaVersion(type))
      )
    }
    if (step.state.snapshot.status === "error" && working.state?.snapshot.status !== "error") {
      working.logs.push({ failed: errorAsJson(step.state.snapshot.error) })
    }
    for (const job of step.jobs) working.jobs.push({ ...job, actor, version, askedAt: this.at })
    for (const cancelled of step.cancelledJobs) this.cancelJob(working, cancelled)
    step.messages.forEach((message, number) => {
      working.messages.push({ ...message, place: actor, version, number, occurredAt: this.at })
    })
    working.logs.push(...step.logs)
    working.state = step.state
    working.version = version + rows.length - 1
    return { rows, step }
  }

  cancelJob(working: Working, job: string) {
    const asked = working.jobs.length
    working.jobs = working.jobs.filter((each) => each.job !== job)
    if (working.jobs.length === asked) working.cancelledJobs.push(job)
  }

  write(partition: OwnedPartition, working: Working, delivery: Delivery, rows: ReadonlyArray<Row>) {
    const progress = this.progressOf(partition)
    const { actor, envelope } = delivery
    const { stream } = actor
    const first = this.firstVersionOf(working.actor)
    const isDelivered = rows[0]!.type === delivery.type
    const inputVersion = first
    rows.forEach(({ kind, type, text, schemaVersion }, n) => {
      const leaf = {
        company: actor.company,
        partition: partition.partition,
        position: ++progress.position,
        stream,
        version: first + n,
        kind,
        type,
        schemaVersion,
        sealedHash: null,
        keyId: null,
        occurredAt: envelope.occurredAt ?? this.now,
        recordedAt: progress.recordedAt,
        causation: kind === "emitted" ? `${stream}@${inputVersion}` : (envelope.causation ?? null),
        correlation: envelope.correlation ?? null,
        principal: kind === "emitted" || !isDelivered ? "engine" : envelope.principal,
        machineVersion: actor.running.version,
        payloadHash: payloadHash(text, null)
      }
      progress.head = nextLink(progress.head, leaf)
      const event: Omit<StoredEvent, "data"> = { ...leaf, sealed: null, link: progress.head }
      this.batch.event(event, text)
    })
    this.written.set(actor, first + rows.length - 1)
    if (!isDelivered) return
    const position = progress.position - rows.length + 1
    if (envelope.key !== undefined) this.batch.key(actor, envelope.key, inputVersion, position)
    if (delivery.job !== undefined) this.batch.jobDone(actor, delivery.job)
    const outcome = { address: actor.address, version: inputVersion, position, duplicate: false }
    this.settled.push({ delivery, outcome })
  }

  /** The last version of each actor that stands in the batch already. */
  readonly written = new Map<LiveActor, number>()

  firstVersionOf(actor: LiveActor): number {
    return (this.written.get(actor) ?? actor.version) + 1
  }

  workingOf(actor: LiveActor): Working {
    let working = this.workings.get(actor)
    if (working === undefined) {
      const { state, version } = actor
      working = {
        actor,
        state,
        version,
        jobs: [],
        cancelledJobs: [],
        messages: [],
        logs: [],
        migrated: false
      }
      this.workings.set(actor, working)
    }
    return working
  }

  progressOf(partition: OwnedPartition): Progress {
    let progress = this.progress.get(partition)
    if (progress === undefined) {
      const recordedAt = Math.max(this.now, partition.recordedAt)
      progress = { position: partition.position, head: partition.head, recordedAt }
      this.progress.set(partition, progress)
    }
    return progress
  }

  /** Writes what the actors' states came to: one row a timer, a job, a snapshot, however many steps were taken. */
  finish() {
    for (const [partition, { position, head, recordedAt }] of this.progress) {
      const { company, epoch } = partition
      const from = partition.position
      this.batch.advance({
        company,
        partition: partition.partition,
        epoch,
        from,
        to: position,
        head,
        recordedAt
      })
    }
    for (const working of this.workings.values()) {
      const { actor, state } = working
      if (working.version === actor.version) continue
      for (const job of working.jobs) {
        if (this.isNobodys(job)) continue
        this.batch.job(actor, job.job, job.name, job.child, JSON.stringify(job.input), this.now)
      }
      for (const job of working.cancelledJobs) this.batch.jobDone(actor, job)
      for (const { version, number, to, event, occurredAt } of working.messages) {
        this.batch.message(
          actor,
          version,
          number,
          `${to.machine}/${to.id}`,
          JSON.stringify(event),
          occurredAt
        )
      }
      this.writeTimers(actor, actor.state?.timers ?? [], state?.timers ?? [])
      if (working.version - actor.snapshotVersion >= this.snapshotEvery) this.writeSnapshot(working)
    }
  }

  /** XState passes over a custom action that nobody implements; so do we. */
  isNobodys: (job: CommittedJob) => boolean = () => false

  writeTimers(actor: LiveActor, before: ReadonlyArray<PendingTimer>, after: ReadonlyArray<PendingTimer>) {
    for (const timer of after) {
      if (!before.includes(timer)) this.batch.timer(actor, timer.timer, timer.setBy, timer.dueAt)
    }
    for (const timer of before) {
      if (!after.some((other) => other.timer === timer.timer)) this.batch.timerCleared(actor, timer.timer)
    }
  }

  readonly snapshots = new Map<LiveActor, number>()

  writeSnapshot({ actor, state, version }: Working) {
    const persisted = persist(state!)
    // A context that is not plain data is folded from its first event each time.
    if (persisted === undefined) return
    this.batch.snapshot(actor, version, actor.running.version, JSON.stringify(persisted))
    this.snapshots.set(actor, version)
  }

  /** The commit stands: actors and partitions are what the draft made of them. */
  apply() {
    for (const [partition, progress] of this.progress) Object.assign(partition, progress)
    for (const { actor, state, version, migrated } of this.workings.values()) {
      actor.state = state
      actor.version = version
      if (migrated) actor.migrateFrom = undefined
    }
    for (const [actor, version] of this.snapshots) actor.snapshotVersion = version
  }
}

const row = (kind: EventKind, type: string, text: string, schemaVersion: number): Row => ({
  kind,
  type,
  text,
  schemaVersion
})

export type { ActorEvent }
