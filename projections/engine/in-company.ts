import * as Effect from "effect/Effect"
import type { Database, DatabaseError, Query } from "../../eventstore/database.ts"

/**
 * Asks within one company: table names mean its read models, and no other company's row is seen or written. One
 * transaction; any failure rolls back. With `scratch`, its read models of a past moment.
 */
export const inCompany = <A, E, R>(
  database: Pick<Database["Service"], "transaction">,
  company: string,
  use: (query: Query) => Effect.Effect<A, E, R>,
  scratch?: string
): Effect.Effect<A, E | DatabaseError, R> =>
  database.transaction((query) => {
    const entered =
      scratch === undefined
        ? query("select core.enter($1)", [company])
        : query("select core.enter_scratch($1, $2)", [company, scratch])
    return Effect.andThen(entered, use(query))
  })
