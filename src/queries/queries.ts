import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { DatabaseError } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { WrongMasterKey } from "../../eventstore/personal/secrets.ts"
import type { MomentBusy, NoSuchMoment, Progress } from "../../projections/engine/as-of-read-models.ts"
import type { BuildComparison, BuildsDiffer } from "../../projections/engine/compare-builds.ts"
import type { Moment } from "../../projections/engine/moment.ts"
import type { Lag, Parked, RetryOutcome, UnknownReadModel } from "../../projections/engine/projections.ts"
import type { AnswerSink, SqlQuestion } from "./ask-sql.ts"
import type { SqlRefused } from "./sql-refused.ts"

/** `WrongMasterKey`: what is folded here would lack the personal data that it can't open. */
export type QueryFailure = DatabaseError | StoreUnavailable | WrongMasterKey

/** A company with whether a process alive keeps its read models up to date. */
export interface QueriedCompany {
  readonly company: string
  readonly kept: boolean
}

/** Where commands ask about read models: the database at hand, or the process that holds the embedded one. */
export class Queries extends Context.Service<
  Queries,
  {
    readonly companies: Effect.Effect<ReadonlyArray<QueriedCompany>, QueryFailure>
    readonly lags: (company: string | null) => Effect.Effect<ReadonlyArray<Lag>, QueryFailure>
    readonly parked: (company: string | null) => Effect.Effect<ReadonlyArray<Parked>, QueryFailure>
    readonly retry: (
      company: string,
      readModel: string,
      stream: string
    ) => Effect.Effect<RetryOutcome, QueryFailure>
    /** Begins a build beside what serves; whoever keeps the read models goes on with it. */
    readonly beginRebuild: (
      company: string,
      readModel: string
    ) => Effect.Effect<void, QueryFailure | UnknownReadModel>
    /** Builds it from history and compares with what serves, at the same positions; leaves nothing behind. */
    readonly compare: (
      company: string,
      readModel: string,
      progress: Progress
    ) => Effect.Effect<BuildComparison, QueryFailure | UnknownReadModel | BuildsDiffer>
    /** `asOf` has its read models built first, which is what `progress` is of. */
    readonly ask: (
      question: SqlQuestion,
      asOf: Moment | null,
      sink: AnswerSink,
      progress: Progress
    ) => Effect.Effect<void, QueryFailure | SqlRefused | NoSuchMoment | MomentBusy>
  }
>()("centurion/queries/Queries") {}
