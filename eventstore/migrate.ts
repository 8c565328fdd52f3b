import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type DatabaseError, type Row, withAdminConnection } from "./database.ts"

/** The database was migrated by another history of files than ours. */
export class WrongMigration extends Schema.TaggedError<WrongMigration>()("WrongMigration", {
  name: Schema.String,
  message: Schema.String
}) {}

type Query = (
  sql: string,
  params?: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>

const folder = join(import.meta.dirname, "migrations")
// Any constant: it only must be the same in every process that migrates this database.
const lockNumber = 7_265_011

/** Brings the database to the present schema, each file once, in order, in a transaction of its own; gives the names that ran. */
export const migrate = (
  connection: PgConnection.Config
): Effect.Effect<ReadonlyArray<string>, DatabaseError | WrongMigration> =>
  withAdminConnection(
    connection,
    Effect.fnUntraced(function* (query) {
      yield* query(
        "create table if not exists public.centurion_migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
      )
      yield* query(`select pg_advisory_lock(${lockNumber})`)
      const ran = yield* runMissing(query).pipe(
        Effect.ensuring(Effect.ignore(query(`select pg_advisory_unlock(${lockNumber})`)))
      )
      return ran
    })
  )

const runMissing = Effect.fnUntraced(function* (query: Query) {
  const applied = new Map(
    (yield* query("select name, sha256 from public.centurion_migration")).map((row) => [
      String(row[0]),
      String(row[1])
    ])
  )
  const ran: Array<string> = []
  for (const name of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, name), "utf8")
    const sha256 = createHash("sha256").update(text).digest("hex")
    const known = applied.get(name)
    if (known === sha256) continue
    if (known !== undefined) {
      return yield* new WrongMigration({
        name,
        message: `migration ${name} ran here with other text (sha256 ${known.slice(0, 12)}, ours ${sha256.slice(0, 12)}); a released migration is never edited, add a new one`
      })
    }
    yield* runFile(query, name, text, sha256)
    ran.push(name)
  }
  return ran
})

const runFile = (query: Query, name: string, text: string, sha256: string) =>
  Effect.gen(function* () {
    yield* query("begin")
    for (const statement of statementsOf(text)) yield* query(statement)
    yield* query("insert into public.centurion_migration (name, sha256) values ($1, $2)", [name, sha256])
    yield* query("commit")
  }).pipe(Effect.onError(() => Effect.ignore(query("rollback"))))

/** The extended protocol takes one statement at a time; a semicolon inside `$$ … $$` ends none. */
const statementsOf = (text: string): ReadonlyArray<string> => {
  const statements: Array<string> = []
  let current = ""
  text.split("$$").forEach((part, index) => {
    if (index % 2 === 1) {
      current += `$$${part}$$`
      return
    }
    const pieces = part.split(/;\s*$/m)
    pieces.slice(0, -1).forEach((piece) => {
      statements.push(current + piece)
      current = ""
    })
    current += pieces.at(-1)
  })
  return [...statements, current].filter((statement) => statement.replace(/--.*$/gm, "").trim() !== "")
}
