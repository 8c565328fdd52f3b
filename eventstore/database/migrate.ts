import { readFileSync } from "node:fs"
import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import { type DatabaseError, engineRole, type Query, withAdminConnection } from "./database.ts"
import { makeEngineRole } from "./login.ts"
import {
  type Migration,
  migrationFiles,
  pendingMigrations,
  type WrongMigration
} from "./migration-history.ts"

/** Of the package; the database keeps which one ran a migration. */
const release = String(
  JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")).version
)

/** Brings the database to the present schema, each file once, in order, in a transaction of its own; gives the names that ran. */
export const migrate = (
  connection: PgConnection.Config,
  ...folders: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, DatabaseError | WrongMigration> =>
  withAdminConnection(
    connection,
    Effect.fnUntraced(function* (query) {
      yield* ensureRole(query)
      yield* query(migrationTable)
      yield* inTurn(query, showMigrations(query))
      return yield* runPending(query, migrationFiles(folders.length === 0 ? undefined : folders))
    })
  )

/**
 * In a transaction, while no other process migrates this database. The table's lock, for an advisory one could be
 * taken by any login.
 */
const inTurn = <A, E>(query: Query, work: Effect.Effect<A, E>) =>
  query("begin").pipe(
    Effect.andThen(query("lock table public.centurion_migration in exclusive mode")),
    Effect.andThen(work),
    Effect.tap(query("commit")),
    Effect.onError(() => Effect.ignore(query("rollback")))
  )

/** The version of the schema: what ran, when, with which text (its SHA-256) and by which release. */
const migrationTable = `do $$ begin
  create table if not exists public.centurion_migration (
    name text primary key,
    sha256 text not null,
    release text not null,
    applied_at timestamptz not null default now()
  );
exception when duplicate_table or duplicate_object or unique_violation then null; -- Another process made it at this moment.
end $$`

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
      exception when unique_violation then null; -- Another process granted it at this moment.
      end $$`)
    )
  )

/** So that a login that may not migrate can say what is missing. */
const showMigrations = (query: Query) => query(`grant select on public.centurion_migration to ${engineRole}`)

/** What is pending is asked in turn before each: another process may have run some meanwhile. */
const runPending = Effect.fnUntraced(function* (query: Query, migrations: ReadonlyArray<Migration>) {
  const ran: Array<string> = []
  while (true) {
    const name = yield* inTurn(query, runFirst(query, migrations))
    if (name === undefined) return ran
    ran.push(name)
  }
})

const runFirst = Effect.fnUntraced(function* (query: Query, migrations: ReadonlyArray<Migration>) {
  const [first] = yield* pendingMigrations(query, migrations)
  if (first === undefined) return undefined
  const { name, text, sha256 } = first
  for (const statement of statementsOf(text)) yield* query(statement)
  yield* query("insert into public.centurion_migration (name, sha256, release) values ($1, $2, $3)", [
    name,
    sha256,
    release
  ])
  return name
})

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
