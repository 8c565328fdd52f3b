import { execFileSync } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "./http/open-server.ts"

const versions = "/usr/lib/postgresql"
const bin = existsSync(versions)
  ? readdirSync(versions)
      .sort((a, b) => Number(a) - Number(b))
      .map((version) => join(versions, version, "bin"))
      .filter((path) => existsSync(join(path, "initdb")))
      .at(-1)
  : undefined

/** Whether a Postgres can be made here. */
export const canMakePostgres = bin !== undefined

/** A Postgres of one test's own, to be stopped and started again. */
export interface OwnPostgres {
  /** As its superuser. */
  readonly url: string
  /** The variables that name it to a server, with a login of the app. */
  readonly env: Readonly<Record<string, string>>
  readonly start: () => void
  /** `immediate` is as after a crash. */
  readonly stop: (mode: "fast" | "immediate") => void
  /** What it wrote to its log. */
  readonly log: () => string
  readonly remove: () => void
}

const roles = [
  "create role centurion_engine nologin",
  "create role centurion_app login in role centurion_engine"
]

/** Makes one, which does not run yet. */
export const makePostgres = async (): Promise<OwnPostgres> => {
  const dir = mkdtempSync(join(tmpdir(), "centurion-postgres-"))
  const data = join(dir, "data")
  const port = await freePort()
  const isRoot = process.getuid?.() === 0
  // Postgres refuses to run as root.
  const run = (command: string) => {
    const [program, ...args] = isRoot
      ? ["su", "postgres", "-s", "/bin/sh", "-c", command]
      : ["sh", "-c", command]
    execFileSync(program!, args, { stdio: "ignore" })
  }
  if (isRoot) {
    const uid = Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" }))
    chownSync(dir, uid, uid)
    chmodSync(dir, 0o755)
  }
  run(`${bin}/initdb -D ${data} -A trust -U postgres`)
  // Before its first start, so that a server may wait for it with the app's login.
  run(`printf '${roles.join("\\n")}\\n' | ${bin}/postgres --single -D ${data} postgres`)
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${dir} -c fsync=off`
  let runs = false
  const stop: OwnPostgres["stop"] = (mode) => {
    if (runs) run(`${bin}/pg_ctl -D ${data} -w -m ${mode} stop`)
    runs = false
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    env: {
      DATABASE_URL: `postgres://centurion_app@127.0.0.1:${port}/postgres`,
      DATABASE_ADMIN_URL: `postgres://postgres@127.0.0.1:${port}/postgres`
    },
    start: () => {
      run(`${bin}/pg_ctl -D ${data} -w -l ${dir}/log -o '${options}' start`)
      runs = true
    },
    stop,
    log: () => readFileSync(join(dir, "log"), "utf8"),
    remove: () => {
      stop("immediate")
      rmSync(dir, { recursive: true, force: true })
    }
  }
}
