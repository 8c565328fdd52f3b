import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Database, type DatabaseError, withAdminConnection } from "../eventstore/database.ts"
import { migrate } from "../eventstore/migrate.ts"
import { storeLayer } from "../eventstore/store-layers.ts"
import { Contacts } from "./companies/contacts.ts"
import type { SettingValues } from "./config.ts"
import { openEmbedded } from "./embedded/embedded-database.ts"
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
    embedded: true,
    shown: `the embedded database in ${join(dir, "pg")}`
  } satisfies DatabaseAccess
})

/** The event store over this access; with `makeKey` a master key is made when there is none. */
export const storeLayerOf = (
  { connection, embedded }: DatabaseAccess,
  settings: SettingValues,
  makeKey = false
) =>
  Contacts.layer.pipe(
    Layer.provideMerge(storeLayer),
    Layer.provideMerge(masterKeysLayer(settings, makeKey)),
    Layer.provideMerge(
      Layer.orDie(
        Database.layer({
          connection,
          connectionsMax: embedded ? 1 : settings.lanes + readersMax,
          embedded
        })
      )
    )
  )

/**
 * Brings the database to the present schema, and waits for it as long as it does not answer; each wait is told.
 * Fails with `DatabaseUnusable` when waiting won't help, with `WrongMigration` when another history of files ran there.
 */
export const prepareDatabase = Effect.fn("prepareDatabase")(function* (
  access: DatabaseAccess,
  tellWait: (why: string) => Effect.Effect<void>
) {
  let waitMs: number = retryMs.first
  while (true) {
    const migrated = yield* Effect.result(migrate(access.admin, ...schemaFolders))
    if (migrated._tag === "Success") {
      if (migrated.success.length > 0) yield* Effect.logInfo(`the database is at ${migrated.success.at(-1)}`)
      if (access.embedded) yield* Effect.ignore(endLeases(access))
      return
    }
    const error = migrated.failure
    if (error._tag === "WrongMigration") return yield* error
    if (error.code === insufficientPrivilege) return yield* tellUnmigrated
    if (!error.unreachable) return yield* unusable(access, error)
    yield* tellWait(
      `${access.shown} does not answer: ${error.message}; next try in ${Duration.format(Duration.millis(waitMs))}`
    )
    yield* Effect.sleep(waitMs)
    waitMs = Math.min(waitMs * 2, retryMs.most)
  }
})

/** The embedded database is ours alone, so whoever holds a lease in it is dead: nobody need wait for its end. */
const endLeases = (access: DatabaseAccess) =>
  withAdminConnection(access.admin, (query) => query("delete from es.owner"))

const tellUnmigrated = Effect.logWarning(
  "the role of DATABASE_URL may not migrate, so the schema is taken as it is; DATABASE_ADMIN_URL can name one that may"
)

const unusable = ({ shown }: DatabaseAccess, error: DatabaseError) =>
  new DatabaseUnusable({ message: `${shown} can't be used: ${error.message} (SQLSTATE ${error.code})` })
