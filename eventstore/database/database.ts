import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { type Statement, sharedReads } from "./shared-reads.ts"
import { Turns } from "./turns.ts"

/** The role that every connection of the engine takes; it may call `es` functions and nothing more. */
export const engineRole = "centurion_engine"

/** The database refused, or the connection broke. `code` is the SQLSTATE, empty when the connection broke. */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  code: Schema.String,
  message: Schema.String,
  detail: Schema.String,
  cause: Schema.Defect()
}) {
  /**
   * The statement's own data is wrong: a value of it (22), or a constraint that it breaks (23). Anything else, foreseen
   * or not, says nothing about the data: whoever sent it keeps it and tries again.
   */
  get isOfData(): boolean {
    return /^2[23]/.test(this.code)
  }

  /** A lock was not had (55P03), or no answer (57014), in the time that the connection allows: nothing was done. */
  get outOfTime(): boolean {
    return this.code === "55P03" || this.code === "57014"
  }

  /**
   * A server that starts waits for it: the connection broke (08), the database goes down or is not up yet (57), a
   * deadlock (40), no room or memory (53), a lock (55), a broken disk (58), read-only after a failover (25).
   */
  get unreachable(): boolean {
    return this.code === "" || /^(08|25|40|53|55|57|58)/.test(this.code)
  }
}

/** A row as positional values, in the order of the columns asked for. */
export type Row = ReadonlyArray<unknown>

