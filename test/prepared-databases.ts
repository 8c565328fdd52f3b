import { createHash } from "node:crypto"
import { mkdtemp, rename, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import { PGlite } from "@electric-sql/pglite"
import { vector } from "@electric-sql/pglite-pgvector"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Query, withAdminConnection } from "../eventstore/database/database.ts"
import { migrate } from "../eventstore/database/migrate.ts"
import { migrationFiles } from "../eventstore/database/migration-history.ts"
import { schemaFolders } from "../src/wiring/schema-folders.ts"

/** Changes with any migration: what was prepared before is not taken for the present schema. */
const schemaHash = createHash("sha256")
  .update(
    migrationFiles(schemaFolders)
      .map(({ name, sha256 }) => `${name} ${sha256}`)
      .join("\n")
  )
  .digest("hex")
  .slice(0, 12)

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false
  )

/**
 * A data directory of PGlite, made once on this machine: that takes seconds, a copy does not. Empty as `initdb` leaves
 * it, or with the present schema.
 */
export const preparedDirectory = async (
  migrated: boolean,
  connectionTo: (engine: PGlite) => PgConnection.Config
): Promise<string> => {
  const prepared = join(tmpdir(), `centurion-test-pglite-${migrated ? schemaHash : "empty"}`)
  if (await isThere(prepared)) return prepared
  const fresh = await mkdtemp(join(tmpdir(), "centurion-test-"))
  const engine = await PGlite.create(fresh, { extensions: { vector } })
  if (migrated) await Effect.runPromise(migrate(connectionTo(engine), ...schemaFolders))
  await engine.close()
  // Another process may have been faster; its directory is as good.
  await rename(fresh, prepared).catch(() => rm(fresh, { recursive: true, force: true }))
  return prepared
}

/** Any constant, the same in every process that prepares. */
const lockNumber = 7_265_013

/** The name of a database of this server with the present schema, made once, to create others from. */
export const preparedTemplate = async (adminUrl: string): Promise<string> => {
  const name = `centurion_template_${schemaHash}`
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  await Effect.runPromise(
    withAdminConnection({ url: Redacted.make(adminUrl) }, (query) =>
      Effect.gen(function* () {
        yield* query(`select pg_advisory_lock(${lockNumber})`)
        if (yield* hasDatabase(query, name)) return
        yield* query(`create database ${name}_new`)
        const fresh = new URL(url)
        fresh.pathname = `/${name}_new`
        yield* migrate({ url: Redacted.make(fresh.href) }, ...schemaFolders)
        yield* query(`alter database ${name}_new rename to ${name}`)
      }).pipe(Effect.onError(() => Effect.ignore(query(`drop database if exists ${name}_new with (force)`))))
    )
  )
  return name
}

const hasDatabase = (query: Query, name: string) =>
  Effect.map(query("select 1 from pg_database where datname = $1", [name]), (rows) => rows.length > 0)
