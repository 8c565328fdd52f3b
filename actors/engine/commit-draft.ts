import * as Result from "effect/Result"
import { Batch } from "../../eventstore/log/batch.ts"
import { encrypt, eventPlace } from "../../eventstore/personal/encrypted-text.ts"
import { nextLink, payloadHash, sha256 } from "../../eventstore/proof/hash.ts"
import { erased } from "../actor-key.ts"
import { type LiveActor, statusOf } from "../machine/live-actor.ts"
import { type EventRefused, WrongVersion } from "./engine.ts"
import type { Delivery, Note, Outcome, OwnedPartition } from "./partition.ts"
import { closedRefusal } from "./refusals.ts"
import { type CommittedJob, type StepRows, WorkingActor } from "./working-actor.ts"

/** How far a partition will be. */
interface Progress {
  position: number
  head: Uint8Array
  recordedAt: number
}

export interface DraftOptions {
  /** Epoch ms. */
  readonly now: number
  /** Events of an actor from one snapshot to the next. */
  readonly snapshotEvery: number
  /** XState passes over a custom action that nobody implements; so do we. */
  readonly isNobodys: (job: CommittedJob) => boolean
}

/**
 * Everything of one commit: steps are taken on copies, and nothing of an actor or a partition changes until `apply`.
 * Thrown away whole when the append is refused.
 */
export class CommitDraft {
  readonly options: DraftOptions
  readonly batch = new Batch()
  readonly workings = new Map<LiveActor, WorkingActor>()
  readonly progress = new Map<OwnedPartition, Progress>()
  readonly settled: Array<{ readonly delivery: Delivery; readonly outcome: Outcome }> = []
  readonly notes: Array<Note> = []
  /** A second delivery with the same key in one batch gets the first one's answer. */
  readonly doubles: Array<{ readonly delivery: Delivery; readonly first: Delivery }> = []
  /** Actors whose step drew a fact that is not as declared, and what is wrong with it. */
  readonly wrongFacts = new Map<LiveActor, EventRefused>()
  private readonly keyed = new Map<string, Delivery>()

  constructor(options: DraftOptions) {
    this.options = options
  }

  note(partition: OwnedPartition, note: Note) {
    this.progressOf(partition)
    note.write(this.batch)
    this.notes.push(note)
  }

  /** Takes the steps of one delivery; a refusal is that delivery's own outcome and leaves no trace. */
  deliver(partition: OwnedPartition, delivery: Delivery) {
    const working = this.workingOf(delivery.actor)
    if (working.erased && isFromOutside(delivery)) {
      this.settled.push({ delivery, outcome: erased(delivery.actor.address) })
      return
    }
    const parked = this.wrongFacts.get(delivery.actor)
    if (parked !== undefined && delivery.erasure === undefined && delivery.mending === undefined) {
      this.settled.push({ delivery, outcome: parked })
      return
    }
    if (working.closed && isFromOutside(delivery)) {
      this.settled.push({ delivery, outcome: closedRefusal(delivery.actor.address) })
      return
    }
    if (isStale(working, delivery)) return this.passOver(partition, delivery)
    const { key } = delivery.envelope
    const keyed = key === undefined ? undefined : `${delivery.actor.company}/${delivery.actor.stream} ${key}`
    const first = keyed === undefined ? undefined : this.keyed.get(keyed)
    if (first !== undefined) {
      this.doubles.push({ delivery, first })
      return
    }
    const refused = wrongVersion(working, delivery) ?? this.takeSteps(partition, working, delivery)
    if (refused !== undefined) this.settled.push({ delivery, outcome: refused })
    else if (keyed !== undefined) this.keyed.set(keyed, delivery)
  }

  private passOver(partition: OwnedPartition, delivery: Delivery) {
    this.progressOf(partition)
    const { actor, job, timer } = delivery
    if (job !== undefined) this.batch.jobDone(actor, job)
    // Of a closed actor nobody knew what it had set.
    if (timer !== undefined && this.workingOf(actor).closed) this.batch.timerCleared(actor, timer.timer)
    this.settled.push({ delivery, outcome: "stale" })
  }

  private takeSteps(
    partition: OwnedPartition,
    working: WorkingActor,
    delivery: Delivery
  ): EventRefused | undefined {
    const steps = working.deliver(delivery, this.progressOf(partition).recordedAt)
    if (Result.isFailure(steps)) {
      if (steps.failure.reason === "parked") this.wrongFacts.set(delivery.actor, steps.failure)
      return steps.failure
    }
    for (const rows of steps.success) {
      const isLast = rows === steps.success.at(-1)
      const position = this.write(partition, delivery, rows, isLast ? delivery.envelope.principal : "engine")
      if (isLast) this.settle(delivery, rows, position)
    }
    return undefined
  }

