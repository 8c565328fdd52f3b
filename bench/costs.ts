import { readFileSync } from "node:fs"
import type { Client } from "pg"

/** What a stretch of work cost the machine. */
export interface Costs {
  /** Of this process and of the database's sessions; only this process's where those run on another machine. */
  readonly cpuMs: number
  /** Of the whole server: other databases' writes count too. */
  readonly walBytes: number
}

/** Starts counting; the result gives what was spent since then by us and by sessions called `application`. */
export const startCosts = async (admin: Client, application: string): Promise<() => Promise<Costs>> => {
  const pids = await sessionsOf(admin, application)
  const wal = await walPosition(admin)
  const sessionsMs = cpuMsOf(pids)
  const own = process.cpuUsage()
  return async () => {
    const { user, system } = process.cpuUsage(own)
    const cpuMs = (user + system) / 1000 + cpuMsOf(pids) - sessionsMs
    return { cpuMs, walBytes: (await walPosition(admin)) - wal }
  }
}

const sessionsOf = async (admin: Client, application: string): Promise<ReadonlyArray<number>> => {
  const { rows } = await admin.query(
    "select pid from pg_stat_activity where datname = current_database() and application_name = $1",
    [application]
  )
  return rows.map((row) => row.pid)
}

const walPosition = async (admin: Client): Promise<number> => {
  const { rows } = await admin.query("select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as wal")
  return rows[0].wal
}

const ticksPerSecond = 100

const cpuMsOf = (pids: ReadonlyArray<number>): number =>
  pids.reduce((sum, pid) => sum + cpuMsOfProcess(pid), 0)

const cpuMsOfProcess = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    if (!stat.includes("(postgres)")) return 0
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
    return ((Number(utime) + Number(stime)) * 1000) / ticksPerSecond
  } catch {
    return 0
  }
}

/** Bytes of all tables and indexes of a schema, TOAST included. */
export const storedBytes = async (admin: Client, schema: string): Promise<number> => {
  const { rows } = await admin.query(
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 as bytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`,
    [schema]
  )
  return rows[0].bytes
}
