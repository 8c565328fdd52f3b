import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database, type DatabaseError, engineRole, type Row } from "../../../eventstore/database/database.ts"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { everyDatabase } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"

const tables = [
  "company",
  "partition",
  "owner",
  "event",
  "key",
  "job",
  "timer",
  "message",
  "snapshot",
  "stopped"
]

/** What only `es.append` and the other doors may call. */
const innerFunctions = [
  "leaf",
  "advance_partitions",
  "take_keys",
  "append_events",
  "add_jobs",
  "change_jobs",
  "finish_jobs",
  "set_timers",
  "clear_timers",
  "add_messages",
  "finish_messages",
  "write_snapshots",
  "erase_streams"
]

describe.each(everyDatabase)("the rights on $name", (kind) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore(kind)
    for (const company of ["acme", "other"]) {
      const [owner] = await store.own(company, 1)
      const batch = new Batch()
      const sealed = { text: Buffer.from("sealed"), hash: Buffer.alloc(32, 7), keyId: "person-1" }
      owner!.write(batch, ["lead/1", { data: { n: 1 }, key: "k", sealed }], ["lead/2", {}])
      const place = owner!.place("lead/1")
      batch.job(place, "1.0", "writeReply", "write", "{}", 0)
      batch.timer(place, "turnClosure", 1, 1000)
      batch.message(place, 1, 0, "deal/1", "{}", 0)
      batch.snapshot(place, 1, "1.0.0+0", "{}")
      await store.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
      const why = { status: "error", reason: "threw", message: null, machineVersion: "1.0.0+0" } as const
      const stopped = { ...place, ...why, version: 1 }
      await store.run(Effect.flatMap(EventStore, (events) => events.noteStopped(stopped)))
    }
  })
  afterAll(() => store?.close())

  const refused = (sql: string) =>
    store.database.admin(sql).then(
      () => undefined,
      (error: DatabaseError) => error.message
    )

  /** Asks as the engine's role, through the engine's own connections. */
  const asEngine = (sql: string, company?: string): Promise<ReadonlyArray<Row>> =>
    store.run(
      Effect.flatMap(Database, ({ query }) =>
        company === undefined
          ? query(sql)
          : query(
              `select c from (select set_config('centurion.company', $1, true)) s, lateral (${sql} where s is not null) t(c)`,
              [company]
            )
      )
    )
  const refusedToEngine = (sql: string) =>
    asEngine(sql).then(
      () => undefined,
      (error: DatabaseError) => error.code
    )

  it.each([
    ["update es.event set type = 'Other'", "es.event is append-only: UPDATE refused"],
    ["update es.event set data = '{}' where position = 1", "es.event is append-only: UPDATE refused"],
    ["update es.event set sealed = null, type = 'Other'", "es.event is append-only: UPDATE refused"],
    ["update es.event set sealed = '\\x00' where position = 1", "es.event is append-only: UPDATE refused"],
    ["delete from es.event", "es.event is append-only: DELETE refused"],
    ["delete from es.event where false", "es.event is append-only: DELETE refused"],
    ["truncate es.event", "es.event is append-only: TRUNCATE refused"]
  ])("refuses the tables' owner: %s", async (sql, message) => {
    expect(await refused(sql)).toBe(message)
  })

  it("lets es.forget_sealed take sealed data away, of one key of one company, and once", async () => {
    const sealed =
      "select company, position::int, sealed is null, key_id, sealed_hash is null from es.event order by 1, 2"
    const forget = "select es.forget_sealed('acme', 'person-1')::int"
    expect(await store.database.admin(forget)).toEqual([[1]])
    expect(await store.database.admin(forget)).toEqual([[0]])
    expect(await store.database.admin(sealed)).toEqual([
      ["acme", 1, true, "person-1", false],
      ["acme", 2, true, null, true],
      ["other", 1, false, "person-1", false],
      ["other", 2, true, null, true]
    ])
  })

  it.each(tables)("lets the engine's role write nothing into es.%s by itself", async (table) => {
    const [columns] = await store.database.admin(
      `select string_agg(quote_ident(column_name), ',') from information_schema.columns
        where table_schema = 'es' and table_name = '${table}'`
    )
    const first = String(columns![0]).split(",")[0]
    const denied = [
      `insert into es.${table} select * from es.${table}`,
      `insert into es.${table} (${first}) values (null)`,
      `update es.${table} set ${first} = null`,
      `delete from es.${table}`,
      `truncate es.${table}`
    ]
    for (const sql of denied) expect([sql, await refusedToEngine(sql)]).toEqual([sql, "42501"])
  })

  it("lets the engine's role call none of the inner functions", async () => {
    const all = await store.database.admin(
      `select p.proname, array_to_string(array(select format('null::%s', format_type(t, null))
          from unnest(p.proargtypes) t), ', ')
        from pg_proc p where p.pronamespace = 'es'::regnamespace and p.prorettype <> 'trigger'::regtype
        order by 1`
    )
    const codes: Record<string, string | undefined> = {}
    for (const [name, nulls] of all)
      codes[String(name)] = await refusedToEngine(`select es.${name}(${nulls})`)
    const closed = Object.keys(codes).filter((name) => codes[name] === "42501")
    expect(closed).toEqual([...innerFunctions].sort())
  })

  it("lets the engine's role change no table, role or trigger", async () => {
    const denied = [
      "alter table es.event disable trigger all",
      "drop table es.event",
      "create table es.mine (n int)",
      "set session_replication_role = replica",
      "create or replace function es.now() returns int language sql as 'select 1'"
    ]
    for (const sql of denied) expect([sql, await refusedToEngine(sql)]).toEqual([sql, "42501"])
  })

  it.each(tables.filter((table) => table !== "owner"))(
    "shows the engine's role rows of es.%s of the company that is set, and else none",
    async (table) => {
      const companies = `select distinct company from es.${table}`
      expect(await asEngine(companies)).toEqual([])
      expect(await asEngine(companies, "acme")).toEqual([["acme"]])
      expect(await asEngine(companies, "nobody")).toEqual([])
      expect(await asEngine(companies, "")).toEqual([])
    }
  )

  it("gives nobody else anything", async () => {
    const granted = await store.database.admin(
      `select grantee, privilege_type from information_schema.role_table_grants
        where table_schema = 'es' and grantee not in (current_user, '${engineRole}')
       union all select grantee, routine_name from information_schema.role_routine_grants
        where routine_schema = 'es' and grantee not in (current_user, '${engineRole}')`
    )
    expect(granted).toEqual([])
  })

  it("takes the engine's role on every connection", async () => {
    const user = await store.run(
      Effect.flatMap(Database, (database) => database.query("select current_user::text"))
    )
    expect(user).toEqual([[engineRole]])
  })
})
