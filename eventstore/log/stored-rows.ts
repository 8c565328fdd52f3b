import type { Row } from "../database/database.ts"
import type { JsonObject } from "../database/json.ts"
import { keptText, type StoredText } from "../personal/encrypted-text.ts"
import type { StoredSubject } from "../personal/subject-store.ts"
import type { JobState } from "./batch.ts"
import type { EventKind, StoredEvent } from "./stored-event.ts"

/** A partition as its row says. `alive` is whether its owner's lease runs. */
export interface Partition {
  readonly company: string
  readonly partition: number
  readonly owner: string | null
  readonly alive: boolean
  readonly epoch: number
  readonly position: number
  readonly head: Uint8Array
  readonly recordedAt: number
}

export interface StoredJob {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly job: string
  readonly name: string
  readonly child: string | null
  readonly input: StoredText
  readonly state: JobState
  readonly attempts: number
  readonly firstAttemptAt: number | null
  readonly dueAt: number
  readonly reason: string | null
  /** Under the key of the input, if that is sealed. */
  readonly message: StoredText | null
  readonly askedAt: number
}

export interface StoredTimer {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly timer: string
  readonly setBy: number
  readonly dueAt: number
}

export interface StoredMessage {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly version: number
  readonly number: number
  readonly toStream: string
  readonly event: StoredText
  readonly occurredAt: number
}

/** `error`: its machine threw. `parked`: it can't be loaded, or its step can't be stored. */
export type StoppedStatus = "error" | "parked"
/** What an operator may ask for a stopped actor. */
export type StoppedOrder = "retry" | "move" | "close"

/** An actor that does not go on until somebody sees to it. */
export interface StoppedActor {
  readonly company: string
  readonly partition: number
  readonly stream: string
  readonly status: StoppedStatus
  /** Why, in a word: `threw`, `fact`, `hung`, `history`, `locked`. */
  readonly reason: string
  /** Null where it could hold what a person wrote. */
  readonly message: string | null
  /** Of the last event of its stream, and of the machine that was to take the next one. */
  readonly version: number
  readonly machineVersion: string
  /** Epoch ms. */
  readonly since: number
  readonly asked: StoppedOrder | null
  readonly askedBy: string | null
  readonly askedWhy: string | null
}

/** What an actor is loaded from: its latest snapshot if there is one, and the events after it. */
export interface StoredActor {
  readonly company: string
  readonly stream: string
  readonly snapshot:
    | { readonly version: number; readonly machineVersion: string; readonly state: StoredText }
    | undefined
  /** The person that the stream is about; undefined when nothing personal was ever stored in it. */
  readonly subject: StoredSubject | undefined
  readonly events: ReadonlyArray<{
    readonly version: number
    readonly kind: EventKind
    readonly type: string
    readonly schemaVersion: number
    readonly data: JsonObject
    readonly sealed: Uint8Array | null
    readonly keyId: string | null
    readonly recordedAt: number
    readonly machineVersion: string
  }>
}

/** A row of `es.stored`. */
export const storedEvent = (row: Row): StoredEvent =>
  ({
    company: row[0],
    partition: row[1],
    position: row[2],
    stream: row[3],
    version: row[4],
    kind: row[5],
    type: row[6],
    schemaVersion: row[7],
    data: JSON.parse(row[8] as string),
    dataText: row[8],
    sealed: row[9],
    sealedHash: row[10],
    keyId: row[11],
    occurredAt: row[12],
    recordedAt: row[13],
    causation: row[14],
    correlation: row[15],
    principal: row[16],
    machineVersion: row[17],
    payloadHash: row[18],
    link: row[19]
  }) as StoredEvent

/** A row of `es.jobs`. */
export const storedJob = (row: Row): StoredJob => {
  const [company, partition, stream, job, name, child, bytes, keyId, state, attempts] = row
  const [firstAttemptAt, dueAt, reason, said, askedAt] = row.slice(10)
  const input = keptText(bytes as Uint8Array, keyId as string | null)
  const message = said === null ? null : keptText(said as Uint8Array, keyId as string | null)
  // biome-ignore format: the order of es.jobs
  return {
    company, partition, stream, job, name, child, input, state, attempts,
    firstAttemptAt, dueAt, reason, message, askedAt
  } as StoredJob
}

/** A row of `es.stopped_in`. */
export const storedStopped = (row: Row): StoppedActor => {
  const [company, partition, stream, status, reason, message, version, machineVersion, since] = row
  const [asked, askedBy, askedWhy] = row.slice(9)
  // biome-ignore format: the order of es.stopped_in
  return {
    company, partition, stream, status, reason, message, version, machineVersion, since,
    asked, askedBy, askedWhy
  } as StoppedActor
}

/** The rows of `es.load_actors`, gathered by actor. */
export const storedActors = (rows: ReadonlyArray<Row>): ReadonlyArray<StoredActor> => {
  const actors = new Map<
    string,
    { -readonly [K in keyof StoredActor]: StoredActor[K] } & { events: Array<never> }
  >()
  for (const row of rows) {
    const [company, stream, snapshotVersion, machineVersion, , stateKeyId] = row as ReadonlyArray<string>
    const state = row[4] as Uint8Array | null
    const id = `${company}/${stream}`
    let actor = actors.get(id)
    if (actor === undefined) {
      const snapshot =
        state === null
          ? undefined
          : {
              version: Number(snapshotVersion),
              machineVersion: machineVersion!,
              state: keptText(state, stateKeyId ?? null)
            }
      actor = { company: company!, stream: stream!, snapshot, subject: subjectOf(row), events: [] }
      actors.set(id, actor)
    }
    if (row[6] === null) continue
    actor.events.push({
      version: row[6],
      kind: row[7],
      type: row[8],
      schemaVersion: row[9],
      data: JSON.parse(row[10] as string),
      sealed: row[11],
      keyId: row[12],
      recordedAt: row[13],
      machineVersion: row[14]
    } as never)
  }
  return [...actors.values()]
}

const subjectOf = (row: Row): StoredSubject | undefined => {
  const [subject, keyId, bytes, masterId] = row.slice(15)
  if (subject === null) return undefined
  const wrapped = bytes === null ? null : { bytes: bytes as Uint8Array, masterId: String(masterId) }
  return { company: String(row[0]), subject: String(subject), keyId: String(keyId), wrapped }
}

/** A row of `es.messages`. */
export const storedMessage = (row: Row): StoredMessage => {
  const [company, partition, stream, version, number, toStream, bytes, keyId, occurredAt] = row
  const event = keptText(bytes as Uint8Array, keyId as string | null)
  return { company, partition, stream, version, number, toStream, event, occurredAt } as StoredMessage
}
