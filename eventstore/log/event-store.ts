import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Database, type DatabaseError, type Row } from "../database/database.ts"
import { Batch, type JobState } from "./batch.ts"
import type { StoredEvent } from "./stored-event.ts"
import {
  type Partition,
  type StoppedActor,
  type StoppedOrder,
  type StoppedStatus,
  type StoredActor,
  type StoredJob,
  type StoredMessage,
  type StoredTimer,
  storedActors,
  storedEvent,
  storedJob,
  storedMessage,
  storedStopped
} from "./stored-rows.ts"

/** Another process owns a partition of the batch, or it is not where we believed it to be. Nothing was written. */
export class PartitionLost extends Schema.TaggedError<PartitionLost>()("PartitionLost", {
  message: Schema.String
}) {}

/** A key that the store has seen, and what its event got then. */
export interface KnownKey {
  readonly company: string
  readonly stream: string
  readonly key: string
  readonly version: number
  readonly position: number
}

/** Some keys of the batch are known. Nothing was written. */
export class KeysKnown extends Schema.TaggedError<KeysKnown>()("KeysKnown", {
  keys: Schema.Any as Schema.Codec<ReadonlyArray<KnownKey>>
}) {}

/** The database refuses something in the batch for good. Nothing was written; smaller batches tell which part. */
export class BatchRefused extends Schema.TaggedError<BatchRefused>()("BatchRefused", {
  message: Schema.String
}) {}

/** The database did not answer. With `mayHaveHappened` the partition's row tells whether the batch stands. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  message: Schema.String,
  mayHaveHappened: Schema.Boolean
}) {}

export type AppendError = PartitionLost | KeysKnown | BatchRefused | StoreUnavailable

/** An actor that stopped, before it is written. */
export type NewStopped = Omit<StoppedActor, "since" | "asked" | "askedBy" | "askedWhy">

type Read<A> = Effect.Effect<A, StoreUnavailable>
/** Partitions to look at, as two columns. */
export interface Places {
  readonly companies: ReadonlyArray<string>
  readonly partitions: ReadonlyArray<number>
}

/** Streams, partitions, and the work that stands with them. All writing of events is `append`. */
export class EventStore extends Context.Service<
  EventStore,
  {
    readonly append: (batch: Batch) => Effect.Effect<void, AppendError>
    /** Makes the company and its partitions if need be; gives how many it has, which stays as it was at first. */
    readonly createCompany: (company: string, partitions: number) => Read<number>
    readonly claim: (owner: string, leaseMs: number, most: number) => Read<ReadonlyArray<Partition>>
    /** False when the lease had run out. */
    readonly renew: (owner: string, leaseMs: number) => Read<boolean>
    readonly release: (owner: string) => Read<void>
    /** The database's clock, epoch ms. */
    readonly now: Read<number>
    readonly partitions: (company?: string) => Read<ReadonlyArray<Partition>>
    /** Events of a stream with a version above `after`, at most `most`. */
    readonly readStream: (
      company: string,
      stream: string,
      after: number,
      most: number
    ) => Read<ReadonlyArray<StoredEvent>>
    /** Events of a partition with a position above `after`, at most `most`, without gaps. */
    readonly readPartition: (
      company: string,
      partition: number,
      after: number,
      most: number
    ) => Read<ReadonlyArray<StoredEvent>>
    readonly loadActors: (
      companies: ReadonlyArray<string>,
      streams: ReadonlyArray<string>
    ) => Read<ReadonlyArray<StoredActor>>
    /** Jobs that are due and no dead letters, the oldest first. */
    readonly dueJobs: (places: Places, before: number, most: number) => Read<ReadonlyArray<StoredJob>>
    readonly dueTimers: (places: Places, before: number, most: number) => Read<ReadonlyArray<StoredTimer>>
    readonly messages: (places: Places, most: number) => Read<ReadonlyArray<StoredMessage>>
    readonly listJobs: (
      company: string | null,
      state: JobState | null,
      most: number
    ) => Read<ReadonlyArray<StoredJob>>
    /** Puts a dead letter back to work; false when there is none such. */
    readonly retryJob: (company: string, stream: string, job: string) => Read<boolean>
    readonly dropJob: (company: string, stream: string, job: string) => Read<boolean>
    /** Puts an actor among those that do not go on; what was asked for it is done with. */
    readonly noteStopped: (actor: NewStopped) => Read<void>
    readonly clearStopped: (company: string, stream: string) => Read<void>
    /** Stopped actors of these partitions, those that something is asked for first. */
    readonly stoppedIn: (places: Places, most: number) => Read<ReadonlyArray<StoppedActor>>
    /** The last that stopped first. */
    readonly listStopped: (
      company: string | null,
      status: StoppedStatus | null,
      most: number
    ) => Read<ReadonlyArray<StoppedActor>>
    /** Asks the owner of its partition to see to a stopped actor; false when it is not stopped. */
    readonly askStopped: (
      company: string,
      stream: string,
      order: StoppedOrder,
      by: string,
      why: string
    ) => Read<boolean>
  }
