import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Database, DatabaseError, Query } from "../../eventstore/database/database.ts"
import type { PastEvent } from "../read-model.ts"
import { askModel, foldEvents, type Poison } from "./fold-events.ts"
import { inCompany, planOnce } from "./in-company.ts"
import { keyColumns, keyText, type Row, readRow, rowsJson } from "./row-values.ts"
import type { Target } from "./target.ts"

/** Another process moved a checkpoint meanwhile. Nothing was written. */
export class CheckpointMoved extends Schema.TaggedError<CheckpointMoved>()("CheckpointMoved", {
  message: Schema.String
}) {}

/** Events of one partition in order, without gaps, behind the position that the targets have read. */
export interface Page {
  readonly company: string
  readonly partition: number
  readonly after: number
  readonly position: number
  readonly events: ReadonlyArray<PastEvent>
  /** Why the database never takes the rows of its one event: the event's stream is parked, and nothing folded. */
  readonly refused?: string
}

/** Up to so many events are written together. */
const togetherMax = 100

const isSmall = ({ events }: Pick<Page, "events">): boolean => events.length <= togetherMax

/** Rows of one insert; more are written in pieces, so that no statement's text grows without end. */
const rowsPerStatement = 2000

/** Rows and checkpoints of these targets, in one transaction. */
export const writePage = (
  database: Pick<Database["Service"], "transaction">,
  page: Page,
  targets: ReadonlyArray<Target>
): Effect.Effect<void, CheckpointMoved | DatabaseError> =>
  inCompany(database, page.company, (query) =>
    Effect.gen(function* () {
      const [, , poisons] = yield* Effect.all(
        [
          // Of few events, planning for each anew would take longer than their rows.
          isSmall(page) ? query(`select ${planOnce}`) : Effect.void,
          advance(query, page, targets),
          writeTargets(query, page, targets)
        ],
        { concurrency: "unbounded" }
      )
      for (const { target, found } of poisons) yield* park(query, page, target, found)
      return poisons
    })
  ).pipe(
    // Only what was committed is remembered.
    Effect.flatMap((poisons) =>
      Effect.sync(() => {
        for (const { target, found } of poisons) for (const { stream } of found) target.parked.add(stream)
      })
    )
  )

const advance = Effect.fnUntraced(function* (query: Query, page: Page, targets: ReadonlyArray<Target>) {
  const moved = yield* query(
    `update core.checkpoint c set position = $4, read_at = clock_timestamp()
       from unnest($5::text[], $6::int[]) as t(read_model, build)
       where c.company = $1 and c.partition = $2 and c.position = $3
         and c.read_model = t.read_model and c.build = t.build
       returning c.read_model`,
    [
      page.company,
      page.partition,
      page.after,
      page.position,
      targets.map(({ model }) => model.name),
      targets.map(({ build }) => build)
    ]
  )
  if (moved.length === targets.length) return
  return yield* new CheckpointMoved({
    message: `another process reads partition ${page.partition} of ${page.company} too`
  })
})

type Statement = readonly [sql: string, params: ReadonlyArray<unknown>]

/** What a read model's rows become, and the streams that it could not fold. */
interface Prepared {
  readonly statements: ReadonlyArray<Statement>
  readonly poisons: ReadonlyArray<Poison>
}

const prepare = Effect.fnUntraced(function* (
  query: Query,
  { company, events, refused }: Pick<Page, "company" | "events" | "refused">,
  { model, sql, parked }: Target
) {
  const { asked, keys, poisons } = askModel(model, events, parked, refused)
  if (asked.length === 0) return { statements: [], poisons } satisfies Prepared
  const before = new Map<string, Row>()
  const rows = yield* query(sql.select, [company, ...keyColumns(model, keys)])
  for (const values of rows) {
    const row = readRow(model.columns, values)
    before.set(keyText(model.key.map((name) => row[name])), row)
  }
  const { removed, written, poisons: more } = foldEvents(model, asked, before)
  const statements: Array<Statement> = []
  if (removed.length > 0) statements.push([sql.remove, [company, ...keyColumns(model, removed)]])
  for (let from = 0; from < written.length; from += rowsPerStatement)
    statements.push([sql.upsert, [company, rowsJson(written.slice(from, from + rowsPerStatement))]])
  return { statements, poisons: [...poisons, ...more] } satisfies Prepared
})

/** Statements are sent in this order without waiting for each other. */
const send = (query: Query, statements: ReadonlyArray<Statement>) =>
  Effect.forEach(statements, ([sql, params]) => query(sql, params), {
    concurrency: "unbounded",
    discard: true
  })

/**
 * Writes the rows of read models; gives for each the streams that it could not fold. No two write the same table, so
 * their statements travel together: of few events all that is read in one round trip, and all that is written in
 * another. Of many, one is folded here while the database works on the next.
 */
export const writeTargets = Effect.fnUntraced(function* (
  query: Query,
  page: Pick<Page, "company" | "events" | "refused">,
  targets: ReadonlyArray<Target>
) {
  const small = isSmall(page)
  const found = yield* Effect.forEach(
    targets,
    (target) =>
      Effect.tap(prepare(query, page, target), ({ statements }) =>
        small ? Effect.void : send(query, statements)
      ),
    { concurrency: "unbounded" }
  )
  if (small)
    yield* send(
      query,
      found.flatMap(({ statements }) => statements)
    )
  return found.map(({ poisons }, n) => ({ target: targets[n]!, found: poisons }))
})

const park = (query: Query, { company }: Page, { model, build }: Target, poisons: ReadonlyArray<Poison>) =>
  Effect.forEach(
    poisons,
    ({ stream, partition, streamVersion, reason }) =>
      query(
        `insert into core.parked (company, read_model, build, stream, partition, stream_version, reason)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        [company, model.name, build, stream, partition, streamVersion, reason]
      ),
    { discard: true }
  )
