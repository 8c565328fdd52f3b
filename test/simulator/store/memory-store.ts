import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { JobState } from "../../../eventstore/log/batch.ts"
import { EventStore, type Places } from "../../../eventstore/log/event-store.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { Partition, StoredActor, StoredJob, StoredMessage } from "../../../eventstore/log/stored-rows.ts"
import { keptText } from "../../../eventstore/personal/encrypted-text.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { memoryStopped } from "./memory-stopped.ts"
import { memorySubjects, storedSubject } from "./memory-subjects.ts"
import {
  type EventRow,
  idOf,
  type JobRow,
  MemoryTables,
  type MessageRow,
  type PartitionRow
} from "./memory-tables.ts"

/** What the database's clock says, epoch ms. `lease` is the one that leases go by, where it is another. */
export interface StoreTime {
  readonly now: () => number
  readonly lease?: () => number
}

/** The event store in memory: the same answers as the functions of schema `es` give, at once. */
export interface MemoryStore {
  readonly tables: MemoryTables
  readonly events: EventStore["Service"]
  readonly subjects: SubjectStore["Service"]
  readonly layer: Layer.Layer<EventStore | SubjectStore>
}

const dayMs = 86_400_000
const zeros = () => new Uint8Array(32)

export const makeMemoryStore = (time: StoreTime = { now: () => Date.now() }): MemoryStore => {
  const tables = new MemoryTables()
  const lease = time.lease ?? time.now
  const events = EventStore.of({
    append: (batch) =>
      Effect.suspend(() => {
        const refused = tables.append(batch, time.now())
        return refused === undefined ? Effect.void : Effect.fail(refused)
      }),
    createCompany: (company, partitions) => Effect.sync(() => createCompany(tables, company, partitions)),
    claim: (owner, leaseMs, most) => Effect.sync(() => claim(tables, lease(), owner, leaseMs, most)),
    renew: (owner, leaseMs) =>
      Effect.sync(() => {
        const row = tables.owners.get(owner)
        if (row === undefined || row.leaseUntil <= lease()) return false
        row.leaseUntil = lease() + leaseMs
        return true
      }),
    release: (owner) =>
      Effect.sync(() => {
        for (const row of tables.partitions.values()) if (row.owner === owner) row.owner = null
        tables.owners.delete(owner)
      }),
    now: Effect.sync(time.now),
    partitions: (company) =>
      Effect.sync(() =>
        [...tables.partitions.values()]
          .filter((row) => company === undefined || row.company === company)
          .sort(byPlace)
          .map((row) => partitionOf(row, row.owner !== null && isAlive(tables, lease(), row.owner)))
      ),
    readStream: (company, stream, after, most) =>
      Effect.sync(() =>
        page(tables.streams.get(idOf(company, stream)) ?? [], (row) => row.version > after, most)
      ),
    readPartition: (company, partition, after, most) =>
      Effect.sync(() =>
        page(
          tables.partitions.get(idOf(company, partition))?.events ?? [],
          (row) => row.position > after,
          most
        )
      ),
    loadActors: (companies, streams) =>
      Effect.sync(() => companies.map((company, n) => storedActor(tables, company, streams[n]!))),
    dueJobs: (places, before, most) =>
      Effect.sync(() =>
        at(tables, places)
          .flatMap((row) => [...row.jobs.values()])
          .filter((job) => job.state !== "failed" && job.dueAt <= before)
          .sort((one, other) => one.dueAt - other.dueAt)
          .slice(0, most)
          .map(storedJob)
      ),
    dueTimers: (places, before, most) =>
      Effect.sync(() =>
        at(tables, places)
          .flatMap((row) => [...row.timers.values()])
          .filter((timer) => timer.dueAt <= before)
          .sort((one, other) => one.dueAt - other.dueAt)
          .slice(0, most)
          .map((timer) => ({ ...timer }))
      ),
    messages: (places, most) =>
      Effect.sync(() =>
        at(tables, places)
          .sort(byPlace)
          .flatMap((row) => [...row.messages.values()].sort(inOrder))
          .slice(0, most)
          .map(storedMessage)
      ),
    listJobs: (company, state, most) =>
      Effect.sync(() =>
        [...tables.jobs.values()]
          .filter(
            (job) => (company === null || job.company === company) && (state ?? job.state) === job.state
          )
          .sort((one, other) => other.askedAt - one.askedAt)
          .slice(0, most)
          .map(storedJob)
      ),
    retryJob: (company, stream, job) =>
      Effect.sync(() => {
        const row = tables.jobs.get(idOf(company, stream, job))
        if (row?.state !== "failed") return false
        const state = row.reason === "inDoubt" || row.reason === "wrongResult" ? "unknown" : "pending"
        Object.assign(row, { state, attempts: 0, dueAt: time.now(), reason: null, message: null })
        return true
      }),
    dropJob: (company, stream, job) =>
      Effect.sync(() => {
        const id = idOf(company, stream, job)
        if (tables.jobs.get(id)?.state !== "failed") return false
        tables.dropJob(id)
        return true
      }),
    ...memoryStopped(time.now)
  })
  const subjects = memorySubjects(tables, time.now)
  const layer = Layer.merge(Layer.succeed(EventStore, events), Layer.succeed(SubjectStore, subjects))
  return { tables, events, subjects, layer }
}

