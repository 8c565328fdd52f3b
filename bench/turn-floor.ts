import { Pool } from "pg"
import { facts, inbound, outbound } from "./turn-machine.ts"

/** The workload "turn" in plain SQL. */
export interface Floor {
  readonly turn: (conversation: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** Connections of the floor call themselves this. */
export const floorApplication = "centurion-floor"

const tables = `
  create schema if not exists floor;
  create table if not exists floor.event (
    stream text not null, version bigint not null, type text not null, data jsonb not null,
    at timestamptz not null default now(), primary key (stream, version));
  create table if not exists floor.outbox (
    id bigint generated always as identity primary key, stream text not null, job jsonb not null);
  create table if not exists floor.snapshot (stream text primary key, version bigint not null, state jsonb not null);`

const loadSql = "select version, state from floor.snapshot where stream = $1"

const storeSql = `
  with events as (
    insert into floor.event (stream, version, type, data) values
      ($1, $2::bigint + 1, $3, $4), ($1, $2::bigint + 2, $5, $6),
      ($1, $2::bigint + 3, $7, $8), ($1, $2::bigint + 4, $9, $10)),
  job as (insert into floor.outbox (stream, job) values ($1, $11))
  insert into floor.snapshot as s (stream, version, state) values ($1, $2::bigint + 4, $12)
    on conflict (stream) do update set version = excluded.version, state = excluded.state
      where s.version = $2`

/** One connection a turn in flight; a turn is one prepared select and one prepared statement, so one commit. */
export const openFloor = async (url: string, connections: number): Promise<Floor> => {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    idleTimeoutMillis: 0,
    application_name: floorApplication
  })
  pool.on("error", () => {})
  await pool.query(tables)
  return {
    close: () => pool.end(),
    turn: async (conversation) => {
      const client = await pool.connect()
      try {
        const stream = `turn/${conversation}`
        const found = await client.query({ name: "load", text: loadSql, values: [stream] })
        const row = found.rows[0] as { version: string; state: { turns: number } } | undefined
        const turns = (row?.state.turns ?? 0) + 1
        const event = inbound(turns, Date.now())
        const values: Array<unknown> = [stream, row?.version ?? 0]
        for (const { type, ...data } of [event, ...facts(turns, event)])
          values.push(type, JSON.stringify(data))
        values.push(JSON.stringify(outbound(turns, event)))
        values.push(JSON.stringify({ value: "listening", turns }))
        const stored = await client.query({ name: "store", text: storeSql, values })
        if (stored.rowCount !== 1) throw new Error(`${stream} was not at version ${row?.version ?? 0}`)
      } finally {
        client.release()
      }
    }
  }
}
