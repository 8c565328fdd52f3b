import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import {
  Database,
  type DatabaseError,
  engineRole,
  longLimits,
  type Query,
  withAdminConnection
} from "../../eventstore/database/database.ts"
import { migrate } from "../../eventstore/database/migrate.ts"
import { migrationFiles, pendingMigrations } from "../../eventstore/database/migration-history.ts"
import { storeLayer } from "../../eventstore/database/store-layers.ts"
import { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { isTemplateAsDeclared, makeTemplate } from "../../projections/engine/template.ts"
import { analystViews, readModels } from "../../projections/index.ts"
import { Contacts } from "../companies/contacts.ts"
import { Settings, type SettingValues } from "../config.ts"
import { openEmbedded } from "../pglite/embedded-database.ts"
import { examineLogin, type Login } from "./database-login.ts"
import { patiently, tellWait } from "./patience.ts"
import { schemaFolders } from "./schema-folders.ts"
import { masterKeysLayer } from "./set-up-master-key.ts"

/** The database answers, and what it says can't be waited away. */
export class DatabaseUnusable extends Schema.TaggedError<DatabaseUnusable>()("DatabaseUnusable", {
  message: Schema.String
}) {}

/** How the database is reached, and by whom it is migrated. */
export interface DatabaseAccess {
  readonly connection: PgConnection.Config
  readonly admin: PgConnection.Config
  readonly embedded: boolean
  /** Whether it is migrated by another login than the app's. */
  readonly adminGiven: boolean
  /** For people: where it is, without credentials. */
  readonly shown: string
}

/** Beside the lanes: job, timer and message readers, loads, and questions. */
const readersMax = 4
const retryMs = { first: 500, most: 5000 } as const
const insufficientPrivilege = "42501"

/** Postgres as set by `DATABASE_URL`. */
export const serverAccess = (
  url: Redacted.Redacted<string>,
  adminUrl: Redacted.Redacted<string> | undefined
): DatabaseAccess => {
  const { host, pathname } = new URL(Redacted.value(url))
  return {
    connection: { url },
    admin: { url: adminUrl ?? url },
    adminGiven: adminUrl !== undefined,
    embedded: false,
    shown: `Postgres at ${host}${pathname}`
  }
}

/** The embedded database in the directory, open until the scope ends; the directory must be this process's. */
export const embeddedAccess = Effect.fnUntraced(function* (dir: string) {
  const connection = yield* openEmbedded(join(dir, "pg"))
  return {
    connection,
    admin: connection,
    adminGiven: false,
    embedded: true,
    shown: `the embedded database in ${join(dir, "pg")}`
  } satisfies DatabaseAccess
})

/** The event store over this access; for a server a master key is made when there is none, and nothing waits long. Not for a login that is too strong. */
export const storeLayerOf = (access: DatabaseAccess, settings: SettingValues, isServer = false) =>
  Contacts.layer.pipe(
    Layer.provideMerge(storeLayer),
    Layer.provideMerge(masterKeysLayer(settings, isServer)),
    Layer.provideMerge(databaseLayerOf(access, settings, isServer))
  )

/** The event store of the settings, once the database is there and at the present schema; closed with all that is in it. */
export const preparedStoreLayer = Layer.effectContext(
  Effect.gen(function* () {
    const settings = yield* Settings
    const { databaseUrl, databaseAdminUrl, dir } = settings
    const access =
      databaseUrl === undefined ? yield* embeddedAccess(dir) : serverAccess(databaseUrl, databaseAdminUrl)
    yield* prepareDatabase(access, tellWait)
    return yield* patiently(Layer.build(storeLayerOf(access, settings, true)))
  })
)

const databaseLayerOf = (access: DatabaseAccess, settings: SettingValues, isServer: boolean) =>
  Layer.unwrap(
    Effect.gen(function* () {
      yield* refuseLogin(access)
      const { connection, embedded } = access
      const connectionsMax = embedded ? 1 : settings.lanes + readersMax
      return Layer.orDie(
        Database.layer({ connection, connectionsMax, embedded, ...(isServer ? {} : { limits: longLimits }) })
      )
    }).pipe(
      Effect.mapError((error) =>
        error._tag === "DatabaseError" && error.unreachable
          ? new StoreUnavailable({
              message: `the database did not answer: ${error.message}`,
              mayHaveHappened: false
            })
          : error
      )
    )
  )

/**
 * Row-level security does not hold for a superuser, and whoever makes our connection say `reset role` is the login.
 * The embedded database has one user and is spared: it is in this process, which could as well read its files.
 */
const refuseLogin = Effect.fnUntraced(function* (access: DatabaseAccess) {
  if (access.embedded) return undefined
  const login = yield* withAdminConnection(access.connection, examineLogin)
  const { name, tooStrong, lacksRole, remedy } = login
  if (tooStrong !== undefined) return yield* new DatabaseUnusable({ message: refusalOf(tooStrong, remedy) })
  if (lacksRole) {
    return yield* new DatabaseUnusable({
      message: `DATABASE_URL logs in as ${name}, which may not take the role ${engineRole}: grant ${engineRole} to ${name};`
    })
  }
  return login
})

const refusalOf = (login: string, remedy: string) =>
  [
    `DATABASE_URL logs in as ${login}: row-level security, which keeps companies apart, does not hold for it.`,
    "Make a login for the app that may take the engine's role and nothing more:",
    "",
    ...remedy.split("; ").map((statement) => `  ${statement.replace(/;?$/, ";")}`),
    "",
    "Name that one in DATABASE_URL, and put the present URL into DATABASE_ADMIN_URL, which is for migrations only.",
    "With DATABASE_ADMIN_URL set, `centurion database create-role` makes the login too."
  ].join("\n")

/**
 * Brings the database to the present schema, and waits for it as long as it does not answer; each wait is told.
 * Fails with `DatabaseUnusable` when waiting won't help, with `WrongMigration` when another history of files ran there.
 */
export const prepareDatabase = Effect.fn("prepareDatabase")(function* <R>(
  access: DatabaseAccess,
  tellWait: (why: string) => Effect.Effect<void, never, R>
) {
  let waitMs: number = retryMs.first
  while (true) {
    const prepared = yield* Effect.result(bringUp(access))
    if (prepared._tag === "Success") return
    const error = prepared.failure
    if (error._tag !== "DatabaseError") return yield* error
    if (!error.unreachable) return yield* unusable(access, error)
    yield* tellWait(
      `${access.shown} does not answer: ${error.message}; next try in ${Duration.format(Duration.millis(waitMs))}`
    )
    yield* Effect.sleep(waitMs)
    waitMs = Math.min(waitMs * 2, retryMs.most)
  }
})

const bringUp = Effect.fnUntraced(function* (access: DatabaseAccess) {
  const login = yield* refuseLogin(access)
  const migrated = yield* Effect.result(bringSchema(access.admin))
  if (migrated._tag === "Success") {
    if (migrated.success.length > 0) yield* Effect.logInfo(`the database is at ${migrated.success.at(-1)}`)
    if (access.embedded) return yield* Effect.ignore(endLeases(access))
  } else {
    const error = migrated.failure
    if (error._tag === "WrongMigration" || error.code !== insufficientPrivilege) return yield* error
    yield* takeAsItIs(access, error)
  }
  if (login !== undefined) yield* warnOf(login)
})

/** The tables, and the read models as the code declares them. */
const bringSchema = (admin: PgConnection.Config) =>
  Effect.tap(migrate(admin, ...schemaFolders), makeTemplate(admin, readModels, analystViews))

/** The embedded database is ours alone, so whoever holds a lease in it is dead: nobody need wait for its end. */
const endLeases = (access: DatabaseAccess) =>
  withAdminConnection(access.admin, (query) => query("delete from es.owner"))

/** A login that may not migrate is good enough when nothing is missing. */
const takeAsItIs = Effect.fnUntraced(function* (access: DatabaseAccess, error: DatabaseError) {
  const looked = yield* Effect.result(withAdminConnection(access.connection, missingIn))
  if (looked._tag === "Failure") {
    const unseen = looked.failure._tag === "DatabaseError" && looked.failure.code === insufficientPrivilege
    return yield* unseen ? tellUnseen : looked.failure
  }
  if (looked.success === undefined) return
  const [given, may] = access.adminGiven
    ? ["DATABASE_ADMIN_URL", "one that may: the owner of the database"]
    : ["DATABASE_URL", "the database's owner, or a superuser"]
  return yield* new DatabaseUnusable({
    message: `${access.shown} lacks ${looked.success}, and the login of ${given} may not make them (${error.message}): start once with DATABASE_ADMIN_URL naming ${may}`
  })
})

/** What the database lacks, in words; undefined when it is as this release wants it. */
const missingIn = Effect.fnUntraced(function* (query: Query) {
  const migrations = migrationFiles(schemaFolders)
  const pending = yield* pendingMigrations(query, migrations)
  if (pending.length > 0) {
    return `${pending.length} of ${migrations.length} migrations, the first is ${pending[0]?.name}`
  }
  return (yield* isTemplateAsDeclared(query, readModels, analystViews))
    ? undefined
    : "the read models of this release"
})

const tellUnseen = Effect.logWarning(
  "the login of DATABASE_URL may neither migrate nor see which migrations ran, so the schema is taken as it is; start once with DATABASE_ADMIN_URL naming the database's owner"
)

/** What does not keep the app from starting, and should be known. */
const warnOf = Effect.fnUntraced(function* ({ name, surplus, unsound }: Login) {
  if (unsound !== undefined) yield* Effect.logWarning(unsound)
  if (surplus.length > 0) yield* Effect.logWarning(surplusOf(name, surplus))
})

const surplusOf = (name: string, surplus: ReadonlyArray<string>) =>
  `the app logs in as ${name}, which ${surplus.join(", ")}: more than it needs; give it a login of its own, see \`centurion database create-role\``

const unusable = ({ shown }: DatabaseAccess, error: DatabaseError) =>
  new DatabaseUnusable({ message: `${shown} can't be used: ${error.message} (SQLSTATE ${error.code})` })
