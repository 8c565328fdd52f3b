import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { withAdminConnection } from "../../../../eventstore/database/database.ts"
import type { Batch } from "../../../../eventstore/log/batch.ts"
import { EventStore } from "../../../../eventstore/log/event-store.ts"
import { defaultSettings } from "../../../../src/config.ts"
import {
  type DatabaseAccess,
  embeddedAccess,
  prepareDatabase,
  storeLayerOf
} from "../../../../src/wiring/connect-database.ts"
import { databases } from "../../../databases.ts"

/** A database that commands are run on, and the variables that name it. */
export interface CliDatabase {
  readonly env: Readonly<Record<string, string>>
  /** Claims the company's partitions and appends; nothing of ours holds the database afterwards. */
  readonly append: (company: string, batches: ReadonlyArray<Batch>) => Promise<void>
  /** Asks as the owner of the tables. */
  readonly admin: (...statements: ReadonlyArray<string>) => Promise<void>
  readonly drop: () => Promise<void>
}

export interface CliDatabaseKind {
  readonly name: string
  readonly make: () => Promise<CliDatabase>
}

const adminOf =
  (connection: DatabaseAccess["admin"]) =>
  (...statements: ReadonlyArray<string>) =>
    Effect.runPromise(
      withAdminConnection(connection, (query) =>
        Effect.forEach(statements, (statement) => query(statement), { discard: true })
      )
    )

const appendTo = (access: DatabaseAccess, company: string, batches: ReadonlyArray<Batch>) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    yield* store.createCompany(company, 1)
    if ((yield* store.partitions(company))[0]?.epoch === 0) yield* store.claim("the-test", 60_000, 1)
    for (const batch of batches) yield* store.append(batch)
    yield* store.release("the-test")
  }).pipe(Effect.provide(storeLayerOf(access, defaultSettings)))

/** A directory with the embedded database. */
export const embedded: CliDatabaseKind = {
  name: "the embedded database",
  make: async () => {
    const dir = mkdtempSync(join(tmpdir(), "centurion-cli-"))
    const open = <A, E>(use: (access: DatabaseAccess) => Effect.Effect<A, E>) =>
      Effect.runPromise(Effect.scoped(Effect.flatMap(embeddedAccess(dir), use)))
    await open((access) => prepareDatabase(access, () => Effect.void))
    return {
      env: { CENTURION_DIR: dir },
      append: (company, batches) => open((access) => appendTo(access, company, batches)),
      admin: (...statements) => open(({ admin }) => Effect.promise(() => adminOf(admin)(...statements))),
      drop: async () => rmSync(dir, { recursive: true, force: true })
    }
  }
}

const postgres: CliDatabaseKind = {
  name: "Postgres",
  make: async () => {
    const database = await databases.find(({ name }) => name === "Postgres")!.make()
    const { connection, app, env } = database
    const access = {
      connection: app,
      admin: connection,
      adminGiven: true,
      embedded: false,
      shown: "Postgres"
    }
    return {
      env,
      append: (company, batches) => Effect.runPromise(appendTo(access, company, batches)),
      admin: adminOf(connection),
      drop: database.drop
    }
  }
}

/** The one that suites run on, as `databases` says; what only the embedded one asks of a command has a suite of its own. */
export const cliDatabases: ReadonlyArray<CliDatabaseKind> = databases.map(({ name }) =>
  name === "Postgres" ? postgres : embedded
)
