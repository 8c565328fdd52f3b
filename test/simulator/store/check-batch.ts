import type { Batch } from "../../../eventstore/log/batch.ts"
import {
  type AppendError,
  BatchRefused,
  KeysKnown,
  PartitionLost
} from "../../../eventstore/log/event-store.ts"
import { each, idOf, type MemoryTables } from "./memory-tables.ts"

/** Why the database would refuse the batch, in the order in which `es.append` finds it; undefined when it takes it. */
export const checkBatch = (tables: MemoryTables, batch: Batch): AppendError | undefined =>
  checkFence(tables, batch) ??
  checkKeys(tables, batch) ??
  checkEvents(tables, batch) ??
  checkJobs(tables, batch) ??
  checkTimers(batch) ??
  checkMessages(tables, batch) ??
  checkSnapshots(batch)

const checkFence = (tables: MemoryTables, batch: Batch): PartitionLost | undefined => {
  const advanced = new Set<string>()
  each(batch.partitions, ([company, partition, epoch, from]) => {
    const id = idOf(company, partition)
    const row = tables.partitions.get(id)
    if (row !== undefined && row.epoch === epoch && row.position === from) advanced.add(id)
  })
  const all = batch.partitions.size
  if (advanced.size === all) return undefined
  return new PartitionLost({
    message: `of ${all} partitions, ${all - advanced.size} are not ours or not at the expected position`
  })
}

const checkKeys = (tables: MemoryTables, batch: Batch): KeysKnown | undefined => {
  const taken = new Map<string, { readonly version: number; readonly position: number }>()
  let refused = false
  each(batch.keys, ([company, stream, key, version, position]) => {
    const id = idOf(company, stream, key)
    const known = tables.keys.get(id) ?? taken.get(id)
    if (known !== undefined) refused = true
    taken.set(id, known ?? { version: Number(version), position: Number(position) })
  })
  if (!refused) return undefined
  const keys: Array<KnownKey> = []
  each(batch.keys, ([company, stream, key, version]) => {
    const known = taken.get(idOf(company, stream, key))!
    if (known.version === version) return
    keys.push({ company: String(company), stream: String(stream), key: String(key), ...known })
  })
  return new KeysKnown({ keys })
}

type KnownKey = KeysKnown["keys"][number]

const violated = (constraint: string) =>
  new BatchRefused({ message: `duplicate key value violates unique constraint "${constraint}"` })
const wrong = (what: string) => new BatchRefused({ message: what })

const checkEvents = (tables: MemoryTables, batch: Batch): BatchRefused | undefined => {
  const positions = new Set<string>()
  const versions = new Set<string>()
  let refused: BatchRefused | undefined
  each(batch.events, (row) => {
    const [company, partition, position, stream, version, kind, , , data] = row
    const [sealed, sealedHash, keyId] = row.slice(9)
    const place = idOf(company, partition, position)
    const turn = idOf(company, stream, version)
    const events = tables.partitions.get(idOf(company, partition))?.events ?? []
    const earlier = tables.streams.get(idOf(company, stream)) ?? []
    if (positions.has(place) || holds(events, "position", position)) refused ??= violated("event_pkey")
    if (versions.has(turn) || holds(earlier, "version", version)) {
      refused ??= violated("event_company_stream_version_key")
    }
    if (kind !== "input" && kind !== "emitted") refused ??= wrong(`the kind ${kind} is none`)
    if ((sealedHash === null) !== (keyId === null) || (sealed !== null && keyId === null)) {
      refused ??= wrong("sealed data needs its hash and its key")
    }
    if (row.some((value) => typeof value === "string" && value.includes("\u0000"))) {
      refused ??= wrong('invalid byte sequence for encoding "UTF8": 0x00')
    }
    if (!isJson(data)) refused ??= wrong("invalid input syntax for type json")
    positions.add(place)
    versions.add(turn)
  })
  return refused
}

/** Rows are in order, and nearly always the new one comes after all of them. */
const holds = <K extends "position" | "version">(
  rows: ReadonlyArray<{ readonly [key in K]: number }>,
  by: K,
  value: unknown
): boolean => (rows.at(-1)?.[by] ?? 0) >= Number(value) && rows.some((row) => row[by] === value)

/** Canonical JSON, which all of ours is, begins and ends so; what does not is parsed. */
const isJson = (text: unknown): boolean => {
  if (typeof text !== "string") return false
  if (text.startsWith("{") && text.endsWith("}")) return true
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const checkJobs = (tables: MemoryTables, batch: Batch): BatchRefused | undefined => {
  const done = new Set<string>()
  each(batch.jobsDone, ([company, stream, job]) => done.add(idOf(company, stream, job)))
  const added = new Set<string>()
  let refused: BatchRefused | undefined
  each(batch.jobs, ([company, , stream, job]) => {
    const id = idOf(company, stream, job)
    if (added.has(id) || (tables.jobs.has(id) && !done.has(id))) refused ??= violated("job_pkey")
    added.add(id)
  })
  each(batch.jobChanges, ([, , , state]) => {
    if (!jobStates.includes(String(state))) refused ??= wrong(`the state ${state} is none`)
  })
  return refused
}

const jobStates = ["pending", "attempting", "unknown", "failed"]

const checkTimers = (batch: Batch): BatchRefused | undefined =>
  twice(batch.timers, ([company, , stream, timer]) => idOf(company, stream, timer))

const checkSnapshots = (batch: Batch): BatchRefused | undefined =>
  twice(batch.snapshots, ([company, stream]) => idOf(company, stream))

/** An upsert refuses to change one row twice. */
const twice = (
  rows: Parameters<typeof each>[0],
  id: (row: ReadonlyArray<unknown>) => string
): BatchRefused | undefined => {
  const seen = new Set<string>()
  each(rows, (row) => seen.add(id(row)))
  return seen.size === rows.size
    ? undefined
    : wrong("ON CONFLICT DO UPDATE command cannot affect row a second time")
}

const checkMessages = (tables: MemoryTables, batch: Batch): BatchRefused | undefined => {
  let refused = twice(batch.messages, ([company, partition, stream, version, number]) =>
    idOf(company, partition, stream, version, number)
  )
  each(batch.messages, ([company, partition, stream, version, number]) => {
    const there = tables.partitions.get(idOf(company, partition))?.messages
    if (there?.has(idOf(stream, version, number))) refused ??= violated("message_pkey")
  })
  return refused
}
