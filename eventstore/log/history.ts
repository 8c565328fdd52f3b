import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SealBroken, type StoredText, type SubjectKey } from "../personal/encrypted-text.ts"
import { jobMessagePlace, jobPlace, messagePlace, openEvent, openText } from "../personal/open-event.ts"
import { type NoKey, SubjectKeys } from "../personal/subject-keys.ts"
import type { JobState } from "./batch.ts"
import { EventStore, type Places, type StoreUnavailable } from "./event-store.ts"
import type { StoredEvent } from "./stored-event.ts"
import type { StoredJob, StoredMessage } from "./stored-rows.ts"

/** A job with its input as text; undefined when the key is not to be had. */
export interface OpenedJob extends Omit<StoredJob, "input" | "message"> {
  readonly input: string | undefined
  readonly message: string | null
  /** What it is sealed with; undefined when it is clear, or the key is not to be had. */
  readonly key: SubjectKey | undefined
}

/** A message between actors with its event as text; undefined when the key is not to be had. */
export interface OpenedMessage extends Omit<StoredMessage, "event"> {
  readonly event: string | undefined
}

type Read<A> = Effect.Effect<A, StoreUnavailable>

/**
 * History as it was said: events, jobs and messages with their personal data opened while its key is there. The
 * `EventStore` gives what is stored, sealed; whoever folds, replays or shows events reads them here.
 */
export class History extends Context.Service<
  History,
  Pick<EventStore["Service"], "readStream" | "readPartition"> & {
    /** The same events, opened. */
    readonly open: (events: ReadonlyArray<StoredEvent>) => Read<ReadonlyArray<StoredEvent>>
    readonly dueJobs: (places: Places, before: number, most: number) => Read<ReadonlyArray<OpenedJob>>
    readonly listJobs: (
      company: string | null,
      state: JobState | null,
      most: number
    ) => Read<ReadonlyArray<OpenedJob>>
    readonly messages: (places: Places, most: number) => Read<ReadonlyArray<OpenedMessage>>
  }
>()("centurion/eventstore/History") {
  static readonly layer = Layer.effect(
    History,
    Effect.gen(function* () {
      return makeHistory(yield* EventStore, yield* SubjectKeys)
    })
  )
}

const makeHistory = (store: EventStore["Service"], keys: SubjectKeys["Service"]): History["Service"] => {
  /** The keys of rows of several companies, by company and id. */
  const keysFor = Effect.fnUntraced(function* (
    rows: ReadonlyArray<{ readonly company: string; readonly keyId: string | null }>
  ) {
    const wanted = new Map<string, Set<string>>()
    for (const { company, keyId } of rows) {
      if (keyId === null) continue
      wanted.set(company, (wanted.get(company) ?? new Set()).add(keyId))
    }
    const found = new Map<string, SubjectKey | NoKey>()
    for (const [company, ids] of wanted) {
      for (const [keyId, key] of yield* keys.byId(company, [...ids])) found.set(`${company} ${keyId}`, key)
    }
    return (company: string, keyId: string | null) => found.get(`${company} ${keyId}`) ?? "locked"
  })

  const open = Effect.fnUntraced(function* (events: ReadonlyArray<StoredEvent>) {
    if (!events.some((event) => event.keyId !== null)) return events
    const keyOf = yield* keysFor(events.filter((event) => event.sealed !== null))
    return events.map((event) => openOrMark(event, keyOf(event.company, event.keyId)))
  })

  const openJobs = Effect.fnUntraced(function* (jobs: ReadonlyArray<StoredJob>) {
    const keyOf = yield* keysFor(jobs.map((job) => ({ company: job.company, keyId: keyIdOf(job.input) })))
    return jobs.map((job): OpenedJob => {
      const key = keyOf(job.company, keyIdOf(job.input))
      const message =
        job.message === null ? null : (textOrNothing(job.message, jobMessagePlace(job), key) ?? null)
      const input = textOrNothing(job.input, jobPlace(job), key)
      return { ...job, key: typeof key === "string" ? undefined : key, message, input }
    })
  })

  const openMessages = Effect.fnUntraced(function* (messages: ReadonlyArray<StoredMessage>) {
    const keyOf = yield* keysFor(messages.map(({ company, event }) => ({ company, keyId: keyIdOf(event) })))
    return messages.map(
      (message): OpenedMessage => ({
        ...message,
        event: textOrNothing(
          message.event,
          messagePlace(message),
          keyOf(message.company, keyIdOf(message.event))
        )
      })
    )
  })

  return {
    open,
    readStream: (company, stream, after, most) =>
      Effect.flatMap(store.readStream(company, stream, after, most), open),
    readPartition: (company, partition, after, most) =>
      Effect.flatMap(store.readPartition(company, partition, after, most), open),
    dueJobs: (places, before, most) => Effect.flatMap(store.dueJobs(places, before, most), openJobs),
    listJobs: (company, state, most) => Effect.flatMap(store.listJobs(company, state, most), openJobs),
    messages: (places, most) => Effect.flatMap(store.messages(places, most), openMessages)
  }
}

/** A reader is told that a ciphertext was altered and shown the rest; `verify` names the place. */
const openOrMark = (event: StoredEvent, key: SubjectKey | NoKey): StoredEvent => {
  try {
    return openEvent(event, key)
  } catch (error) {
    if (error instanceof SealBroken) return { ...event, withheld: "broken" }
    throw error
  }
}

/** A job or message whose ciphertext was altered is as one whose key is gone: nobody can act on it. */
const textOrNothing = (...of: Parameters<typeof openText>): string | undefined => {
  try {
    return openText(...of)
  } catch (error) {
    if (error instanceof SealBroken) return undefined
    throw error
  }
}

const keyIdOf = (text: StoredText): string | null => (typeof text === "string" ? null : text.keyId)