  private settle(delivery: Delivery, { first: version, rows }: StepRows, position: number) {
    const { actor, envelope, job } = delivery
    const { address, partition } = actor
    if (envelope.key !== undefined) this.batch.key(actor, envelope.key, version, position)
    if (job !== undefined) this.batch.jobDone(actor, job)
    const lastPosition = position + rows.length - 1
    const status = statusOf(this.workingOf(actor).state)
    const outcome = { address, version, position, partition, lastPosition, status, duplicate: false }
    this.settled.push({ delivery, outcome })
  }

  /** Chains the events of one step to the partition; gives the position of the first. */
  private write(
    partition: OwnedPartition,
    delivery: Delivery,
    { first, rows }: StepRows,
    principal: string
  ): number {
    const progress = this.progressOf(partition)
    const { actor, envelope } = delivery
    const position = progress.position + 1
    rows.forEach(({ kind, type, text, personal, schemaVersion }, n) => {
      const isInput = kind === "input"
      const { company, stream, key } = actor
      const place = eventPlace({ company, stream, version: first + n, type })
      const sealed = personal === undefined || key === undefined ? null : encrypt(key, place, personal)
      const sealedHash = sealed === null ? null : sha256(sealed)
      const leaf = {
        company: actor.company,
        partition: partition.partition,
        position: ++progress.position,
        stream: actor.stream,
        version: first + n,
        kind,
        type,
        schemaVersion,
        sealedHash,
        keyId: sealed === null ? null : key!.keyId,
        occurredAt: Math.round(envelope.occurredAt ?? this.options.now),
        recordedAt: progress.recordedAt,
        causation: isInput ? (envelope.causation ?? null) : `${actor.stream}@${first}`,
        correlation: envelope.correlation ?? null,
        principal: isInput ? principal : "engine",
        machineVersion: actor.running.version,
        payloadHash: payloadHash(text, sealedHash)
      }
      progress.head = nextLink(progress.head, leaf)
      this.batch.event({ ...leaf, sealed, link: progress.head }, text)
    })
    return position
  }

  private workingOf(actor: LiveActor): WorkingActor {
    let working = this.workings.get(actor)
    if (working === undefined) {
      working = new WorkingActor(actor)
      this.workings.set(actor, working)
    }
    return working
  }

  private progressOf(partition: OwnedPartition): Progress {
    let progress = this.progress.get(partition)
    if (progress === undefined) {
      // The clock may be set back; the order of the log never is.
      const recordedAt = Math.max(this.options.now, partition.recordedAt)
      progress = { position: partition.position, head: partition.head, recordedAt }
      this.progress.set(partition, progress)
    }
    return progress
  }

  /** Completes the batch: call once, when everything was delivered. */
  finish() {
    const { now, snapshotEvery, isNobodys } = this.options
    for (const [{ company, partition, epoch, position: from }, { position: to, head, recordedAt }] of this
      .progress) {
      this.batch.advance({ company, partition, epoch, from, to, head, recordedAt })
    }
    for (const working of this.workings.values()) {
      if (working.jobs.some(isNobodys)) working.jobs = working.jobs.filter((job) => !isNobodys(job))
      working.finish(this.batch, now, snapshotEvery)
    }
  }

  /** The commit stands: actors and partitions are what the draft made of them. */
  apply() {
    for (const [partition, progress] of this.progress) Object.assign(partition, progress)
    for (const working of this.workings.values()) working.apply()
  }
}

const isFromOutside = ({ timer, job, erasure, mending }: Delivery): boolean =>
  timer === undefined && job === undefined && erasure === undefined && mending === undefined

/** A timer that was set anew or cancelled, a job that nobody waits for any more: a race that the actor has decided. */
const isStale = (
  { state, erased, closed }: WorkingActor,
  { timer, job, erasure, mending }: Delivery
): boolean => {
  // Nothing comes after an erasure. One that never began is erased too, so that it never will.
  if (erased) return true
  if (erasure !== undefined) return false
  if (closed) return true
  if (mending !== undefined) return false
  if (timer !== undefined) {
    return !state?.timers.some((set) => set.timer === timer.timer && set.setBy === timer.setBy)
  }
  return job !== undefined && !state?.jobs.some((pending) => pending.job === job)
}

const wrongVersion = (working: WorkingActor, { actor, envelope }: Delivery): WrongVersion | undefined => {
  const expected = envelope.expectedVersion ?? "any"
  const actual = working.version
  if (expected === "any" || expected === actual) return undefined
  if (expected === "none" ? actual === 0 : expected === "exists" && actual > 0) return undefined
  const message = `${actor.stream} is at version ${actual}, and ${expected} was expected`
  return new WrongVersion({ stream: actor.stream, expected, actual, message })
}
