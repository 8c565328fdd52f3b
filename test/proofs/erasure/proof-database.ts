import { execFile, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Database, type Row, withAdminConnection } from "../../../eventstore/database/database.ts"
import { type StoreServices, storeLayer } from "../../../eventstore/database/store-layers.ts"
import { MasterKeys, masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { makeTestLogin } from "../../test-login.ts"

/** A database of the proof's own on the server that it was given. */
export interface ProofDatabase {
  /** The variables that name it to a server and a command. */
  readonly env: Readonly<Record<string, string>>
  readonly admin: (sql: string, params?: ReadonlyArray<unknown>) => Promise<ReadonlyArray<Row>>
  /** With the right master key. */
  readonly layer: Layer.Layer<StoreServices | Database>
  /** Writes its content as SQL, as docs/how-to/erase-a-person.md backs it up: without read models. */
  readonly dumpTo: (file: string) => Promise<void>
  /** Runs such a file on this database, which must be empty. */
  readonly restoreFrom: (file: string) => Promise<void>
  readonly drop: () => Promise<void>
}

/** What the keys of persons are wrapped by in the proof, hex. */
export const proofMasterKey = "5e".repeat(32)

/** Read models hold words in the clear, and are built anew from history wherever they are missing. */
const withoutReadModels = [
  ...["c_*", "s_*"].map((schema) => `--exclude-schema=${schema}`),
  ...["projection", "checkpoint", "parked", "scratch"].map((table) => `--exclude-table-data=core.${table}`)
]

const connectionsMax = 4
const run = promisify(execFile)

const packages = "/usr/lib/postgresql"

/** Where Postgres' own programs are: on the PATH, or where Debian's packages put them, the newest first. */
const findProgram = (name: string): string | undefined => {
  const versions = existsSync(packages) ? readdirSync(packages).sort((a, b) => Number(b) - Number(a)) : []
  return [...versions.map((version) => join(packages, version, "bin", name)), name].find(
    (path) => spawnSync(path, ["--version"]).status === 0
  )
}

/** The programs of Postgres that the proof needs; throws with what is missing. */
export const findPrograms = () => {
  const [dump, psql] = ["pg_dump", "psql"].map(findProgram)
  if (dump === undefined || psql === undefined)
    throw new Error("the proof takes and restores a backup and finds no pg_dump and psql: install postgresql")
  return { dump, psql }
}

const adminOf =
  (url: string): ProofDatabase["admin"] =>
  (sql, params) =>
    Effect.runPromise(withAdminConnection({ url: Redacted.make(url) }, (query) => query(sql, params)))

/** Makes an empty one. */
export const makeProofDatabase = async (serverUrl: string): Promise<ProofDatabase> => {
  const programs = findPrograms()
  const name = `centurion_proof_${randomBytes(6).toString("hex")}`
  const server = adminOf(serverUrl)
  await server(`create database ${name}`)
  const own = new URL(serverUrl)
  own.pathname = `/${name}`
  const url = own.href
  const login = await makeTestLogin(serverUrl)
  const appUrl = login.urlOf(name)
  return {
    env: { DATABASE_URL: appUrl, DATABASE_ADMIN_URL: url },
    admin: adminOf(url),
    layer: storeLayer.pipe(
      Layer.provideMerge(MasterKeys.layer([masterKeyOf(Buffer.from(proofMasterKey, "hex"))])),
      Layer.provideMerge(
        Layer.orDie(
          Database.layer({ connection: { url: Redacted.make(appUrl) }, connectionsMax, embedded: false })
        )
      )
    ),
    dumpTo: async (file) => void (await run(programs.dump, ["--file", file, ...withoutReadModels, url])),
    restoreFrom: async (file) =>
      void (await run(programs.psql, ["--quiet", "--set", "ON_ERROR_STOP=1", "--file", file, url])),
    drop: async () => {
      await server(`drop database if exists ${name} with (force)`)
      await login.drop()
    }
  }
}
