import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Client } from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { defaultSettings } from "../../../src/config.ts"
import { prepareDatabase, serverAccess, storeLayerOf } from "../../../src/wiring/connect-database.ts"
import { unsoundVersion } from "../../../src/wiring/database-login.ts"
import { describePostgres, type TestDatabase } from "../../databases.ts"
import { runCli } from "../cli/world/run-cli.ts"
import { canMakePostgres, makePostgres, type OwnPostgres } from "../own-postgres.ts"

describePostgres("a login that row-level security does not hold for", (kind) => {
  const base = `centurion_login_${randomBytes(4).toString("hex")}`
  let database: TestDatabase
  let name: string
  beforeAll(async () => {
    database = await kind.make({ migrated: false })
    name = String((await database.admin("select current_database()::text"))[0]![0])
    const roles = [
      `create role ${base}_super superuser login`,
      `create role ${base}_bypass bypassrls login in role centurion_engine`,
      `create role ${base}_group bypassrls nologin`,
      `create role ${base}_between nologin in role ${base}_group`,
      `create role ${base}_member login noinherit in role centurion_engine, ${base}_between`,
      `create role ${base}_owner login createrole in role centurion_engine`,
      `create role ${base}_stranger login`,
      `alter database ${name} owner to ${base}_owner`,
      `alter schema public owner to ${base}_owner`
    ]
    for (const sql of roles) await database.admin(sql)
    // From version 16 on whoever makes a role may pass it on; here another login of this server has made it.
    const [[version]] = (await database.admin("select current_setting('server_version_num')::int")) as [
      [number]
    ]
    if (version >= 160_000) await database.admin(`grant centurion_engine to ${base}_owner with admin option`)
  })
  afterAll(async () => {
    await database.admin(`alter database ${name} owner to current_user`)
    await database.admin(`reassign owned by ${base}_owner to current_user`)
    await database.admin(`drop owned by ${base}_owner`)
    const roles = ["super", "bypass", "member", "between", "group", "owner", "stranger"]
    for (const role of roles) await database.admin(`drop role ${base}_${role}`)
    await database.drop()
  })

  const urlAs = (login: string) => {
    const url = new URL(database.env.DATABASE_URL!)
    url.username = `${base}_${login}`
    return url.href
  }
  const start = (login: string) => runCli(["start"], { DATABASE_URL: urlAs(login), PORT: "0" })
  const isMigrated = async () =>
    (await database.admin("select to_regclass('public.centurion_migration') is not null"))[0]![0]

  it.each([
    ["super", /logs in as \w+_super, a superuser:/],
    ["bypass", /logs in as \w+_bypass, a role with BYPASSRLS:/],
    ["member", /logs in as \w+_member, which is in \w+_group, a role with BYPASSRLS:/]
  ])("is refused at the start before anything is changed: %s", async (login, why) => {
    const { code, err } = await start(login)
    expect([code, err]).toEqual([1, expect.stringMatching(why)])
    expect(err).toContain(
      "  create role centurion_app login password '<a long random one>' in role centurion_engine;\n"
    )
    expect(err).toContain("put the present URL into DATABASE_ADMIN_URL")
    expect(await isMigrated()).toBe(false)
  })

  it("is told what is missing when it may not migrate, and starts when nothing is", async () => {
    const without = { DATABASE_URL: database.env.DATABASE_URL!, PORT: "0" }
    const { code, err } = await runCli(["start"], without)
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /lacks (\d+) of \1 migrations, the first is 0001_schema_es.sql, and the login of DATABASE_URL may not make them .* start once with DATABASE_ADMIN_URL/
      )
    ])
    expect(await isMigrated()).toBe(false)
    const prepare = (adminUrl: string | undefined) =>
      prepareDatabase(
        serverAccess(
          Redacted.make(without.DATABASE_URL),
          adminUrl === undefined ? undefined : Redacted.make(adminUrl)
        ),
        (why) => Effect.die(new Error(why))
      )
    await Effect.runPromise(prepare(urlAs("owner")))
    expect(await isMigrated()).toBe(true)
    await Effect.runPromise(prepare(undefined))
    await database.admin("update core.template set shape = 'older' where read_model = 'leads'")
    expect(await Effect.runPromise(Effect.result(prepare(undefined)))).toMatchObject({
      failure: { message: expect.stringContaining("lacks the read models of this release") }
    })
    await Effect.runPromise(prepare(urlAs("owner")))
    await Effect.runPromise(prepare(undefined))
    await database.admin("insert into public.centurion_migration values ('9999_later.sql', 'x', '9.9.9')")
    expect(await Effect.runPromise(Effect.result(prepare(undefined)))).toMatchObject({
      failure: { _tag: "WrongMigration", name: "9999_later.sql" }
    })
    await database.admin("delete from public.centurion_migration where name = '9999_later.sql'")
  })

  it("is refused by every command that opens the store, and named by the doctor", async () => {
    const env = { DATABASE_URL: urlAs("super") }
    expect(await runCli(["verify"], env)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("a superuser: row-level security")
    })
    const { code, out } = await runCli(["doctor", "--json"], env)
    expect([code, findingOf(out, "login")]).toMatchObject([
      1,
      { state: "wrong", wayOut: expect.stringContaining("DATABASE_ADMIN_URL") }
    ])
  })

  it("is told when it may not take the engine's role, and when it may more than it needs", async () => {
    expect(await start("stranger")).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /may not take the role centurion_engine: grant centurion_engine to \w+_stranger;/
      )
    })
    const stranger = await runCli(["doctor", "--json"], { DATABASE_URL: urlAs("stranger") })
    expect(findingOf(stranger.out, "role")).toMatchObject({ state: "wrong" })
    const { out } = await runCli(["doctor", "--json"], { DATABASE_URL: urlAs("owner") })
    expect(findingOf(out, "login")).toMatchObject({
      state: "note",
      detail: `${base}_owner, which owns the tables, makes roles`
    })
    const plain = await runCli(["doctor", "--json"], database.env)
    expect(findingOf(plain.out, "login")).toEqual({
      name: "login",
      state: "ok",
      detail: new URL(database.env.DATABASE_URL!).username
    })
  })

  it("gives no store in this process either", async () => {
    const asked = Effect.flatMap(EventStore, (store) => store.partitions())
    const as = (url: string) =>
      Effect.runPromise(
        Effect.result(
          Effect.provide(asked, storeLayerOf(serverAccess(Redacted.make(url), undefined), defaultSettings))
        )
      )
    expect(await as(urlAs("bypass"))).toMatchObject({
      _tag: "Failure",
      failure: { _tag: "DatabaseUnusable" }
    })
    const down = new URL(urlAs("bypass"))
    down.port = "1"
    expect(await as(down.href)).toMatchObject({ _tag: "Failure", failure: { _tag: "StoreUnavailable" } })
  })
})

