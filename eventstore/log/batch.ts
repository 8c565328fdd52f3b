import { type Parameter, ParameterTypeId } from "@effect/sql-pg/PgTypes"
import { keptBytes, type StoredText } from "../personal/encrypted-text.ts"
import type { StoredEvent } from "./stored-event.ts"

/** A stream of a company, with the partition that it lives in. */
export interface StreamPosition {
  readonly company: string
  readonly partition: number
  readonly stream: string
}

/** How a partition goes on: from the position that its owner knows to the last of this batch. */
export interface PartitionAdvance {
  readonly company: string
  readonly partition: number
  readonly epoch: number
  readonly from: number
  readonly to: number
  readonly head: Uint8Array
  readonly recordedAt: number
}

export type JobState = "pending" | "attempting" | "unknown" | "failed"

export interface JobChange {
  readonly job: string
  readonly state: JobState
  readonly attempts: number
  readonly firstAttemptAt: number | null
  readonly dueAt: number
  readonly reason: string | null
  /** Sealed with the key of the job's input, or clear like it. */
  readonly message: StoredText | null
}

const arrayOid = { text: 1009, int: 1007, float: 1022, bytea: 1001 } as const
type ColumnType = keyof typeof arrayOid

/** Rows on their way to one `unnest`, kept as columns; the types are those of the SQL function's arguments. */
class Columns {
  readonly types: ReadonlyArray<ColumnType>
  readonly columns: ReadonlyArray<Array<unknown>>

  constructor(...types: ReadonlyArray<ColumnType>) {
    this.types = types
    this.columns = types.map(() => [])
  }

  add(...values: ReadonlyArray<unknown>) {
    for (let n = 0; n < values.length; n++) this.columns[n]!.push(values[n])
  }

  get size(): number {
    return this.columns[0]!.length
  }

  params(): ReadonlyArray<Parameter> {
    return this.columns.map((value, n) => ({
      [ParameterTypeId]: ParameterTypeId,
      oid: arrayOid[this.types[n]!],
      value
    }))
  }
}

/** All that one commit writes. Made by the owner of the partitions, sent with `EventStore.append`. */
export class Batch {
  readonly partitions = new Columns("text", "int", "float", "float", "float", "bytea", "float")
  readonly keys = new Columns("text", "text", "text", "float", "float")
  // biome-ignore format: one line a group reads better than one line a column
  readonly events = new Columns(
    "text", "int", "float", "text", "float", "text", "text",
    "int", "text", "bytea", "bytea", "text",
    "float", "float", "text", "text", "text",
    "text", "bytea", "bytea")
  // biome-ignore format: one line
  readonly jobs = new Columns("text", "int", "text", "text", "text", "text", "bytea", "text", "float")
  readonly jobChanges = new Columns("text", "text", "text", "text", "int", "float", "float", "text", "bytea")
  readonly jobsDone = new Columns("text", "text", "text")
  readonly timers = new Columns("text", "int", "text", "text", "float", "float")
  readonly timersCleared = new Columns("text", "text", "text")
  readonly messages = new Columns("text", "int", "text", "float", "int", "text", "bytea", "text", "float")
  readonly messagesDone = new Columns("text", "int", "text", "float", "int")
  readonly snapshots = new Columns("text", "text", "float", "text", "bytea", "text")
  readonly streamsErased = new Columns("text", "text")

  advance(p: PartitionAdvance) {
    this.partitions.add(p.company, p.partition, p.epoch, p.from, p.to, p.head, p.recordedAt)
  }

  key(at: StreamPosition, key: string, version: number, position: number) {
    this.keys.add(at.company, at.stream, key, version, position)
  }

  /** `data` is the canonical text of `event.data`. */
  // biome-ignore format: the order of es.append_events
  event(event: Omit<StoredEvent, "data" | "dataText">, data: string) {
    this.events.add(
      event.company, event.partition, event.position, event.stream, event.version, event.kind, event.type,
      event.schemaVersion, data, event.sealed, event.sealedHash, event.keyId,
      event.occurredAt, event.recordedAt, event.causation, event.correlation, event.principal,
      event.machineVersion, event.payloadHash, event.link)
  }

  job(
    at: StreamPosition,
    job: string,
    name: string,
    child: string | undefined,
    input: StoredText,
    askedAt: number
  ) {
    const [bytes, keyId] = keptBytes(input)
    this.jobs.add(at.company, at.partition, at.stream, job, name, child ?? null, bytes, keyId, askedAt)
  }

  jobChange(at: StreamPosition, c: JobChange) {
    // biome-ignore format: the order of es.change_jobs
    this.jobChanges.add(
      at.company, at.stream, c.job, c.state, c.attempts, c.firstAttemptAt, c.dueAt, c.reason,
      c.message === null ? null : keptBytes(c.message)[0])
  }

  jobDone(at: StreamPosition, job: string) {
    this.jobsDone.add(at.company, at.stream, job)
  }

  timer(at: StreamPosition, timer: string, setBy: number, dueAt: number) {
    this.timers.add(at.company, at.partition, at.stream, timer, setBy, dueAt)
  }

  timerCleared(at: StreamPosition, timer: string) {
    this.timersCleared.add(at.company, at.stream, timer)
  }

  message(
    at: StreamPosition,
    version: number,
    number: number,
    toStream: string,
    event: StoredText,
    occurredAt: number
  ) {
    const [bytes, keyId] = keptBytes(event)
    // biome-ignore format: the order of es.add_messages
    this.messages.add(
      at.company, at.partition, at.stream, version, number, toStream, bytes, keyId, occurredAt)
  }

  messageDone(at: StreamPosition, version: number, number: number) {
    this.messagesDone.add(at.company, at.partition, at.stream, version, number)
  }

  snapshot(at: StreamPosition, version: number, machineVersion: string, state: StoredText) {
    const [bytes, keyId] = keptBytes(state)
    this.snapshots.add(at.company, at.stream, version, machineVersion, bytes, keyId)
  }

  /** Takes away all that waits or is cached for a stream whose person is erased; its events stay. */
  streamErased(at: StreamPosition) {
    this.streamsErased.add(at.company, at.stream)
  }

  /** True when it holds nothing but, perhaps, partitions that stay where they are. */
  get empty(): boolean {
    return this.sets().every((columns) => columns === this.partitions || columns.size === 0)
  }

  /** The arguments of `es.append`, in order. */
  params(): ReadonlyArray<Parameter> {
    return this.sets().flatMap((columns) => columns.params())
  }

  private sets(): ReadonlyArray<Columns> {
    // biome-ignore format: the order of es.append
    return [
      this.partitions, this.keys, this.events, this.jobs, this.jobChanges, this.jobsDone, this.timers,
      this.timersCleared, this.messages, this.messagesDone, this.snapshots, this.streamsErased]
  }
}
