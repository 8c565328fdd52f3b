import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import {
  type DatabaseError,
  engineRole,
  type Row,
  withAdminConnection
} from "../../../eventstore/database/database.ts"
import { migrationFiles, pendingMigrations } from "../../../eventstore/database/migration-history.ts"
import { examineLogin } from "../../wiring/database-login.ts"
import { schemaFolders } from "../../wiring/schema-folders.ts"
import { type Finding, ok, worthKnowing, wrong } from "./finding.ts"

type Query = (
  sql: string,
  params?: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, DatabaseError>

const serverVersionMin = 15

/** Asks the database about itself, with the login's own rights. */
export const examineDatabase = (connection: PgConnection.Config, isEmbedded: boolean) =>
  withAdminConnection(
    connection,
    Effect.fnUntraced(function* (query) {
      const version = yield* examineVersion(query)
      const login = yield* examineWho(query, isEmbedded)
      const role = yield* examineRole(query)
      return [version, ...login, ...role, yield* examineMigrations(query)]
    })
  ).pipe(
    Effect.catch((error) =>
      Effect.succeed([
        error.unreachable
          ? wrong(
              "database",
              `it does not answer: ${error.message}`,
              "see that Postgres runs and that DATABASE_URL is right"
            )
          : wrong("database", `it refuses: ${error.message}`, "see the login and the name in DATABASE_URL")
      ])
    )
  )

const unseen = worthKnowing(
  "migrations",
  "this login may not see which ran",
  "ask as the login that migrates"
)

const one = (query: Query, sql: string, params?: ReadonlyArray<unknown>) =>
  Effect.map(query(sql, params), (rows) => rows[0] ?? [])

const examineVersion = Effect.fnUntraced(function* (query: Query) {
  const [number, text] = yield* one(
    query,
    "select current_setting('server_version_num')::int, current_setting('server_version')"
  )
  return Number(number) >= serverVersionMin * 10_000
    ? ok("version", `Postgres ${text}`)
    : wrong("version", `Postgres ${text}`, `centurion needs ${serverVersionMin} or later`)
})

const examineWho = Effect.fnUntraced(function* (query: Query, isEmbedded: boolean) {
  const { name, tooStrong, surplus, unsound, remedy } = yield* examineLogin(query)
  const old =
    unsound === undefined
      ? []
      : [worthKnowing("version", unsound, "update it; a vendor may have mended it under this number")]
  if (isEmbedded) return [ok("login", `${name}, the one user of the embedded database`)]
  if (tooStrong !== undefined) {
    return [
      ...old,
      wrong(
        "login",
        `${tooStrong}: row-level security does not hold for it, and the app does not start`,
        `put this URL into DATABASE_ADMIN_URL, and into DATABASE_URL a login made by: ${remedy}`
      )
    ]
  }
  if (surplus.length === 0) return [...old, ok("login", name)]
  const wayOut = "in production, use a login that may only do what it must: `centurion database create-role`"
  return [...old, worthKnowing("login", `${name}, which ${surplus.join(", ")}`, wayOut)]
})

/** Statements that would change history. */
const forbidden = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]

const examineRole = Effect.fnUntraced(function* (
  query: Query
): Effect.fn.Return<ReadonlyArray<Finding>, DatabaseError> {
  const [exists, isMember] = yield* one(
    query,
    "select r.oid is not null, r.oid is not null and pg_has_role(session_user, r.oid, 'member') from (select 1) one left join pg_roles r on r.rolname = $1",
    [engineRole]
  )
  if (exists !== true) {
    return [wrong("role", `there is no role ${engineRole}`, "`centurion start` makes it")]
  }
  const role =
    isMember === true
      ? ok("role", `${engineRole}, which this login may take`)
      : wrong("role", `${engineRole} exists, and this login may not take it`, `grant ${engineRole} to it`)
  // Who may not take the role may not look into its schema either.
  if (isMember !== true) return [role]
  const [isThere] = yield* one(query, "select to_regclass('es.event') is not null")
  if (isThere !== true) return [role]
  const rights = yield* query(
    "select p from unnest($2::text[]) as p where has_table_privilege($1, 'es.event', p)",
    [engineRole, forbidden]
  )
  const may = rights.map((row) => String(row[0]).toLowerCase())
  const [disabled] = yield* one(
    query,
    "select count(*)::int from pg_trigger where tgrelid = 'es.event'::regclass and not tgisinternal and tgenabled = 'D'"
  )
  return [
    role,
    may.length === 0
      ? ok("history", `${engineRole} may not ${forbidden.join(", ").toLowerCase()} es.event`)
      : wrong(
          "history",
          `${engineRole} may ${may.join(", ")} es.event`,
          `revoke it: revoke ${may.join(", ")} on es.event from ${engineRole}`
        ),
    Number(disabled) === 0
      ? ok("refusals", "es.event refuses update, delete and truncate")
      : wrong(
          "refusals",
          `${disabled} triggers of es.event are disabled`,
          "alter table es.event enable trigger all, and `centurion verify`"
        )
  ]
})

const examineMigrations = Effect.fnUntraced(function* (query: Query) {
  const migrations = migrationFiles(schemaFolders)
  const looked = yield* Effect.result(pendingMigrations(query, migrations))
  if (looked._tag === "Failure") {
    const error = looked.failure
    return error._tag === "WrongMigration" ? wrong("migrations", error.detail, error.wayOut) : unseen
  }
  const pending = looked.success
  return pending.length > 0
    ? wrong(
        "migrations",
        `${pending.length} of ${migrations.length} are missing, the first is ${pending[0]?.name}`,
        "`centurion start` runs them"
      )
    : ok("migrations", `all ${migrations.length}, the last is ${migrations.at(-1)?.name}`)
})