type Place = { readonly company: string; readonly partition: number }

const byPlace = (one: Place, other: Place): number =>
  one.company === other.company ? one.partition - other.partition : one.company < other.company ? -1 : 1

const at = (tables: MemoryTables, { companies, partitions }: Places): Array<PartitionRow> =>
  companies.flatMap((company, n) => tables.partitions.get(idOf(company, partitions[n])) ?? [])

const createCompany = (tables: MemoryTables, company: string, partitions: number): number => {
  const known = tables.companies.get(company)
  if (known !== undefined) return known.partitions
  tables.companies.set(company, { partitions })
  for (let partition = 1; partition <= partitions; partition++) {
    tables.partitions.set(idOf(company, partition), {
      ...{ company, partition, owner: null, epoch: 0, position: 0, head: zeros(), recordedAt: 0 },
      ...{ events: [], jobs: new Map(), timers: new Map(), messages: new Map() }
    })
  }
  return partitions
}

const isAlive = (tables: MemoryTables, now: number, owner: string): boolean =>
  (tables.owners.get(owner)?.leaseUntil ?? Number.NEGATIVE_INFINITY) > now

const claim = (tables: MemoryTables, now: number, owner: string, leaseMs: number, most: number) => {
  tables.owners.set(owner, { leaseUntil: now + leaseMs })
  for (const [name, row] of tables.owners) if (row.leaseUntil < now - dayMs) tables.owners.delete(name)
  const free = [...tables.partitions.values()]
    .filter((row) => row.owner === null || !isAlive(tables, now, row.owner))
    .sort(byPlace)
    .slice(0, most)
  return free.map((row) => {
    row.owner = owner
    row.epoch++
    return partitionOf(row, true)
  })
}

const partitionOf = (row: PartitionRow, alive: boolean): Partition => {
  const { company, partition, owner, epoch, position, head, recordedAt } = row
  return { company, partition, owner, alive, epoch, position, head, recordedAt }
}

const storedEvent = (row: EventRow): StoredEvent => ({ ...row, data: JSON.parse(row.dataText) })

/** Rows are in order, so those wanted stand together at the end. */
const page = (rows: ReadonlyArray<EventRow>, isWanted: (row: EventRow) => boolean, most: number) => {
  let first = 0
  let end = rows.length
  while (first < end) {
    const middle = (first + end) >> 1
    if (isWanted(rows[middle]!)) end = middle
    else first = middle + 1
  }
  return rows.slice(first, first + most).map(storedEvent)
}

const storedActor = (tables: MemoryTables, company: string, stream: string): StoredActor => {
  const id = idOf(company, stream)
  const row = tables.snapshots.get(id)
  const line = tables.subjectStreams.get(id)
  const subject = line === undefined ? undefined : tables.subjects.get(idOf(company, line.subject))
  const snapshot =
    row === undefined
      ? undefined
      : { version: row.version, machineVersion: row.machineVersion, state: keptText(row.state, row.keyId) }
  const after = snapshot?.version ?? 0
  const rows = (tables.streams.get(id) ?? []).filter(({ version }) => version > after)
  return {
    company,
    stream,
    snapshot,
    subject: subject === undefined ? undefined : storedSubject(subject),
    events: rows.map((event) => {
      const { version, kind, type, schemaVersion, dataText, sealed, keyId, recordedAt, machineVersion } =
        event
      const data = JSON.parse(dataText)
      return { version, kind, type, schemaVersion, data, sealed, keyId, recordedAt, machineVersion }
    })
  }
}

const storedJob = ({ keyId, input, message, state, ...row }: JobRow): StoredJob => ({
  ...row,
  input: keptText(input, keyId),
  state: state as JobState,
  message: message === null ? null : keptText(message, keyId)
})

const inOrder = (one: MessageRow, other: MessageRow): number =>
  one.stream === other.stream
    ? one.version - other.version || one.number - other.number
    : one.stream < other.stream
      ? -1
      : 1

const storedMessage = ({ event, keyId, ...row }: MessageRow): StoredMessage => ({
  ...row,
  event: keptText(event, keyId)
})
