import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Database, DatabaseError, Query } from "../../eventstore/database/database.ts"
import { inCompany } from "../../projections/engine/in-company.ts"
import { checkSql } from "./check-sql.ts"
import { readLimits } from "./read-limits.ts"
import { cellsOf } from "./row-text.ts"
import { refused, SqlRefused } from "./sql-refused.ts"

/** A question in SQL to the read models of one company. */
export interface SqlQuestion {
  readonly company: string
  readonly sql: string
  /** What `$1`, `$2` … stand for. */
  readonly params: ReadonlyArray<string>
  /** No more rows than this; null for all. */
  readonly rowsMax: number | null
  readonly timeoutMs: number
  /** Whether the number of rows is guessed first. */
  readonly estimates: boolean
}

/** What is asked, beside the question itself. */
export interface AskOptions {
  /** Its read models of a past moment; undefined for those of now. */
  readonly scratch: string | undefined
  /** Where others wait for the same session: how long they may, ms. */
  readonly holdMs: number | undefined
}

/** Who hears the answer. Rows are JSON objects as text, each on one line. */
export interface AnswerSink {
  readonly columns: (names: ReadonlyArray<string>) => Effect.Effect<void>
  /** What the planner expects, before the first row. */
  readonly expects: (rows: number) => Effect.Effect<void>
  readonly rows: (rows: ReadonlyArray<string>) => Effect.Effect<void, SqlRefused>
}

/** The answer was given; its transaction is rolled back all the same. */
class Answered extends Schema.TaggedError<Answered>()("Answered", {}) {}

const own = `"(row)"`
const rowOf = (sql: string) => [`select row_to_json(${own})::text from (\n`, sql, `\n) as ${own}`] as const
/** One row of nulls: what its columns are called, without a row of the question being looked for. */
const namesOf = (sql: string) =>
  [
    `select row_to_json("(names)")::text from (select ${own}.* from (select 1) as "(one)" left join (\n`,
    sql,
    `\n) as ${own} on false) as "(names)"`
  ] as const
const asItIs = (sql: string) => ["", sql, ""] as const
const explained = (sql: string) => ["explain (format json)\n", sql, ""] as const
const declared = (sql: string) => {
  const [before, , after] = rowOf(sql)
  return [`declare centurion_rows no scroll cursor for ${before}`, sql, after] as const
}

/**
 * Asks within one company, or within its read models of a past moment, and tells page by page. It reads in a
 * transaction that is read-only and rolled back, with the names of no other schema at hand.
 */
export const askSql = (
  database: Pick<Database["Service"], "transaction" | "embedded">,
  question: SqlQuestion,
  { scratch, holdMs }: AskOptions,
  sink: AnswerSink
): Effect.Effect<void, SqlRefused | DatabaseError> =>
  database
    .transaction(
      (query) =>
        Effect.gen(function* () {
          yield* enter(query, question, scratch)
          const checked = yield* Effect.fromResult(checkSql(question.sql, yield* otherSchemas(query)))
          const ask = asking(query, checked.sql, question.params)
          if (database.embedded) yield* refuseCostly(ask, checked.explains)
          yield* checked.explains ? tellPlan(ask, sink) : tellRows(query, ask, question, sink, holdMs)
          return yield* new Answered()
        }),
      question.company
    )
    .pipe(
      Effect.catchTag("Answered", () => Effect.void),
      Effect.catchTag("SqlRefused", (error) =>
        error.code === unknownTable
          ? Effect.flatMap(namesAtHand(database, question.company), (names) =>
              Effect.fail(new SqlRefused({ ...error, message: error.message, hint: `there are ${names}` }))
            )
          : Effect.fail(error)
      )
    )

const unknownTable = "42P01"

/** The tables and views of the company; builds under way are none. */
const namesAtHand = (database: Pick<Database["Service"], "transaction">, company: string) =>
  Effect.map(
    inCompany(database, company, (query) =>
      query(
        `select string_agg(relname, ', ' order by relname) from pg_class
           where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v') and relname not like '%\\_\\_next'`
      )
    ),
    (rows) => String(rows[0]?.[0] ?? "none")
  )

const enter = Effect.fnUntraced(function* (
  query: Query,
  { company, timeoutMs }: SqlQuestion,
  scratch: string | undefined
) {
  yield* query("select core.enter($1)", [company])
  if (scratch !== undefined) {
    // Not by core.enter_scratch: that writes, and whoever asks for the same moment would wait for us.
    yield* query("select set_config('search_path', quote_ident($1) || ', pg_catalog, pg_temp', true)", [
      scratch
    ])
  }
  const [there] = yield* query("select current_schema()::text <> 'pg_catalog'")
  if (there?.[0] !== true) {
    return yield* refused(
      `${company} has no read models yet`,
      null,
      "`centurion start` builds them, and so does `centurion projections rebuild all`"
    )
  }
  const settings = {
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
    lock_timeout: readLimits.lockTimeoutMs,
    timezone: "UTC",
    datestyle: "ISO",
    intervalstyle: "iso_8601",
    standard_conforming_strings: "on"
  }
  for (const [name, value] of Object.entries(settings))
    yield* query("select set_config($1, $2, true)", [name, String(value)])
  yield* query("set transaction read only")
})

