import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Database, type DatabaseError, type Row } from "../database/database.ts"
import { StoreUnavailable } from "../log/event-store.ts"
import type { Wrapped } from "./master-keys.ts"

/** A person's key as it is stored; `wrapped` is null once it was destroyed. */
export interface StoredSubject {
  readonly company: string
  readonly subject: string
  readonly keyId: string
  readonly wrapped: Wrapped | null
}

/** A stream that is about to hold personal data, and the key that its person gets if it has none. */
export interface OfferedSubject {
  readonly company: string
  readonly subject: string
  readonly stream: string
  readonly keyId: string
  readonly wrapped: Wrapped
}

/** Something wrapped by another master key than the present one. */
export interface WrappedOtherwise {
  readonly kind: "subject" | "secret"
  readonly company: string
  /** The subject, or the secret's name. */
  readonly name: string
  readonly keyId: string
  readonly wrapped: Wrapped
}

/** Copies of one stream about a person; counts of rows. `lastAt`: its last event, epoch ms. */
export interface StreamCopies {
  readonly stream: string
  readonly erased: boolean
  readonly events: number
  readonly sealed: number
  readonly snapshots: number
  readonly jobs: number
  readonly messages: number
  readonly timers: number
  readonly lastAt: number | null
}

/** A request to erase a person; `report` is JSON, set with `doneAt`. Times are epoch ms. */
export interface StoredErasure {
  readonly company: string
  readonly erasure: string
  readonly subject: string
  readonly by: string
  readonly reason: string
  readonly requestedAt: number
  readonly doneAt: number | null
  readonly report: string | null
}

/** A legal hold; `since` is epoch ms. */
export interface LegalHold {
  readonly company: string
  readonly subject: string
  readonly by: string
  readonly reason: string
  readonly since: number
}

/** The database refuses: nobody is called so, or a legal hold stands against it. */
export class SubjectRefused extends Schema.TaggedError<SubjectRefused>()("SubjectRefused", {
  reason: Schema.Literals(["unknownSubject", "onHold", "notProved"]),
  message: Schema.String
}) {}

type Read<A> = Effect.Effect<A, StoreUnavailable>

/** Rows about persons: keys as they are wrapped, contacts, secrets, erasures and holds. */
export class SubjectStore extends Context.Service<
  SubjectStore,
  {
    /** The person of each stream, as `es.take_subjects` has it; in any order. */
    readonly takeSubjects: (
      offered: ReadonlyArray<OfferedSubject>
    ) => Read<ReadonlyArray<StoredSubject & { readonly stream: string }>>
    readonly subjectKeys: (
      companies: ReadonlyArray<string>,
      keyIds: ReadonlyArray<string>
    ) => Read<ReadonlyArray<StoredSubject>>
    /** The subject that the contact is known by; the offered one when it is new. */
    readonly takeContact: (company: string, blind: Uint8Array, subject: string) => Read<string>
    readonly findContact: (company: string, blind: Uint8Array) => Read<string | null>
    /** The secret of this name, the offered one when there is none. */
    readonly takeSecret: (company: string, name: string, offered: Wrapped) => Read<Wrapped>
    readonly wrappedOtherwise: (
      masterId: string,
      most: number
    ) => Read<{ readonly rows: ReadonlyArray<WrappedOtherwise>; readonly total: number }>
    /** Puts new wrappings in place of those that are still as they were read; gives how many. */
    readonly rewrap: (
      rows: ReadonlyArray<WrappedOtherwise & { readonly anew: Wrapped }>,
      masterId: string
    ) => Read<number>
    /** The id of the erasure: this one, or the one under way already. */
    readonly requestErasure: (
      asked: Pick<StoredErasure, "company" | "erasure" | "subject" | "by" | "reason">
    ) => Effect.Effect<string, StoreUnavailable | SubjectRefused>
    readonly erasures: (
      company: string | null,
      onlyOpen: boolean,
      most: number
    ) => Read<ReadonlyArray<StoredErasure>>
    /** Of these, who has a key, with its id: who is erased has none. */
    readonly keysOf: (
      companies: ReadonlyArray<string>,
      subjects: ReadonlyArray<string>
    ) => Read<ReadonlyArray<Pick<StoredSubject, "company" | "subject" | "keyId">>>
    /** The person that the stream is about; null when nothing personal was stored in it. */
    readonly subjectOf: (company: string, stream: string) => Read<string | null>
    readonly copiesOf: (company: string, subject: string) => Read<ReadonlyArray<StreamCopies>>
    /** Destroys the key and the ciphertexts; gives how many of these. */
    readonly destroySubject: (
      company: string,
      subject: string
    ) => Effect.Effect<number, StoreUnavailable | SubjectRefused>
    readonly finishErasure: (company: string, erasure: string, report: string) => Read<void>
    readonly setHold: (
      hold: Omit<LegalHold, "since">
    ) => Effect.Effect<void, StoreUnavailable | SubjectRefused>
    readonly releaseHold: (company: string, subject: string) => Read<boolean>
    readonly holds: (company: string | null) => Read<ReadonlyArray<LegalHold>>
    readonly silentSubjects: (
      company: string,
      since: number,
      most: number
    ) => Read<ReadonlyArray<{ readonly subject: string; readonly lastAt: number }>>
  }
