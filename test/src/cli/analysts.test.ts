import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Query, withAdminConnection } from "../../../eventstore/database/database.ts"
import { analystViews, readModels } from "../../../projections/index.ts"
import { cliDatabases } from "./world/cli-database.ts"
import { makeReadWorld, type ReadWorld } from "./world/read-world.ts"
import { jsonLines } from "./world/run-cli.ts"

const postgres = cliDatabases.find(({ name }) => name === "Postgres")
// Logins belong to the whole server, where other suites make theirs.
const ana = `ana_${process.pid}`
const both = `bia_${process.pid}`

describe.skipIf(postgres === undefined)("centurion analysts", () => {
  let world: ReadWorld
  const urls = new Map<string, string>()
  beforeAll(async () => {
    world = await makeReadWorld(postgres!)
    for (const [name, ...companies] of [
      [ana, "acme"],
      [both, "globex", "acme"]
    ] as const) {
      const made = await run("create", name, ...companies.flatMap((each) => ["--company", each]), "--json")
      expect([made.code, made.err]).toEqual([0, ""])
      urls.set(name, String(jsonLines(made.out)[0]?.databaseUrl))
    }
  })
  afterAll(async () => {
    for (const name of [ana, both]) await run("drop", name, "--yes").catch(() => {})
    await world?.drop()
  })

  const run = (...args: ReadonlyArray<string>) => world.run("analysts", ...args)
  /** All in one session of that login; gives the last one's rows, or the SQLSTATE. */
  const as = (name: string, ...statements: ReadonlyArray<string>) =>
    Effect.runPromise(
      withAdminConnection({ url: Redacted.make(urls.get(name)!) }, (query: Query) =>
        Effect.gen(function* () {
          let rows: ReadonlyArray<unknown> = []
          for (const statement of statements) rows = yield* query(statement)
          return rows
        })
      ).pipe(Effect.catch((error) => Effect.succeed(error.code)))
    )

  it("read every table and view of their company, jobs and timers too", async () => {
    for (const { name } of [...readModels, ...analystViews]) {
      expect([name, await as(ana, `select count(*)::int from ${name}`)]).toEqual([
        name,
        [[expect.any(Number)]]
      ])
    }
    expect(await as(ana, "select lead_id, score::int from leads order by 1")).toEqual([
      ["l1", 90],
      ["l2", 40],
      ["l3", 10]
    ])
  })

  const denied = "42501"
  const readOnly = "25006"
  it.each([
    ["another company's tables", [`select * from c_globex.leads`], denied],
    [
      "another company, entered by hand",
      ["set centurion.company = 'globex'", "select * from c_globex.leads"],
      denied
    ],
    ["our way to enter it", ["select core.enter('globex')"], denied],
    ["the event store", ["select * from es.event"], denied],
    ["a function of it", ["select es.partitions('acme')"], denied],
    ["users and keys", ["select * from core.api_key"], denied],
    ["the template", ["select * from template.leads"], denied],
    ["a change", ["delete from leads"], readOnly],
    [
      "a change, once it is not read-only",
      ["set default_transaction_read_only = off", "update leads set score = 1"],
      denied
    ],
    ["a table of its own", ["set default_transaction_read_only = off", "create table x (y int)"], denied],
    ["the engine's role", ["set role centurion_engine"], denied],
    ["a program", ["copy (select 1) to program 'true'"], denied]
  ])("may not have %s", async (_, statements, code) => {
    expect(await as(ana, ...statements)).toBe(code)
  })

  it("gain nothing by naming another company: neither its rows nor its jobs and timers", async () => {
    await world.ask(
      `insert into es.timer (company, partition, stream, timer, set_by, due_at) values
        ('acme', 1, 'lead/l1', 'ours', 1, now()), ('globex', 1, 'lead/l1', 'theirs', 1, now())`
    )
    expect(await as(ana, "select timer from timers")).toEqual([["ours"]])
    const inGlobex = ["set centurion.company = 'globex'", "select timer from timers"]
    expect(await as(ana, ...inGlobex)).toEqual([])
    expect(await as(ana, "set centurion.company = 'globex'", "select count(*)::int from leads")).toEqual([
      [0]
    ])
  })

  it("of several companies go from one to the other", async () => {
    expect(await as(both, "select score::int from leads")).toEqual([[7]])
    const toAcme = ["set centurion.company = 'acme'", 'set search_path = "c_acme"']
    expect(await as(both, ...toAcme, "select count(*)::int from leads")).toEqual([[3]])
    expect(await as(both, ...toAcme, "select timer from timers")).toEqual([["ours"]])
  })

  it("go on reading what is built anew", async () => {
    expect((await world.run("projections", "rebuild", "all", "--company", "acme")).code).toBe(0)
    expect(await as(ana, "select count(*)::int from leads")).toEqual([[3]])
    expect(await as(ana, "select count(*)::int from lead_journeys")).toEqual([[3]])
  })

  it("have limits", async () => {
    const config = `select unnest(s.setconfig) from pg_db_role_setting s
      join pg_roles r on r.oid = s.setrole where r.rolname = $1`
    const set = (await world.ask(config, [ana])).flat()
    expect(set).toContain(`statement_timeout=${5 * 60_000}`)
    expect(set).toContain(`idle_in_transaction_session_timeout=${5 * 60_000}`)
    expect(
      await world.ask("select rolconnlimit, rolsuper, rolinherit from pg_roles where rolname = $1", [ana])
    ).toEqual([[5, false, false]])
  })

  it("are listed with their companies", async () => {
    const lines = jsonLines((await run("list", "--json")).out)
    expect(lines.filter(({ name }) => name === ana || name === both)).toEqual([
      { name: ana, companies: ["acme"] },
      { name: both, companies: ["acme", "globex"] }
    ])
  })

  it.each([
    [["create", "Ana", "--company", "acme"], 2, /^Ana: allowed are a-z, 0-9 and _/],
    [["create", 'x"; drop role y', "--company", "acme"], 2, /: allowed are a-z/],
    [["create", ana, "--company", "acme"], 1, /^this server has a role ana_\d+ already/],
    [
      ["create", "carl", "--company", "nope"],
      1,
      /^no company called "nope" has read models; there are acme, globex/
    ],
    [["drop", ana], 2, /^drop asks first, and there is no terminal to ask on: add --yes/],
    [["drop", "postgres", "--yes"], 1, /^no analyst is called postgres; there are /]
  ])("are not made or dropped so: %j", async (args, code, message) => {
    expect(await run(...args)).toEqual({ code, out: "", err: expect.stringMatching(message) })
  })

  it("are dropped with all their rights, also while one is connected", async () => {
    expect((await run("drop", ana, "--yes")).out).toBe(`the login ${ana} is gone\n`)
    expect(await world.ask("select 1 from pg_roles where rolname = $1", [ana])).toEqual([])
    const [row] = await world.ask("select count(*)::int from pg_default_acl where defaclacl::text like $1", [
      `%${ana}%`
    ])
    expect(row).toEqual([0])
  })
})

it("analysts need a Postgres and its administrator", async () => {
  const { runCli } = await import("./world/run-cli.ts")
  expect(await runCli(["analysts", "list"], {})).toEqual({
    code: 2,
    out: "",
    err: expect.stringMatching(
      /^set DATABASE_ADMIN_URL to the database's owner or a superuser.*`centurion query` asks it\n$/
    )
  })
})