/** One statement with bound parameters; gives its rows. */
export type Query = (
  sql: string,
  params?: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>

/** Queries on a small pool of connections. Parameters are always bound. */
export class Database extends Context.Service<
  Database,
  {
    readonly query: Query
    /**
     * All that `use` asks happens together, on one connection, or not at all: any failure of it rolls back. It is one
     * of the company's share of the connections, or without a company of the installation's.
     */
    readonly transaction: <A, E, R>(
      use: (query: Query) => Effect.Effect<A, E, R>,
      company?: string
    ) => Effect.Effect<A, E | DatabaseError, R>
    /**
     * Gives the rows of a statement, asked behind `first` in a transaction that can only read. Several of the same
     * `first` share one, so a read that takes long does not belong here. Shares are as of `transaction`.
     */
    readonly read: (
      first: Statement,
      sql: string,
      params?: ReadonlyArray<unknown>,
      company?: string
    ) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>
    /** Whether a `query` ran out of its time these last seconds: a lock that is not let go of, or a database that is too slow. */
    readonly isLate: () => boolean
    /** Embedded: one session, so one connection for all. */
    readonly embedded: boolean
  }
>()("centurion/eventstore/Database") {
  static readonly layer = (options: {
    readonly connection: PgConnection.Config
    readonly connectionsMax: number
    /** Beside those: connections for transactions; the embedded database has one for all. */
    readonly transactionsMax?: number
    readonly embedded: boolean
    /** Default the engine's role; null leaves the login's own, for administration. */
    readonly role?: string | null
    /** Default those of a server. */
    readonly limits?: TimeLimits
  }) =>
    Layer.effect(
      Database,
      Effect.gen(function* () {
        const role = options.role === undefined ? engineRole : options.role
        const settings: Parameters<typeof PgPool.make>[0] = {
          ...options.connection,
          applicationName: "centurion",
          maxConnections: options.connectionsMax,
          startupParameters: {
            ...startupLimits(options.limits ?? serverLimits),
            ...(role === null ? {} : { role })
          }
        }
        const pool = yield* Effect.mapError(PgPool.make(settings), databaseError)
        // Each is one transaction's alone, and takes several statements before the first is answered.
        const pipelined = options.embedded
          ? pool
          : yield* Effect.mapError(
              PgPool.make({
                ...settings,
                maxConnections: options.transactionsMax ?? transactionsMax,
                multiplex: true,
                multiplexConcurrency: 1
              }),
              databaseError
            )
        const turns = new Turns(transactionTurns)
        const on = <A, E, R>(use: (query: Query) => Effect.Effect<A, E, R>, company = "") =>
          turns.take(
            company,
            pipelined
              .use((connection) =>
                use((sql, params) => Effect.mapError(connection.queryValues(sql, params), databaseError))
              )
              .pipe(Effect.catchIf(isSqlError, (error) => Effect.fail(databaseError(error))))
          )
        const clock = yield* Clock.Clock
        let lateAt = Number.NEGATIVE_INFINITY
        const noteLate = (error: DatabaseError) =>
          Effect.sync(() => {
            if (error.outOfTime) lateAt = clock.currentTimeMillisUnsafe()
          })
        return Database.of({
          embedded: options.embedded,
          isLate: () => clock.currentTimeMillisUnsafe() - lateAt < lateMs,
          query: (sql, params) =>
            pool
              .use((connection) => connection.queryValues(sql, params))
              .pipe(Effect.mapError(databaseError), Effect.tapError(noteLate)),
          transaction: (use, company) => on((query) => inTransaction(query, use), company),
          read: sharedReads(on, yield* Effect.scope)
        })
      })
    )
}

/** How long a connection waits, in ms; 0 is for ever. A statement that is out of time fails, and was not done. */
export interface TimeLimits {
  readonly lockMs: number
  readonly statementMs: number
  /** Between two statements of a transaction; the connection ends. */
  readonly idleMs: number
}

/** Less than a lease, so that whoever waits for a lock does not lose the partitions. */
const serverLimits: TimeLimits = { lockMs: 2_000, statementMs: 30_000, idleMs: 120_000 }
/** Of commands that look at all of history, and of migrations. Who waits for a table holds up all who come after. */
export const longLimits: TimeLimits = { lockMs: 5_000, statementMs: 3_600_000, idleMs: 600_000 }

/** So long after a statement that ran out of time. */
const lateMs = 5_000

const startupLimits = ({ lockMs, statementMs, idleMs }: TimeLimits) => ({
  lock_timeout: String(lockMs),
  statement_timeout: String(statementMs),
  idle_in_transaction_session_timeout: String(idleMs)
})

/** Connections for transactions: read models, the API, accounts. */
const transactionsMax = 10
/** One company has at most `all` of them, and each other still its own. */
const transactionTurns = { all: 6, each: 1 }

const inTransaction = <A, E, R>(
  query: Query,
  use: (query: Query) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | DatabaseError, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      // Not waited for: statements of one connection are answered in their order.
      const beginning = yield* Effect.forkChild(query("begin"), { startImmediately: true })
      const exit = yield* Effect.exit(restore(use(query)))
      yield* Fiber.join(beginning)
      if (Exit.isSuccess(exit)) yield* query("commit")
      else yield* Effect.ignore(query("rollback"))
      return yield* exit
    })
  )

/** One connection of its own for the work of `use`, with the login's own rights: for migrations and `doctor`. */
export const withAdminConnection = <A, E, R>(
  connection: PgConnection.Config,
  use: (query: Query) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | DatabaseError, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      const admin = yield* PgConnection.make({
        ...connection,
        applicationName: "centurion-admin",
        startupParameters: startupLimits(longLimits)
      }).pipe(Effect.mapError(databaseError))
      return yield* use((sql, params) =>
        admin.queryValues(sql, params, false).pipe(Effect.mapError(databaseError))
      )
    })
  ) as Effect.Effect<A, E | DatabaseError, R>

/** Five characters of which one is a digit: EPIPE is a broken connection and no answer of the database. */
const sqlState = /^(?=.*[0-9])[0-9A-Z]{5}$/

const databaseError = (error: SqlError): DatabaseError => {
  const cause = error.reason.cause as { code?: unknown; message?: unknown; detail?: unknown } | undefined
  const code = typeof cause?.code === "string" && sqlState.test(cause.code) ? cause.code : ""
  return new DatabaseError({
    code,
    message: typeof cause?.message === "string" ? cause.message : error.message,
    detail: typeof cause?.detail === "string" ? cause.detail : "",
    cause: error
  })
}