/** Every schema but the one that was entered and Postgres' own catalogs. */
const otherSchemas = (query: Query) =>
  Effect.map(
    query(
      "select nspname::text from pg_namespace where nspname not in (current_schema(), 'pg_catalog', 'information_schema', 'pg_temp')"
    ),
    (rows) => new Set(rows.map(([name]) => String(name)))
  )

/** What stands around the question, with the question in between. */
type Wrapped = readonly [before: string, sql: string, after: string]
type Ask = (
  wrap: (sql: string) => Wrapped,
  params?: ReadonlyArray<string>
) => Effect.Effect<ReadonlyArray<ReadonlyArray<unknown>>, SqlRefused | DatabaseError>

const asking =
  (query: Query, sql: string, params: ReadonlyArray<string>): Ask =>
  (wrap) => {
    const [before, , after] = wrap(sql)
    return Effect.mapError(query(`${before}${sql}${after}`, params), (error) =>
      refusalOf(error, before.length, sql)
    )
  }

/** Nothing can stop Postgres within this process before it is done, and nothing else is done meanwhile. */
const refuseCostly = Effect.fnUntraced(function* (ask: Ask, explains: boolean) {
  if (explains) return
  const cost = planOf(yield* ask(explained))["Total Cost"] ?? 0
  if (cost <= readLimits.embeddedCostMax) return
  return yield* refused(
    "this would take long, and the embedded database does nothing else meanwhile",
    null,
    `Postgres expects a cost of ${Math.round(cost)}, and ${readLimits.embeddedCostMax} is the most here; put it to a Postgres (DATABASE_URL), or ask for less`
  )
})

const tellPlan = Effect.fnUntraced(function* (ask: Ask, sink: AnswerSink) {
  const lines = yield* ask(asItIs)
  yield* sink.columns(["QUERY PLAN"])
  yield* sink.rows(
    lines.map(([line]) => JSON.stringify({ "QUERY PLAN": typeof line === "string" ? line : line }))
  )
})

const tellRows = Effect.fnUntraced(function* (
  query: Query,
  ask: Ask,
  { rowsMax, estimates }: SqlQuestion,
  sink: AnswerSink,
  holdMs: number | undefined
) {
  const began = performance.now()
  const [names] = yield* ask(namesOf)
  yield* sink.columns(cellsOf(String(names?.[0])).map(({ name }) => name))
  if (estimates) yield* sink.expects(planOf(yield* ask(explained))["Plan Rows"] ?? 0)
  yield* ask(declared)
  let sent = 0
  let size: number = readLimits.pageRowsFirst
  while (rowsMax === null || sent < rowsMax) {
    const most = Math.min(size, rowsMax === null ? size : rowsMax - sent)
    const page = yield* Effect.mapError(query(`fetch ${most} from centurion_rows`), (error) =>
      refusalOf(error, 0, "")
    )
    // A value of type json may have line ends between its parts, and nowhere else.
    const rows = page.map(([row]) => String(row).replace(/[\r\n]/g, " "))
    if (rows.length > 0) yield* sink.rows(rows)
    sent += rows.length
    if (rows.length < most) return
    if (holdMs !== undefined && performance.now() - began > holdMs) return yield* tooLarge(sent)
    const bytes = rows.reduce((sum, row) => sum + row.length, 0)
    size = Math.ceil((rows.length * readLimits.pageBytes) / Math.max(1, bytes))
    size = Math.max(1, Math.min(readLimits.pageRowsMax, size))
  }
})

const tooLarge = (rows: number) =>
  refused(
    `after ${rows} rows the answer is too large to be read while the server works on: the embedded database does one thing at a time`,
    null,
    "ask for less, or stop the server: then the command reads by itself; a Postgres (DATABASE_URL) has no such limit"
  )

/** What the planner thinks of the whole question. */
const planOf = (
  rows: ReadonlyArray<ReadonlyArray<unknown>>
): { readonly "Plan Rows"?: number; readonly "Total Cost"?: number } => {
  const plan = typeof rows[0]?.[0] === "string" ? JSON.parse(rows[0][0]) : rows[0]?.[0]
  return plan?.[0]?.Plan ?? {}
}

/** What Postgres says of a statement, as far as it is about the question. */
const refusalOf = (error: DatabaseError, before: number, sql: string): SqlRefused | DatabaseError => {
  if (error.code === "" || /^(08|53|58)/.test(error.code)) return error
  const { reason } = error.cause as { readonly reason?: { readonly cause?: unknown } }
  const { position, hint } = (reason?.cause ?? {}) as { readonly position?: string; readonly hint?: string }
  const place = position === undefined ? Number.NaN : Number(position) - 1 - before
  return new SqlRefused({
    message: error.code === timedOut ? "the question took too long and was stopped" : error.message,
    code: error.code,
    // Postgres counts characters, of which some are two of ours.
    at: place >= 0 && place <= sql.length ? [...sql].slice(0, place).join("").length : null,
    hint: hint ?? hints[error.code] ?? (error.detail === "" ? null : error.detail)
  })
}

const timedOut = "57014"
const hints: Readonly<Record<string, string>> = {
  [timedOut]: "`--timeout` gives it more seconds",
  "25006": "a question reads; read models change by events alone",
  "0A000": "`with` may hold no statement that writes",
  "55P03": "a read model is being swapped; try again in a moment"
}
