import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { DatabaseError } from "../../../eventstore/database/database.ts"
import { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { WrongMasterKey } from "../../../eventstore/personal/secrets.ts"
import { MomentBusy, NoSuchMoment } from "../../../projections/engine/as-of-read-models.ts"
import { type BuildComparison, BuildsDiffer } from "../../../projections/engine/compare-builds.ts"
import type { Moment } from "../../../projections/engine/moment.ts"
import {
  type Lag,
  type Parked,
  type RetryOutcome,
  UnknownReadModel
} from "../../../projections/engine/projections.ts"
import type { QueriedCompany } from "../../queries/queries.ts"
import { SqlRefused } from "../../queries/sql-refused.ts"
import { call, count, fields, maybeName, name, plain, typed } from "./call.ts"

const failures = [DatabaseError, StoreUnavailable, WrongMasterKey] as const
const Failure = Schema.Union(failures)

const Question = Schema.Struct({
  ...fields(name, "company", "sql"),
  params: Schema.Array(name),
  rowsMax: Schema.NullOr(count),
  timeoutMs: count,
  estimates: Schema.Boolean
})
const AsOf = typed<Moment>(
  Schema.Union([
    Schema.Struct({ time: Schema.Number }),
    Schema.Struct({ positions: Schema.Record(Schema.String, count) })
  ])
)

/** What comes before an answer: how much is done, and of how much. */
const Progress = Schema.Struct({ progress: Schema.Tuple([Schema.Number, Schema.Number]) })

/** A part of the answer to a question in SQL: rows are JSON objects as text. */
export const AnswerPart = Schema.Union([
  Schema.Struct({ rows: Schema.Array(name) }),
  Schema.Struct({ columns: Schema.Array(name) }),
  Schema.Struct({ expects: Schema.Number }),
  Progress
])
/** A part of a comparison; the last of them is what was found. */
export const ComparisonPart = Schema.Union([
  Progress,
  Schema.Struct({ comparison: plain<BuildComparison>() })
])

/** Of `Queries`. */
export const queryCalls = RpcGroup.make(
  call("companies", [], plain<ReadonlyArray<QueriedCompany>>(), Failure),
  call("lags", [maybeName], plain<ReadonlyArray<Lag>>(), Failure),
  call("parked", [maybeName], plain<ReadonlyArray<Parked>>(), Failure),
  call("retry", [name, name, name], plain<RetryOutcome>(), Failure),
  call("beginRebuild", [name, name], Schema.Void, Schema.Union([...failures, UnknownReadModel]))
).prefix("queries.")

/** Of `Queries`, what is answered in parts. */
export const partCalls = RpcGroup.make(
  Rpc.make("compare", {
    payload: Schema.Tuple([name, name]),
    success: ComparisonPart,
    error: Schema.Union([...failures, UnknownReadModel, BuildsDiffer]),
    stream: true
  }),
  Rpc.make("ask", {
    payload: Schema.Tuple([Question, Schema.NullOr(AsOf)]),
    success: AnswerPart,
    error: Schema.Union([...failures, SqlRefused, NoSuchMoment, MomentBusy]),
    stream: true
  })
).prefix("queries.")
