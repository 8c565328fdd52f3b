import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Database, type DatabaseError, type Query } from "../../eventstore/database/database.ts"
import { StoreUnavailable } from "../../eventstore/log/event-store.ts"

/** A defect of ours. Postgres's detail may hold a whole row, hash included, and is not repeated. */
const defect = ({ message, code }: DatabaseError) => new Error(`${message} (SQLSTATE ${code})`)

/** A database that does not answer now is `StoreUnavailable`; only what it says about our data is a defect. */
export const answered = <A, E, R>(
  asked: Effect.Effect<A, E | DatabaseError, R>
): Effect.Effect<A, Exclude<E, DatabaseError> | StoreUnavailable, R> =>
  Effect.catchIf(
    asked,
    (error): error is Extract<E | DatabaseError, DatabaseError> =>
      (error as { readonly _tag?: unknown })._tag === "DatabaseError",
    (error): Effect.Effect<never, StoreUnavailable> =>
      error.isOfData
        ? Effect.die(defect(error))
        : Effect.fail(
            new StoreUnavailable({
              message: `the database did not answer: ${error.message}`,
              mayHaveHappened: false
            })
          )
  ) as Effect.Effect<A, Exclude<E, DatabaseError> | StoreUnavailable, R>

/** Epoch ms, by the clock that tests move. */
export const now: Effect.Effect<number> = Clock.currentTimeMillis

/** Postgres takes no NUL in a text; ids, e-mails and names of browsers come from strangers and may hold one. */
const withoutNul = (param: unknown) =>
  typeof param === "string" && param.includes("\u0000") ? param.replaceAll("\u0000", "\ufffd") : param

const cleaned =
  (query: Query): Query =>
  (sql, params) =>
    query(sql, params?.map(withoutNul))

/** The database, as all services of accounts ask it. */
export const accountDatabase = Effect.map(Database, (database): Database["Service"] => ({
  ...database,
  query: cleaned(database.query),
  transaction: (use, company) => database.transaction((query) => use(cleaned(query)), company)
}))