>()("centurion/eventstore/EventStore") {
  static readonly layer = Layer.effect(
    EventStore,
    // biome-ignore lint/complexity/noExcessiveLinesPerFunction: a list of one statement a method, with nothing between them
    Effect.gen(function* () {
      const { query } = yield* Database
      const read = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
        query(sql, params).pipe(
          Effect.map((rows) => rows.map(shape)),
          Effect.catch((error) =>
            error.isOfData ? Effect.die(error) : Effect.fail(unavailable(error, false))
          )
        )
      const one = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
        Effect.map(read(sql, params, shape), (rows) => rows[0] as A)
      return EventStore.of({
        append: (batch) =>
          query(appendSql, batch.params()).pipe(
            Effect.asVoid,
            Effect.catch((error) => Effect.suspend(() => refusal(error)))
          ),
        createCompany: (company, partitions) =>
          one("select es.create_company($1, $2)", [company, partitions], (row) => Number(row[0])),
        claim: (owner, leaseMs, most) =>
          read(
            `select company, partition, epoch, "position", head, recorded_at from es.claim($1, $2, $3)`,
            [owner, leaseMs, most],
            ([company, partition, epoch, position, head, recordedAt]) =>
              ({ company, partition, owner, alive: true, epoch, position, head, recordedAt }) as Partition
          ),
        renew: (owner, leaseMs) => one("select es.renew($1, $2)", [owner, leaseMs], (row) => row[0] === true),
        release: (owner) => one("select es.release($1)", [owner], () => undefined),
        now: one("select es.ms(clock_timestamp())", [], (row) => Number(row[0])),
        partitions: (company) =>
          read(
            `select company, partition, owner, alive, epoch, "position", head, recorded_at from es.partitions($1)`,
            [company ?? null],
            ([company, partition, owner, alive, epoch, position, head, recordedAt]) =>
              ({ company, partition, owner, alive, epoch, position, head, recordedAt }) as Partition
          ),
        readStream: (company, stream, after, most) =>
          read("select * from es.read_stream($1, $2, $3, $4)", [company, stream, after, most], storedEvent),
        readPartition: (company, partition, after, most) =>
          read(
            "select * from es.read_partition($1, $2, $3, $4)",
            [company, partition, after, most],
            storedEvent
          ),
        loadActors: (companies, streams) =>
          Effect.map(
            read("select * from es.load_actors($1::text[], $2::text[])", [companies, streams], (row) => row),
            storedActors
          ),
        dueJobs: (places, before, most) =>
          read(
            "select * from es.jobs($1::text[], $2::int[], $3, $4)",
            [places.companies, places.partitions, before, most],
            storedJob
          ),
        dueTimers: (places, before, most) =>
          read(
            "select * from es.timers($1::text[], $2::int[], $3, $4)",
            [places.companies, places.partitions, before, most],
            ([company, partition, stream, timer, setBy, dueAt]) =>
              ({ company, partition, stream, timer, setBy, dueAt }) as StoredTimer
          ),
        messages: (places, most) =>
          read(
            "select * from es.messages($1::text[], $2::int[], $3)",
            [places.companies, places.partitions, most],
            storedMessage
          ),
        listJobs: (company, state, most) =>
          read("select * from es.list_jobs($1, $2, $3)", [company, state, most], storedJob),
        retryJob: (company, stream, job) =>
          one("select es.retry_job($1, $2, $3)", [company, stream, job], (row) => row[0] === true),
        dropJob: (company, stream, job) =>
          one("select es.drop_job($1, $2, $3)", [company, stream, job], (row) => row[0] === true),
        noteStopped: (a) =>
          one(
            "select es.note_stopped($1, $2, $3, $4, $5, $6, $7, $8)",
            [a.company, a.partition, a.stream, a.status, a.reason, a.message, a.version, a.machineVersion],
            () => undefined
          ),
        clearStopped: (company, stream) =>
          one("select es.clear_stopped($1, $2)", [company, stream], () => undefined),
        stoppedIn: (places, most) =>
          read(
            "select * from es.stopped_in($1::text[], $2::int[], $3)",
            [places.companies, places.partitions, most],
            storedStopped
          ),
        listStopped: (company, status, most) =>
          read("select * from es.list_stopped($1, $2, $3)", [company, status, most], storedStopped),
        askStopped: (...asked) =>
          one("select es.ask_stopped($1, $2, $3, $4, $5)", asked, (row) => row[0] === true)
      })
    })
  )
}

const appendSql = `select es.append(${new Batch()
  .params()
  .map((_, n) => `$${n + 1}`)
  .join(", ")})`

const unavailable = (error: DatabaseError, mayHaveHappened: boolean) =>
  new StoreUnavailable({ message: `the database did not answer: ${error.message}`, mayHaveHappened })

/** What a refused append means. */
const refusal = (error: DatabaseError): Effect.Effect<never, AppendError> => {
  if (error.code === "CE001") return Effect.fail(new PartitionLost({ message: error.message }))
  if (error.code === "CE002") {
    const keys = JSON.parse(error.detail) as ReadonlyArray<readonly [string, string, string, number, number]>
    const known = keys.map(([company, stream, key, version, position]) => ({
      company,
      stream,
      key,
      version,
      position
    }))
    return Effect.fail(new KeysKnown({ keys: known }))
  }
  return error.isOfData
    ? Effect.fail(new BatchRefused({ message: error.message }))
    : Effect.fail(unavailable(error, !error.outOfTime))
}