const findingOf = (out: string, name: string) =>
  (JSON.parse(out) as { findings: ReadonlyArray<{ readonly name: string }> }).findings.find(
    (finding) => finding.name === name
  )

describe.skipIf(!canMakePostgres)("centurion database create-role", () => {
  let postgres: OwnPostgres
  beforeAll(async () => {
    postgres = await makePostgres()
    postgres.start()
    await asAdmin(
      // Who is not the superuser needs its password from now on.
      `copy (select 'host all postgres 127.0.0.1/32 trust' union all select 'host all all 127.0.0.1/32 scram-sha-256')
        to '${String((await asAdmin("show hba_file"))[0]!.hba_file)}'`,
      "alter system set log_statement = 'all'",
      "select pg_reload_conf()"
    )
  })
  afterAll(() => postgres?.remove())

  const asAdmin = async (...statements: ReadonlyArray<string>) => {
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    let rows: Array<Record<string, unknown>> = []
    for (const sql of statements) rows = (await client.query(sql)).rows
    await client.end()
    return rows
  }

  it("makes a login whose URL the server starts with, and shows its password once", async () => {
    const env = { DATABASE_ADMIN_URL: postgres.url }
    const made = await runCli(["database", "create-role", "--name", "shop_app"], env)
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining("shown once") })
    const url = /^DATABASE_URL=(postgres:\/\/shop_app:[\w-]{32}@\S+)\n$/.exec(made.out)![1]!
    const access = serverAccess(Redacted.make(url), Redacted.make(postgres.url))
    await Effect.runPromise(prepareDatabase(access, (why) => Effect.die(new Error(why))))
    const asked = Effect.flatMap(EventStore, (store) => store.partitions())
    expect(await Effect.runPromise(Effect.provide(asked, storeLayerOf(access, defaultSettings)))).toEqual([])
    const other = new URL(url)
    other.password = "wrong"
    const wrong = await runCli(["verify"], { DATABASE_URL: other.href })
    expect(wrong.err).toContain("password authentication failed")
    expect(postgres.log()).toContain("create role shop_app")
    expect(postgres.log()).not.toContain(new URL(url).password)
  })

  it("writes JSON, and says why it makes none", async () => {
    const env = { DATABASE_ADMIN_URL: postgres.url }
    const made = await runCli(["database", "create-role", "--name", "other_app", "--json"], env)
    expect(JSON.parse(made.out)).toEqual({
      role: "other_app",
      databaseUrl: expect.stringMatching(/^postgres:\/\/other_app:/)
    })
    const again = await runCli(["database", "create-role", "--name", "other_app", "--json"], env)
    expect([again.code, JSON.parse(again.err).error.reason]).toEqual([1, "RoleExists"])
    const weak = await runCli(["database", "create-role", "--name", "third_app", "--json"], {
      DATABASE_ADMIN_URL: JSON.parse(made.out).databaseUrl
    })
    expect([weak.code, JSON.parse(weak.err).error.reason]).toEqual([1, "MayNotMakeRoles"])
    const named = await runCli(["database", "create-role", "--name", 'x"; drop role postgres'], env)
    expect([named.code, named.out]).toEqual([2, ""])
    expect(await runCli(["database", "create-role"], {})).toMatchObject({
      code: 2,
      err: expect.stringContaining("set DATABASE_ADMIN_URL")
    })
  })
})

describe("a version of Postgres", () => {
  it("is told of when gaps in row-level security are known of it", () => {
    expect([150_013, 160_009, 170_005].map((version) => unsoundVersion(version) !== undefined)).toEqual([
      true,
      true,
      true
    ])
    expect([150_014, 150_018, 160_010, 170_006, 180_000].map(unsoundVersion)).toEqual(
      Array.from({ length: 5 }, () => undefined)
    )
    expect(unsoundVersion(160_009)).toBe(
      "Postgres 16.9 has known gaps in row-level security (CVE-2025-8713), mended in 16.10"
    )
  })
})
