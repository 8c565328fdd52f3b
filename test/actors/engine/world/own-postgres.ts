import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { until } from "./run-engine.ts"

/** A Postgres server of the test's own, which it may kill. */
export interface OwnPostgres {
  readonly url: string
  /** As a login of the app. */
  readonly appUrl: string
  readonly start: () => Promise<void>
  /** As a power cut would end it: no process of it says goodbye. */
  readonly kill: () => Promise<void>
  readonly remove: () => Promise<void>
}

const binary = (name: string): string | undefined => {
  const found = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" })
  const path = found.status === 0 ? join(found.stdout.trim(), name) : name
  return spawnSync(path, ["--version"]).status === 0 ? path : undefined
}

/** Whether a server can be started here at all. */
export const canStartPostgres = binary("initdb") !== undefined && binary("postgres") !== undefined

/** Postgres refuses to run as root; there it runs as the user that its package made. */
const identity = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}

const roles = [
  "create role centurion_engine nologin",
  "create role centurion_app login in role centurion_engine"
]

export const makeOwnPostgres = async (): Promise<OwnPostgres> => {
  const user = identity()
  const directory = mkdtempSync(join(tmpdir(), "centurion-postgres-"))
  chmodSync(directory, 0o700)
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid ?? user.uid)
  const data = join(directory, "data")
  execFileSync(binary("initdb")!, ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], {
    ...user,
    cwd: directory,
    stdio: "ignore"
  })
  execFileSync(binary("postgres")!, ["--single", "-D", data, "postgres"], {
    ...user,
    cwd: directory,
    input: roles.join("\n"),
    stdio: ["pipe", "ignore", "ignore"]
  })
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  let server: ReturnType<typeof spawn> | undefined

  const launch = async (): Promise<boolean> => {
    const flags = ["-D", data, "-p", `${port}`, "-k", directory, "-c", "listen_addresses=127.0.0.1"]
    const child = spawn(binary("postgres")!, flags, {
      ...user,
      cwd: directory,
      stdio: ["ignore", "ignore", "pipe"]
    })
    const ready = new Promise<boolean>((resolve) => {
      child.stderr!.on("data", (text: Buffer) => {
        if (text.includes("ready to accept connections")) resolve(true)
      })
      child.once("exit", () => resolve(false))
    })
    server = child
    return await ready
  }
  const kill = async () => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, "exit")
    server.kill("SIGKILL")
    await gone
  }
  return {
    url,
    appUrl: `postgres://centurion_app@127.0.0.1:${port}/postgres`,
    // Backends of a killed server take a moment to notice; until then the next one refuses to start.
    start: () => until("Postgres starts", launch),
    kill,
    remove: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
