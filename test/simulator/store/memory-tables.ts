import type { Batch } from "../../../eventstore/log/batch.ts"
import type { EventKind, StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { StoredTimer } from "../../../eventstore/log/stored-rows.ts"
import type { Wrapped } from "../../../eventstore/personal/master-keys.ts"
import type { StoredErasure } from "../../../eventstore/personal/subject-store.ts"
import { checkBatch } from "./check-batch.ts"

/** An event as its row keeps it: `data` is parsed at read. */
export type EventRow = Omit<StoredEvent, "data" | "sealed"> & { sealed: Uint8Array | null }

export interface PartitionRow {
  readonly company: string
  readonly partition: number
  owner: string | null
  epoch: number
  position: number
  head: Uint8Array
  recordedAt: number
  readonly events: Array<EventRow>
  readonly jobs: Map<string, JobRow>
  readonly timers: Map<string, StoredTimer>
  readonly messages: Map<string, MessageRow>
}

export interface JobRow {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly job: string
  readonly name: string
  readonly child: string | null
  readonly input: Uint8Array
  readonly keyId: string | null
  state: string
  attempts: number
  firstAttemptAt: number | null
  dueAt: number
  reason: string | null
  message: Uint8Array | null
  readonly askedAt: number
}

export interface MessageRow {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly version: number
  readonly number: number
  readonly toStream: string
  readonly event: Uint8Array
  readonly keyId: string | null
  readonly occurredAt: number
}

export interface SnapshotRow {
  readonly version: number
  readonly machineVersion: string
  readonly state: Uint8Array
  readonly keyId: string | null
}

export interface SubjectRow {
  readonly company: string
  readonly subject: string
  readonly keyId: string
  wrapped: Uint8Array | null
  masterId: string
  readonly createdAt: number
  erasedAt: number | null
}

export interface SubjectStreamRow {
  readonly company: string
  readonly stream: string
  readonly subject: string
  erasedAt: number | null
}

/** The tables of schema `es`, as maps by their primary keys. */
export class MemoryTables {
  readonly companies = new Map<string, { readonly partitions: number }>()
  readonly owners = new Map<string, { leaseUntil: number }>()
  readonly partitions = new Map<string, PartitionRow>()
  readonly streams = new Map<string, Array<EventRow>>()
  readonly keys = new Map<string, { readonly version: number; readonly position: number }>()
  /** Where a stream's job, timer or message stands. */
  readonly jobs = new Map<string, JobRow>()
  readonly timers = new Map<string, StoredTimer>()
  readonly snapshots = new Map<string, SnapshotRow>()
  readonly subjects = new Map<string, SubjectRow>()
  readonly subjectsByKey = new Map<string, SubjectRow>()
  readonly subjectStreams = new Map<string, SubjectStreamRow>()
  readonly contacts = new Map<
    string,
    { readonly company: string; readonly blind: string; readonly subject: string }
  >()
  readonly secrets = new Map<string, { readonly company: string; readonly name: string; wrapped: Wrapped }>()
  readonly erasures: Array<{ -readonly [K in keyof StoredErasure]: StoredErasure[K] }> = []
  readonly holds = new Map<
    string,
    { company: string; subject: string; by: string; reason: string; since: number }
  >()

  /** Commits the batch whole, or gives why it is refused; nothing was written then. */
  append(batch: Batch, now: number): ReturnType<typeof checkBatch> {
    const refused = checkBatch(this, batch)
    if (refused === undefined) this.write(batch, now)
    return refused
  }

  /** Writes it whatever stands against it: for a planted fault. */
  writeUnchecked(batch: Batch, now: number) {
    this.write(batch, now)
  }

  private write(batch: Batch, now: number) {
    this.advance(batch)
    each(batch.keys, ([company, stream, key, version, position]) =>
      this.keys.set(idOf(company, stream, key), { version: Number(version), position: Number(position) })
    )
    each(batch.events, (row) => this.addEvent(eventRow(row)))
    each(batch.jobsDone, ([company, stream, job]) => this.dropJob(idOf(company, stream, job)))
    this.changeJobs(batch)
    this.addJobs(batch)
    each(batch.timersCleared, ([company, stream, timer]) => this.dropTimer(idOf(company, stream, timer)))
    each(batch.timers, ([company, partition, stream, timer, setBy, dueAt]) => {
      this.setTimer({ company, partition, stream, timer, setBy, dueAt } as StoredTimer)
    })
    this.changeMessages(batch)
    each(batch.snapshots, ([company, stream, version, machineVersion, state, keyId]) => {
      this.snapshots.set(idOf(company, stream), { version, machineVersion, state, keyId } as SnapshotRow)
    })
    each(batch.streamsErased, ([company, stream]) => this.eraseStream(String(company), String(stream), now))
  }

  private advance(batch: Batch) {
    each(batch.partitions, ([company, partition, , , to, head, recordedAt]) => {
      const row = this.partitions.get(idOf(company, partition))!
      row.position = Number(to)
      row.head = head as Uint8Array
      row.recordedAt = Number(recordedAt)
    })
  }

  private addEvent(row: EventRow) {
    const events = this.partitions.get(idOf(row.company, row.partition))!.events
    // Where a test writes past the owner's order, rows stay in the order of their positions.
    if ((events.at(-1)?.position ?? 0) < row.position) events.push(row)
    else
      events.splice(
        events.findIndex((other) => other.position > row.position),
        0,
        row
      )
    const id = idOf(row.company, row.stream)
    const stream = this.streams.get(id)
    if (stream === undefined) this.streams.set(id, [row])
    else if (stream.at(-1)!.version < row.version) stream.push(row)
    else
      stream.splice(
        stream.findIndex((other) => other.version > row.version),
        0,
        row
      )
  }

  private changeJobs(batch: Batch) {
    each(batch.jobChanges, (change) => {
      const [company, stream, job, state, attempts, firstAttemptAt, dueAt, reason, message] = change
      const row = this.jobs.get(idOf(company, stream, job))
      if (row !== undefined) {
        Object.assign(row, { state, attempts, firstAttemptAt, dueAt, reason, message })
      }
    })
  }

  private addJobs(batch: Batch) {
    each(batch.jobs, ([company, partition, stream, job, name, child, input, keyId, at]) => {
      // biome-ignore format: the columns of es.job
      const row = {
        company, partition, stream, job, name, child, input, keyId, state: "pending", attempts: 0,
        firstAttemptAt: null, dueAt: at, reason: null, message: null, askedAt: at
      } as JobRow
      const id = idOf(company, stream, job)
      this.jobs.set(id, row)
      this.partitions.get(idOf(company, partition))?.jobs.set(id, row)
    })
  }

  dropJob(id: string) {
    const row = this.jobs.get(id)
    if (row === undefined) return
    this.jobs.delete(id)
    this.partitions.get(idOf(row.company, row.partition))?.jobs.delete(id)
  }

  private setTimer(row: StoredTimer) {
    const id = idOf(row.company, row.stream, row.timer)
    this.dropTimer(id)
    this.timers.set(id, row)
    this.partitions.get(idOf(row.company, row.partition))?.timers.set(id, row)
  }

  private dropTimer(id: string) {
    const row = this.timers.get(id)
    if (row === undefined) return
    this.timers.delete(id)
    this.partitions.get(idOf(row.company, row.partition))?.timers.delete(id)
  }

  private changeMessages(batch: Batch) {
    each(batch.messages, (row) => {
      const [company, partition, stream, version, number, toStream, event, keyId, occurredAt] = row
      this.partitions.get(idOf(company, partition))?.messages.set(
        idOf(stream, version, number),
        // biome-ignore format: the columns of es.message
        { company, partition, stream, version, number, toStream, event, keyId, occurredAt } as MessageRow
      )
    })
    each(batch.messagesDone, ([company, partition, stream, version, number]) => {
      this.partitions.get(idOf(company, partition))?.messages.delete(idOf(stream, version, number))
    })
  }

  private eraseStream(company: string, stream: string, now: number) {
    const line = this.subjectStreams.get(idOf(company, stream))
    if (line !== undefined) line.erasedAt = now
    this.snapshots.delete(idOf(company, stream))
    for (const row of this.partitions.values()) {
      if (row.company !== company) continue
      for (const [id, job] of row.jobs) if (job.stream === stream) this.dropJob(id)
      for (const [id, timer] of row.timers) if (timer.stream === stream) this.dropTimer(id)
      for (const [id, message] of row.messages) if (message.stream === stream) row.messages.delete(id)
    }
  }
}

/** The parts of a primary key as one text; none of them holds a NUL. */
export const idOf = (...parts: ReadonlyArray<unknown>): string => parts.join("\u0000")

type Columns = { readonly size: number; readonly columns: ReadonlyArray<ReadonlyArray<unknown>> }

/** Goes through the rows of a batch's columns. */
export const each = (rows: Columns, use: (row: ReadonlyArray<unknown>) => void): void => {
  for (let n = 0; n < rows.size; n++) use(rows.columns.map((column) => column[n]))
}

const eventRow = (row: ReadonlyArray<unknown>): EventRow => ({
  company: row[0] as string,
  partition: row[1] as number,
  position: row[2] as number,
  stream: row[3] as string,
  version: row[4] as number,
  kind: row[5] as EventKind,
  type: row[6] as string,
  schemaVersion: row[7] as number,
  dataText: row[8] as string,
  sealed: row[9] as Uint8Array | null,
  sealedHash: row[10] as Uint8Array | null,
  keyId: row[11] as string | null,
  occurredAt: row[12] as number,
  recordedAt: row[13] as number,
  causation: row[14] as string | null,
  correlation: row[15] as string | null,
  principal: row[16] as string,
  machineVersion: row[17] as string,
  payloadHash: row[18] as Uint8Array,
  link: row[19] as Uint8Array
})
