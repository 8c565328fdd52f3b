import * as Effect from "effect/Effect"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Partition } from "../../../eventstore/log/stored-rows.ts"
import { keptText } from "../../../eventstore/personal/encrypted-text.ts"
import { MasterKeys } from "../../../eventstore/personal/master-keys.ts"
import { secretBound } from "../../../eventstore/personal/secrets.ts"
import { subjectBound } from "../../../eventstore/personal/subject-keys.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { type EventRow, idOf, type MemoryTables, type PartitionRow } from "../store/memory-tables.ts"

/** What was written. */
export interface Copied {
  readonly companies: number
  readonly partitions: number
  readonly events: number
  readonly subjects: number
}

const owner = "simulator"
const leaseMs = 60_000
const claimMost = 1000
/** Events, and persons, of one call. */
const batchMax = 1000
const subjectsMax = 500

/**
 * Writes a simulated history into a real store, to the byte: the same events, links, keys, timers and snapshots, the
 * keys of persons wrapped anew by the store's own master key. Refuses a company that has events already.
 */
export const copyInto = Effect.fn("copyInto")(function* (
  tables: MemoryTables,
  simulated: MasterKeys["Service"],
  tell: (events: number) => void
) {
  const store = yield* EventStore
  for (const [company, { partitions }] of tables.companies) {
    const there = yield* store.createCompany(company, partitions)
    const rows = yield* store.partitions(company)
    const used = rows.reduce((sum, { position }) => sum + position, 0)
    if (used > 0)
      return yield* Effect.fail(new Error(`the company "${company}" has ${used} events there already`))
    if (there !== partitions) {
      const message = `the company "${company}" has ${there} partitions there, and ${partitions} are simulated`
      return yield* Effect.fail(new Error(message))
    }
  }
  const subjects = yield* copySubjects(tables, simulated)
  const claimed = yield* store.claim(owner, leaseMs, claimMost)
  const keys = keysByEvent(tables)
  let events = 0
  for (const row of tables.partitions.values()) {
    const isIt = (each: Partition) => each.company === row.company && each.partition === row.partition
    const partition = claimed.find(isIt)
    if (partition === undefined) {
      const message = `a server that runs owns ${row.company} partition ${row.partition}; stop it first`
      return yield* Effect.fail(new Error(message))
    }
    yield* copyPartition(tables, row, partition.epoch, keys, (more) => {
      events += more
      tell(events)
    })
    yield* store.renew(owner, leaseMs)
  }
  yield* store.release(owner)
  return {
    companies: tables.companies.size,
    partitions: tables.partitions.size,
    events,
    subjects
  } satisfies Copied
})

/** Senders' keys by the event that they belong to. */
const keysByEvent = (tables: MemoryTables): ReadonlyMap<string, string> => {
  const keys = new Map<string, string>()
  for (const [id, { version }] of tables.keys) {
    const [company, stream, key] = id.split("\u0000") as [string, string, string]
    keys.set(idOf(company, stream, version), key)
  }
  return keys
}

const copyPartition = Effect.fnUntraced(function* (
  tables: MemoryTables,
  row: PartitionRow,
  epoch: number,
  keys: ReadonlyMap<string, string>,
  tell: (events: number) => void
) {
  const store = yield* EventStore
  const { company, partition, events } = row
  for (let first = 0; first < events.length; first += batchMax) {
    const some = events.slice(first, first + batchMax)
    const last = some.at(-1)!
    const batch = new Batch()
    for (const event of some) addEvent(batch, event, keys)
    if (first + batchMax >= events.length) addWaiting(batch, tables, row)
    const { position: to, link: head, recordedAt } = last
    batch.advance({ company, partition, epoch, from: first, to, head, recordedAt })
    yield* store.append(batch)
    tell(some.length)
  }
})

const addEvent = (batch: Batch, event: EventRow, keys: ReadonlyMap<string, string>) => {
  const { dataText, ...rest } = event
  batch.event(rest, dataText)
  const key = keys.get(idOf(event.company, event.stream, event.version))
  if (key !== undefined) batch.key(event, key, event.version, event.position)
}

/** What still waits: timers, messages, dead letters; and the snapshots. */
const addWaiting = (batch: Batch, tables: MemoryTables, row: PartitionRow) => {
  const { company, partition } = row
  for (const { stream, timer, setBy, dueAt } of row.timers.values()) {
    batch.timer({ company, partition, stream }, timer, setBy, dueAt)
  }
  for (const each of row.jobs.values()) {
    const { stream, job, name, child, input, keyId, askedAt, message } = each
    const place = { company, partition, stream }
    batch.job(place, job, name, child ?? undefined, keptText(input, keyId), askedAt)
    const { attempts, firstAttemptAt, dueAt, reason } = each
    const state = each.state as "failed"
    const said = message === null ? null : keptText(message, keyId)
    batch.jobChange(place, { job, state, attempts, firstAttemptAt, dueAt, reason, message: said })
  }
  for (const { stream, version, number, toStream, event, keyId, occurredAt } of row.messages.values()) {
    const text = keptText(event, keyId)
    batch.message({ company, partition, stream }, version, number, toStream, text, occurredAt)
  }
  for (const stream of new Set(row.events.map((event) => event.stream))) {
    const snapshot = tables.snapshots.get(idOf(company, stream))
    if (snapshot === undefined) continue
    const { version, machineVersion, state, keyId } = snapshot
    batch.snapshot({ company, partition, stream }, version, machineVersion, keptText(state, keyId))
  }
}

/** The persons, their keys under the store's own master key, and the blind index of who is who. */
const copySubjects = Effect.fnUntraced(function* (tables: MemoryTables, simulated: MasterKeys["Service"]) {
  const store = yield* SubjectStore
  const masters = yield* MasterKeys
  const offered = [...tables.subjectStreams.values()].map(({ company, subject, stream }) => {
    const { keyId, wrapped, masterId } = tables.subjects.get(idOf(company, subject))!
    const bound = subjectBound(company, subject)
    const key = simulated.unwrap(bound, { bytes: wrapped!, masterId })!
    return { company, subject, stream, keyId, wrapped: masters.wrap(bound, key) }
  })
  for (let first = 0; first < offered.length; first += subjectsMax) {
    yield* store.takeSubjects(offered.slice(first, first + subjectsMax))
  }
  for (const { company, name, wrapped } of tables.secrets.values()) {
    const bound = secretBound(company, name)
    yield* store.takeSecret(company, name, masters.wrap(bound, simulated.unwrap(bound, wrapped)!))
  }
  for (const { company, blind, subject } of tables.contacts.values()) {
    yield* store.takeContact(company, Buffer.from(blind, "hex"), subject)
  }
  return tables.subjects.size
})
