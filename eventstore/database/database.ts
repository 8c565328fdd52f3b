import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as PgPool from "@effect/sql-pg/PgPool"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import { type Statement, sharedReads } from "./shared-reads.ts"

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
    /** All that `use` asks happens together, on one connection, or not at all: any failure of it rolls back. */
    readonly transaction: <A, E, R>(
      use: (query: Query) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, E | DatabaseError, R>
    /**
     * Gives the rows of a statement, asked behind `first` in a transaction that can only read. Several of the same
     * `first` share one, so a read that takes long does not belong here.
     */
    readonly read: (
      first: Statement,
      sql: string,
      params?: ReadonlyArray<unknown>
    ) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>
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
  }) =>
    Layer.effect(
      Database,
      Effect.gen(function* () {
        const role = options.role === undefined ? engineRole : options.role
        const settings: Parameters<typeof PgPool.make>[0] = {
          ...options.connection,
          applicationName: "centurion",
          maxConnections: options.connectionsMax,
          ...(role === null ? {} : { startupParameters: { role } })
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
        const on = <A, E, R>(use: (query: Query) => Effect.Effect<A, E, R>) =>
          pipelined
            .use((connection) =>
              use((sql, params) => Effect.mapError(connection.queryValues(sql, params), databaseError))
            )
            .pipe(Effect.catchIf(isSqlError, (error) => Effect.fail(databaseError(error))))
        return Database.of({
          embedded: options.embedded,
          query: (sql, params) =>
            pool
              .use((connection) => connection.queryValues(sql, params))
              .pipe(Effect.mapError(databaseError)),
          transaction: (use) => on((query) => inTransaction(query, use)),
          read: sharedReads(on, yield* Effect.scope)
        })
      })
    )
}

/** Connections for transactions: read models, the API, accounts. */
const transactionsMax = 6

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
      const admin = yield* PgConnection.make({ ...connection, applicationName: "centurion-admin" }).pipe(
        Effect.mapError(databaseError)
      )
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
