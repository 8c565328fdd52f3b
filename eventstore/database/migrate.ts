import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type DatabaseError, engineRole, type Query, withAdminConnection } from "./database.ts"
import { makeEngineRole } from "./login.ts"

/** The database was migrated by another history of files than ours. */
export class WrongMigration extends Schema.TaggedError<WrongMigration>()("WrongMigration", {
  name: Schema.String,
  message: Schema.String
}) {}

const folder = join(import.meta.dirname, "../migrations")
/** The migrations of these folders in order, each with the hash that it is known by; default the event store's. */
export const migrationFiles = (folders: ReadonlyArray<string> = [folder]) =>
  folders.flatMap((from) =>
    (existsSync(from) ? readdirSync(from) : []).sort().map((name) => {
      const text = readFileSync(join(from, name), "utf8")
      return { name, text, sha256: createHash("sha256").update(text).digest("hex") }
    })
  )

// Any constant: it only must be the same in every process that migrates this database.
const lockNumber = 7_265_011

/** Brings the database to the present schema, each file once, in order, in a transaction of its own; gives the names that ran. */
export const migrate = (
  connection: PgConnection.Config,
  ...folders: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, DatabaseError | WrongMigration> =>
  withAdminConnection(
    connection,
    Effect.fnUntraced(function* (query) {
      // Before anything else: two processes that make the same table at once disturb each other.
      yield* query(`select pg_advisory_lock(${lockNumber})`)
      const ran = yield* ensureRole(query).pipe(
        Effect.andThen(query(migrationTable)),
        Effect.andThen(showMigrations(query)),
        Effect.andThen(runMissing(query, folders.length === 0 ? undefined : folders)),
        Effect.ensuring(Effect.ignore(query(`select pg_advisory_unlock(${lockNumber})`)))
      )
      return ran
    })
  )

const migrationTable =
  "create table if not exists public.centurion_migration (name text primary key, sha256 text not null, applied_at timestamptz not null default now())"

/**
 * A login that can't make a schema can't migrate, and must not leave a table of its own behind. One that is no
 * superuser must be a member of the engine's role to take it.
 */
const ensureRole = (query: Query) =>
  Effect.andThen(
    query(`do $$ begin
      if not has_database_privilege(current_database(), 'create') then
        raise insufficient_privilege using message = format('%s may not create in database %s', current_user, current_database());
      end if;
    end $$`),
    Effect.andThen(
      makeEngineRole(query),
      query(`do $$ begin
        if not pg_has_role(current_user, '${engineRole}', 'member') then
          execute format('grant ${engineRole} to %I', current_user);
        end if;
      end $$`)
    )
  )

/** So that a login that may not migrate can say what is missing. */
const showMigrations = (query: Query) => query(`grant select on public.centurion_migration to ${engineRole}`)

const runMissing = Effect.fnUntraced(function* (query: Query, folders?: ReadonlyArray<string>) {
  const applied = new Map(
    (yield* query("select name, sha256 from public.centurion_migration")).map((row) => [
      String(row[0]),
      String(row[1])
    ])
  )
  const ran: Array<string> = []
  for (const { name, text, sha256 } of migrationFiles(folders)) {
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
