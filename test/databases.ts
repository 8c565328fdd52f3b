import { randomBytes } from "node:crypto"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type * as PgConnection from "@effect/sql-pg/PgConnection"
import { PGlite } from "@electric-sql/pglite"
import { vector } from "@electric-sql/pglite-pgvector"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { describe } from "vitest"
import { Database, type Row, withAdminConnection } from "../eventstore/database/database.ts"
import { type StoreServices, storeLayer } from "../eventstore/database/store-layers.ts"
import { MasterKeys, masterKeyOf } from "../eventstore/personal/master-keys.ts"
import { EmbeddedSession } from "../src/pglite/embedded-session.ts"
import { preparedDirectory, preparedTemplate } from "./prepared-databases.ts"
import { makeTestLogin } from "./test-login.ts"

/** A database of one suite alone. */
export interface TestDatabase {
  /** As the owner of the tables. */
  readonly connection: PgConnection.Config
  /** As the app logs in: a login that may take the engine's role and nothing more; PGlite has one user for all. */
  readonly app: PgConnection.Config
  /** The variables that name it to a server or a command; none on PGlite. */
  readonly env: Readonly<Record<string, string>>
  /** The event store and its database, with the engine's rights. */
  readonly layer: Layer.Layer<StoreServices | MasterKeys | Database>
  /** Asks as the owner of the tables. */
  readonly admin: (sql: string, params?: ReadonlyArray<unknown>) => Promise<ReadonlyArray<Row>>
  /** Takes everything out of the event store, past its own refusals. */
  readonly clear: () => Promise<void>
  readonly drop: () => Promise<void>
}

/** How a suite gets its database. */
export interface DatabaseKind {
  readonly name: "PGlite" | "Postgres"
  /** A new database; `migrated: false` leaves it empty. */
  readonly make: (options?: { readonly migrated?: boolean }) => Promise<TestDatabase>
}

const adminUrl = process.env.TEST_DATABASE_URL || undefined
const connectionsMax = 8

/** The same in all tests, so that what one process sealed another can open. */
export const testMasterKeys = MasterKeys.layer([masterKeyOf(Buffer.alloc(32, 7))])

const pglite: DatabaseKind = {
  name: "PGlite",
  make: async ({ migrated = true } = {}) => {
    const directory = await mkdtemp(join(tmpdir(), "centurion-test-"))
    await cp(await preparedDirectory(migrated, connectionTo), directory, { recursive: true })
    const engine = await PGlite.create(directory, { extensions: { vector } })
    const connection = connectionTo(engine)
    const admin = adminOf(connection)
    // One for all engines of the suite: a second one's prepared statements would meet the first one's.
    const shared = ManagedRuntime.make(
      Layer.orDie(Database.layer({ connection, connectionsMax: 1, embedded: true }))
    )
    return {
      connection,
      app: connection,
      env: {},
      layer: storeLayer.pipe(
        Layer.provideMerge(testMasterKeys),
        Layer.provideMerge(
          Layer.effect(
            Database,
            Effect.promise(() => shared.runPromise(Database))
          )
        )
      ),
      admin,
      clear: () => clearBy(admin),
      drop: async () => {
        await shared.dispose()
        await engine.close()
        await rm(directory, { recursive: true, force: true })
      }
    }
  }
}

/** Sessions that share the one engine statement by statement, each with its own role, so that a test may look on. */
const connectionTo = (engine: PGlite): PgConnection.Config => {
  let last: Promise<unknown> = Promise.resolve()
  let role = "none"
  const backend = () => {
    let own = "none"
    return {
      open: async () => {},
      close: async () => {},
      setRole: async (name: string) => {
        own = name
      },
      exec: (messages: Uint8Array, answer: (bytes: Uint8Array) => void) => {
        const mine = last.then(async () => {
          if (role !== own && !engine.isInTransaction()) {
            await engine.exec(`set role ${own}`)
            role = own
          }
          await engine.execProtocolRawStream(messages, { onRawData: answer })
        })
        last = mine.catch(() => {})
        return mine
      }
    }
  }
  return {
    username: "postgres",
    database: "postgres",
    password: Redacted.make(""),
    stream: () => new EmbeddedSession(backend())
  }
}

const adminOf =
  (connection: PgConnection.Config): TestDatabase["admin"] =>
  (sql, params) =>
    Effect.runPromise(withAdminConnection(connection, (query) => query(sql, params)))

/** Needs `TEST_DATABASE_URL`. */
export const postgres: DatabaseKind = {
  name: "Postgres",
  make: async ({ migrated = true } = {}) => {
    if (adminUrl === undefined) {
      throw new Error("TEST_DATABASE_URL must name a Postgres in which databases can be created")
    }
    const name = `centurion_test_${randomBytes(6).toString("hex")}`
    const server = adminOf({ url: Redacted.make(adminUrl) })
    await server(`create database ${name}${migrated ? ` template ${await preparedTemplate(adminUrl)}` : ""}`)
    const url = new URL(adminUrl)
    url.pathname = `/${name}`
    const connection = { url: Redacted.make(url.href) }
    const login = await makeTestLogin(adminUrl)
    const app = { url: Redacted.make(login.urlOf(name)) }
    const admin = adminOf(connection)
    return {
      connection,
      app,
      env: { DATABASE_URL: login.urlOf(name), DATABASE_ADMIN_URL: url.href },
      layer: storeLayer.pipe(
        Layer.provideMerge(testMasterKeys),
        Layer.provideMerge(Layer.orDie(Database.layer({ connection: app, connectionsMax, embedded: false })))
      ),
      admin,
      clear: () => clearBy(admin),
      drop: async () => {
        await server(`drop database ${name} with (force)`)
        await login.drop()
      }
    }
  }
}

/** The role `replica` passes by the triggers that refuse a truncate; it is of one transaction here. */
const clearBy = async (admin: TestDatabase["admin"]): Promise<void> => {
  await admin(`do $$ begin
    set local session_replication_role = replica;
    truncate es.company, es.partition, es.owner, es.event, es.key, es.job, es.timer, es.message, es.snapshot, es.stopped,
      es.subject, es.subject_stream, es.contact, es.secret, es.erasure, es.hold, es.seal, es.sealed_partition,
      es.anchored, es.staged_event cascade;
  end $$`)
}

const hasPostgres = adminUrl !== undefined

/**
 * The one that suites run on: a real Postgres when `TEST_DATABASE_URL` names one, else the embedded one. A list, so that
 * suites are written once for one database or for every one.
 */
export const databases: ReadonlyArray<DatabaseKind> = [hasPostgres ? postgres : pglite]

/** All that there are here: for the contracts that must hold on each. The embedded one costs several times a Postgres. */
export const everyDatabase: ReadonlyArray<DatabaseKind> = hasPostgres ? [pglite, postgres] : [pglite]

/** For what only a real Postgres can show: several sessions, its own life and death. */
export const describePostgres = (title: string, suite: (kind: DatabaseKind) => void): void => {
  describe.skipIf(!hasPostgres)(title, () => suite(postgres))
}