>()("centurion/eventstore/SubjectStore") {
  static readonly layer = Layer.effect(SubjectStore, Effect.map(Database, makeSubjectStore))
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a list of one statement a method, with nothing between them
function makeSubjectStore({ query }: Database["Service"]): SubjectStore["Service"] {
  const refusable = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
    query(sql, params).pipe(
      Effect.map((rows) => rows.map(shape)),
      Effect.catch((error) => Effect.suspend(() => refusal(error)))
    )
  const read = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
    refusable(sql, params, shape).pipe(Effect.catchTag("SubjectRefused", Effect.die))
  const one = <A>(sql: string, params: ReadonlyArray<unknown>, shape: (row: Row) => A) =>
    Effect.map(read(sql, params, shape), (rows) => rows[0] as A)
  const columns = <A>(rows: ReadonlyArray<A>, ...of: ReadonlyArray<(row: A) => unknown>) =>
    of.map((pick) => rows.map(pick))
  return {
    takeSubjects: (offered) =>
      read(
        "select * from es.take_subjects($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])",
        columns(
          offered,
          (each) => each.company,
          (each) => each.subject,
          (each) => each.stream,
          (each) => each.keyId,
          (each) => each.wrapped.bytes,
          (each) => each.wrapped.masterId
        ),
        ([company, stream, ...row]) => ({ ...storedSubject([company, ...row]), stream: String(stream) })
      ),
    subjectKeys: (companies, keyIds) =>
      read("select * from es.subject_keys($1::text[], $2::text[])", [companies, keyIds], storedSubject),
    takeContact: (company, blind, subject) =>
      one("select es.take_contact($1, $2, $3)", [company, blind, subject], (row) => String(row[0])),
    findContact: (company, blind) =>
      one("select es.find_contact($1, $2)", [company, blind], (row) => row[0] as string | null),
    takeSecret: (company, name, { bytes, masterId }) =>
      one("select * from es.take_secret($1, $2, $3, $4)", [company, name, bytes, masterId], (row) => ({
        bytes: row[0] as Uint8Array,
        masterId: String(row[1])
      })),
    wrappedOtherwise: (masterId, most) =>
      Effect.map(
        read("select * from es.wrapped_otherwise($1, $2)", [masterId, most], (row) => row),
        (rows) => ({ rows: rows.map(wrappedOtherwise), total: Number(rows[0]?.[6] ?? 0) })
      ),
    rewrap: (rows, masterId) =>
      one(
        "select es.rewrap($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6)",
        [
          ...columns(
            rows,
            (each) => each.kind,
            (each) => each.company,
            (each) => each.name,
            (each) => each.wrapped.bytes,
            (each) => each.anew.bytes
          ),
          masterId
        ],
        (row) => Number(row[0])
      ),
    requestErasure: ({ company, erasure, subject, by, reason }) =>
      Effect.map(
        refusable(
          "select es.request_erasure($1, $2, $3, $4, $5)",
          [company, erasure, subject, by, reason],
          (row) => String(row[0])
        ),
        (rows) => rows[0]!
      ),
    erasures: (company, onlyOpen, most) =>
      read("select * from es.erasures($1, $2, $3)", [company, onlyOpen, most], storedErasure),
    keysOf: (companies, subjects) =>
      read("select * from es.keys_of($1::text[], $2::text[])", [companies, subjects], (row) => ({
        company: String(row[0]),
        subject: String(row[1]),
        keyId: String(row[2])
      })),
    subjectOf: (company, stream) =>
      one("select es.subject_of($1, $2)", [company, stream], (row) => row[0] as string | null),
    copiesOf: (company, subject) =>
      read("select * from es.copies_of($1, $2)", [company, subject], streamCopies),
    destroySubject: (company, subject) =>
      Effect.map(
        refusable("select es.destroy_subject($1, $2)", [company, subject], (row) => Number(row[0])),
        (rows) => rows[0]!
      ),
    finishErasure: (company, erasure, report) =>
      one("select es.finish_erasure($1, $2, $3)", [company, erasure, report], () => undefined),
    setHold: ({ company, subject, by, reason }) =>
      Effect.asVoid(refusable("select es.set_hold($1, $2, $3, $4)", [company, subject, by, reason], () => 0)),
    releaseHold: (company, subject) =>
      one("select es.release_hold($1, $2)", [company, subject], (row) => row[0] === true),
    holds: (company) =>
      read(
        "select * from es.holds($1)",
        [company],
        ([company, subject, by, reason, since]) => ({ company, subject, by, reason, since }) as LegalHold
      ),
    silentSubjects: (company, since, most) =>
      read("select * from es.silent_subjects($1, $2, $3)", [company, since, most], (row) => ({
        subject: String(row[0]),
        lastAt: Number(row[1])
      }))
  }
}

const reasons = { CE010: "unknownSubject", CE011: "onHold", CE012: "notProved" } as const

const refusal = (error: DatabaseError): Effect.Effect<never, StoreUnavailable | SubjectRefused> => {
  const reason = reasons[error.code as keyof typeof reasons]
  if (reason !== undefined) return Effect.fail(new SubjectRefused({ reason, message: error.message }))
  if (error.isOfData) return Effect.die(error)
  const message = `the database did not answer: ${error.message}`
  return Effect.fail(new StoreUnavailable({ message, mayHaveHappened: false }))
}

const storedSubject = ([company, subject, keyId, wrapped, masterId]: Row): StoredSubject => ({
  company: String(company),
  subject: String(subject),
  keyId: String(keyId),
  wrapped: wrapped === null ? null : { bytes: wrapped as Uint8Array, masterId: String(masterId) }
})

const wrappedOtherwise = ([kind, company, name, keyId, bytes, masterId]: Row) =>
  ({ kind, company, name, keyId, wrapped: { bytes, masterId } }) as WrappedOtherwise

const storedErasure = (row: Row): StoredErasure => {
  const [company, erasure, subject, by, reason, requestedAt, doneAt, report] = row
  return { company, erasure, subject, by, reason, requestedAt, doneAt, report } as StoredErasure
}

const streamCopies = (row: Row): StreamCopies => {
  const [stream, erased, events, sealed, snapshots, jobs, messages, timers, lastAt] = row
  return { stream, erased, events, sealed, snapshots, jobs, messages, timers, lastAt } as StreamCopies
}
