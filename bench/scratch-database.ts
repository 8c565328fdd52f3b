import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Client } from "pg"
import { makeLogin } from "../eventstore/database/login.ts"
import { migrate } from "../eventstore/database/migrate.ts"
import { schemaFolders } from "../src/wiring/schema-folders.ts"

/** A migrated database that lives as long as one measurement. */
export interface ScratchDatabase {
  /** As the app logs in: by a login of its own that may take the engine's role and nothing more. */
  readonly url: string
  readonly adminUrl: string
  /** A connection of the login's own rights, for what is measured around the engine. */
  readonly admin: Client
  readonly drop: () => Promise<void>
}

const urlOf = (url: string, database: string): string => {
  const named = new URL(url)
  named.pathname = `/${database}`
  return named.href
}

const connected = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url, application_name: "centurion-bench-admin" })
  // A drop by force ends connections; that is no error here.
  client.on("error", () => {})
  await client.connect()
  return client
}

/** Creates `centurion_bench_<random>` on the server of `url`, whose login needs the right to. */
export const makeScratchDatabase = async (url: string): Promise<ScratchDatabase> => {
  const name = `centurion_bench_${randomBytes(4).toString("hex")}`
  const server = await connected(url)
  await server.query(`create database ${name}`)
  const own = urlOf(url, name)
  await Effect.runPromise(migrate({ url: Redacted.make(own) }, ...schemaFolders))
  const login = new URL(own)
  login.username = `centurion_app_${randomBytes(6).toString("hex")}`
  login.password = randomBytes(12).toString("hex")
  await Effect.runPromise(makeLogin({ url: Redacted.make(own) }, login.username, login.password))
  const admin = await connected(own)
  return {
    url: login.href,
    adminUrl: own,
    admin,
    drop: async () => {
      await admin.end()
      await server.query(`drop database if exists ${name} with (force)`)
      await server.query(`drop role ${login.username}`)
      await server.end()
    }
  }
}
