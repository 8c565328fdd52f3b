import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database, type Query } from "../../eventstore/database/database.ts"
import { askCompany, inCompany } from "../../projections/engine/in-company.ts"
import { everyDatabase, type TestDatabase } from "../databases.ts"
import { openCompanies } from "./open-companies.ts"

const insert =
  "insert into core.projection (company, read_model, build, version, shape, state) values ($1, 'planted', 1, 1, '', 'live')"
/** What a connection sees and remembers: rows of tables of the installation's, and what core.enter sets. */
const look = `select array(select company from core.projection order by 1), array(select company from es.partition order by 1),
  coalesce(current_setting('centurion.company', true), ''), current_setting('search_path'),
  to_regclass('leads') is not null, pg_backend_pid()`

describe.each(everyDatabase)("a connection that goes from company to company on $name", (kind) => {
  let database: TestDatabase
  let runtime: ManagedRuntime.ManagedRuntime<Database, never>
  let outside: ReadonlyArray<unknown>
  beforeAll(async () => {
    database = await kind.make()
    await openCompanies(database, ["acme", "globex"])
    // One connection for transactions, so that each comes where the one before it was.
    const one = Database.layer({
      connection: database.app,
      connectionsMax: 1,
      transactionsMax: 1,
      embedded: false
    })
    runtime = ManagedRuntime.make(kind.name === "PGlite" ? database.layer : Layer.orDie(one))
    outside = await ask(look)
    for (const company of ["acme", "globex"]) await inside(company, (query) => query(insert, [company]))
  })
  afterAll(async () => {
    await runtime?.dispose()
    await database?.drop()
  })

  /** In a transaction that entered no company. */
  const ask = async (sql: string) =>
    (
      await runtime.runPromise(
        Effect.flatMap(Database, (database) => database.transaction((query) => query(sql)))
      )
    )[0] ?? []
  const inside = <A, E>(company: string, use: (query: Query) => Effect.Effect<A, E>) =>
    runtime.runPromise(
      Effect.flatMap(Database, (database) => Effect.result(inCompany(database, company, use)))
    )

  it("sees nothing before it entered one", async () => {
    expect(outside).toEqual([[], [], "", expect.not.stringContaining("c_"), false, expect.any(Number)])
    expect(await ask(look)).toEqual(outside)
  })

  it.each(["acme", "globex"])("sees the rows of %s in it, and afterwards nothing", async (company) => {
    expect(await inside(company, (query) => query(look))).toMatchObject({
      success: [[[company], [company], company, `c_${company}, pg_catalog, pg_temp`, true, outside[5]]]
    })
    expect(await ask(look)).toEqual(outside)
  })

  it("sees nothing after reads that shared transactions, nor in a question without one", async () => {
    const names = ["acme", "globex", "acme", "globex", "acme"]
    const answers = await runtime.runPromise(
      Effect.flatMap(Database, (database) =>
        Effect.forEach(names, (name) => askCompany(database, name, { sql: look, params: [] }), {
          concurrency: "unbounded"
        })
      )
    )
    expect(answers.map(([row]) => row?.slice(0, 3))).toEqual(names.map((name) => [[name], [name], name]))
    expect(await ask(look)).toEqual(outside)
    const alone = await runtime.runPromise(
      Effect.flatMap(Database, (database) =>
        Effect.andThen(database.query("select core.enter('acme')"), database.query(look))
      )
    )
    expect(alone[0]?.slice(0, 5)).toEqual(outside.slice(0, 5))
  })

  it("sees nothing after a transaction that was rolled back", async () => {
    const failed = await inside("acme", (query) => Effect.andThen(query(look), query("select 1 / 0")))
    expect(failed).toMatchObject({ _tag: "Failure", failure: { code: "22012" } })
    expect(await ask(look)).toEqual(outside)
  })

  it("sees nothing in a company that there is not, nor in one with an odd name", async () => {
    for (const name of ["initech", "", "*", "acme', 'globex", 'a"b']) {
      const seen = await inside(name, (query) =>
        query("select count(*)::int from core.projection where company in ('acme', 'globex')")
      )
      expect(seen).toMatchObject({ success: [[0]] })
    }
  })

  it.each([
    ["a row for another", insert.replace("$1", "'globex'").replace("planted", "other"), "42501"],
    ["its row as another's", "update core.projection set company = 'globex', read_model = 'moved'", "42501"],
    ["what another has, without being told that it is there", insert.replace("$1", "'globex'"), "42501"]
  ])("does not write %s", async (_, sql, code) => {
    expect(await inside("acme", (query) => query(sql))).toMatchObject({ failure: { code } })
  })

  it("changes and takes away no row of another", async () => {
    const changed = await inside("acme", (query) =>
      Effect.andThen(
        query("update core.projection set shape = 'changed' where company = 'globex' returning 1"),
        query("delete from core.projection where company = 'globex' returning 1")
      )
    )
    expect(changed).toMatchObject({ success: [] })
    expect(await inside("globex", (query) => query("select shape from core.projection"))).toMatchObject({
      success: [[""]]
    })
  })

  it.skipIf(kind.name === "PGlite")("gains nothing by the tricks of a session", async () => {
    const tricks: ReadonlyArray<readonly [string, string]> = [
      ["set local row_security = off", "select count(*) from core.projection"],
      ["reset role", "select count(*) from core.app_user"],
      ["reset role", "alter table core.projection no force row level security"],
      ["reset role", "truncate core.projection cascade"],
      ["set local role postgres", "select 1"],
      ["set local session authorization postgres", "select 1"],
      ["set local session_replication_role = replica", "select 1"],
      ["reset role", "create schema planted"],
      ["reset role", "create table public.planted (x int)"],
      ["reset role", "grant pg_read_all_data to centurion_engine"]
    ]
    for (const [first, then] of tricks) {
      const tried = await inside("acme", (query) => Effect.andThen(query(first), query(then)))
      expect([then, tried]).toMatchObject([then, { _tag: "Failure", failure: { code: "42501" } }])
    }
    const asLogin = await inside("acme", (query) =>
      Effect.andThen(query("reset role"), query("select company from core.projection"))
    )
    expect(asLogin).toMatchObject({ success: [["acme"]] })
    expect(await ask("select current_user::text")).toEqual(["centurion_engine"])
  })
})

const root = join(import.meta.dirname, "../..")
const sourcesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourcesIn(path)
    return /\.(ts|sql)$/.test(name) ? [path] : []
  })

/** `set_config(…, false)`, `set centurion.company …` and the like. */
const outlives = [
  /set_config\((?:[^()]|\([^()]*\))*?,\s*false\s*\)/,
  /\bset\s+(?:session\s+)?(?:centurion\.|"centurion\.|row_security\b)/i
]

describe("a setting that outlives its transaction", () => {
  it("is in none of our files", () => {
    // What an analyst is told to write in a session of their own.
    const told = join(root, "src/cli/analysts/show-analysts.ts")
    const wrong = ["eventstore", "actors", "projections", "src"]
      .flatMap((room) => sourcesIn(join(root, room)))
      .filter((path) => path !== told)
      .filter((path) => outlives.some((pattern) => pattern.test(readFileSync(path, "utf8"))))
    expect(wrong).toEqual([])
  })

  it("would be found", () => {
    const planted = [
      "select set_config('centurion.company', lower($1), false)",
      "set centurion.company = 'a'"
    ]
    expect(planted.filter((sql) => outlives.some((pattern) => pattern.test(sql)))).toEqual(planted)
  })
})
