import type * as Effect from "effect/Effect"
import type { EngineStatus } from "../../actors/engine/engine.ts"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { Projections } from "../../projections/engine/projections.ts"

/** What values are made from. */
export interface ValueSources {
  readonly database: Pick<Database["Service"], "transaction">
  readonly projections: Pick<Projections["Service"], "lags">
  readonly engineStatus: Effect.Effect<EngineStatus>
  /** The IANA name of the company's time zone: its day begins there. */
  readonly timeZoneOf: (company: string) => Effect.Effect<string>
  /** Deliveries that may wait before the engine refuses more. */
  readonly waitingMax: number
}

/** The database did not answer. */
export type LiveFailure = DatabaseError | StoreUnavailable

/** A value of a company that is sent whole. */
export interface LiveValue {
  /** Not more often than so. */
  readonly everyMs: number
  /** Made again when the company's read models have moved on, or a day may have begun; else every time. */
  readonly whenChanged: boolean
  readonly make: (sources: ValueSources, company: string) => Effect.Effect<unknown, LiveFailure>
}
