import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Database, DatabaseError, Query, Row } from "../../eventstore/database/database.ts"

/** A quick read. */
export interface CompanyRead {
  readonly sql: string
  readonly params: ReadonlyArray<unknown>
  /** What is bound does not say which way to the rows is best: Postgres need not plan anew for each value. */
  readonly plannedOnce?: boolean
}

/** One quick read within one company, in one round trip that it may share; as `inCompany` otherwise. */
export const askCompany = (
  database: Pick<Database["Service"], "read">,
  company: string,
  { sql, params, plannedOnce = false }: CompanyRead,
  scratch?: string
): Effect.Effect<ReadonlyArray<Row>, DatabaseError> => {
  const [enter, entered] = entry(company, scratch)
  return database.read([plannedOnce ? `${enter}, ${planOnce}` : enter, entered], sql, params, company)
}

/** For the rest of the transaction, as an expression. */
export const planOnce = "set_config('plan_cache_mode', 'force_generic_plan', true)"

const entry = (
  company: string,
  scratch: string | undefined
): readonly [sql: string, params: ReadonlyArray<unknown>] =>
  scratch === undefined
    ? ["select core.enter($1)", [company]]
    : ["select core.enter_scratch($1, $2)", [company, scratch]]

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
  database.transaction(
    (query) =>
      Effect.gen(function* () {
        // Not waited for: statements of one connection are answered in their order, and one that fails fails all behind it.
        const entering = yield* Effect.forkChild(query(...entry(company, scratch)), {
          startImmediately: true
        })
        const exit = yield* Effect.exit(use(query))
        yield* Fiber.join(entering)
        return yield* exit
      }),
    company
  )
