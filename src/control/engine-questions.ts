import * as Schema from "effect/Schema"
import { Starter } from "../companies/start/start.ts"

const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
const maybeName = Schema.NullOr(Schema.String)
const places = Schema.Struct({
  companies: Schema.Array(Schema.String),
  partitions: Schema.Array(Schema.Int)
})
const jobState = Schema.Literals(["pending", "attempting", "unknown", "failed"])
const jobPlace = Schema.Tuple([Schema.String, Schema.String, Schema.String])

/** What may be asked of another process's event store, and with what; nothing here appends. */
export const storeQuestions = {
  now: Schema.Tuple([]),
  partitions: Schema.Tuple([maybeName]),
  readStream: Schema.Tuple([Schema.String, Schema.String, count, count]),
  readPartition: Schema.Tuple([Schema.String, count, count, count]),
  loadActors: Schema.Tuple([Schema.Array(Schema.String), Schema.Array(Schema.String)]),
  dueJobs: Schema.Tuple([places, Schema.Number, count]),
  dueTimers: Schema.Tuple([places, Schema.Number, count]),
  messages: Schema.Tuple([places, count]),
  listJobs: Schema.Tuple([maybeName, Schema.NullOr(jobState), count]),
  retryJob: jobPlace,
  dropJob: jobPlace
} as const

/** What may be asked of its history, which is opened there. */
export const historyQuestions = {
  historyStream: storeQuestions.readStream,
  historyPartition: storeQuestions.readPartition,
  historyJobs: storeQuestions.listJobs
} as const

/** The name of a question about history. */
export type HistoryQuestion = keyof typeof historyQuestions

const name = Schema.String
/** What may be asked of its rows about persons. */
export const subjectQuestions = {
  contactSubject: Schema.Tuple([name, name, name]),
  subjectOf: Schema.Tuple([name, name]),
  copiesOf: Schema.Tuple([name, name]),
  requestErasure: Schema.Tuple([
    Schema.Struct({ company: name, erasure: name, subject: name, by: name, reason: name })
  ]),
  erasures: Schema.Tuple([maybeName, Schema.Boolean, count]),
  setHold: Schema.Tuple([Schema.Struct({ company: name, subject: name, by: name, reason: name })]),
  releaseHold: Schema.Tuple([name, name]),
  holds: Schema.Tuple([maybeName]),
  silentSubjects: Schema.Tuple([name, Schema.Number, count])
} as const

/** The name of a question about persons. */
export type SubjectQuestion = keyof typeof subjectQuestions

/** The name of a question. */
export type StoreQuestion = keyof typeof storeQuestions

/** An actor's address in a request. */
export const AddressFields = Schema.Struct({
  company: Schema.String,
  machine: Schema.String,
  id: Schema.String
})

/** The body of `POST /_engine/store`. */
export const StoreAsked = Schema.Struct({ method: Schema.String, args: Schema.Array(Schema.Unknown) })

/** The body of `POST /_engine/deliver`. */
export const DeliverAsked = Schema.Struct({
  address: AddressFields,
  event: Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
    Schema.Record(Schema.String, Schema.Json)
  ]),
  envelope: Schema.Struct({
    principal: Schema.String,
    key: Schema.optionalKey(Schema.String),
    occurredAt: Schema.optionalKey(Schema.Number),
    causation: Schema.optionalKey(Schema.String),
    correlation: Schema.optionalKey(Schema.String),
    expectedVersion: Schema.optionalKey(
      Schema.Union([Schema.Number, Schema.Literals(["none", "exists", "any"])])
    ),
    onlyIfTaken: Schema.optionalKey(Schema.Boolean),
    starter: Schema.optionalKey(Starter)
  })
})

/** The body of `POST /_engine/view`. */
export const ViewAsked = Schema.Struct({ address: AddressFields })

/** The answer: what it gave, or the tagged error that it failed with. */
export type Answered =
  | { readonly value: unknown }
  | { readonly error: { readonly _tag: string; readonly [field: string]: unknown } }
