import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { migrationFiles } from "../../../eventstore/database/migration-history.ts"
import { masterKeyOf } from "../../../eventstore/personal/master-keys.ts"
import { settings } from "../../../src/config.ts"
import { schemaFolders } from "../../../src/wiring/schema-folders.ts"
import { describePostgres } from "../../databases.ts"
import { aDeadLetter } from "./world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"

interface Told {
  readonly ok: boolean
  readonly findings: ReadonlyArray<{ readonly name: string; readonly state: string; readonly detail: string }>
  readonly partitions: ReadonlyArray<Record<string, unknown>>
  readonly settings: ReadonlyArray<{ readonly variable: string; readonly value: string }>
}

const ask = async (env: Readonly<Record<string, string>>) => {
  const { code, out } = await runCli(["doctor", "--json"], env)
  const told = jsonLines(out)[0] as unknown as Told
  const of = (name: string) => told.findings.filter((each) => each.name === name)
  return { code, told, of }
}

describe.each(cliDatabases)("centurion doctor on $name", (kind) => {
  let database: CliDatabase
  beforeAll(async () => {
    database = await kind.make()
    await database.append("acme", aDeadLetter().batches)
  })
  afterAll(() => database?.drop())

  it("tells database, rights, migrations, clock, companies, dead letters and every setting", async () => {
    const { code, told, of } = await ask(database.env)
    expect([code, told.ok]).toEqual([0, true])
    const states = Object.fromEntries(told.findings.map(({ name, state }) => [name, state]))
    expect(states).toMatchObject({
      database: "ok",
      version: "ok",
      role: "ok",
      history: "ok",
      refusals: "ok",
      migrations: "ok",
      clock: "ok",
      companies: "ok",
      owners: "note",
      "dead letters": "note",
      redis: "ok",
      whatsapp: "note"
    })
    expect(of("companies")[0]?.detail).toMatch(/^acme; 1 partition, \d+ events$/)
    expect(of("dead letters")[0]?.detail).toMatch(/^1 job, .*writeReply, modelRefused$/)
    expect(told.partitions).toMatchObject([{ company: "acme", partition: 1, owner: null }])
    expect(told.settings.map(({ variable }) => variable)).toEqual(
      Object.values(settings).map(({ variable }) => variable)
    )
  })

  it("is readable, and never shows a secret", async () => {
    const { code, out } = await runCli(["doctor"], {
      ...database.env,
      CENTURION_TELEGRAM_TOKEN: "123456:hidden"
    })
    // Without its webhook secret, Telegram is half set up.
    expect([code, out.includes("hidden")]).toEqual([1, false])
    const whole = await runCli(["doctor"], database.env)
    expect(whole.out.trimEnd().split("\n").at(-1)).toBe("all is well")
    expect(whole.out).not.toContain("undefined")
  })

  it("tells which master key is given, and whether it opens every key of the database", async () => {
    const [current, former] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    const [id, formerId] = [masterKeyOf(current).id, masterKeyOf(former).id]
    const withKey = { ...database.env, CENTURION_MASTER_KEY: current.toString("base64") }
    const withBoth = { ...withKey, CENTURION_MASTER_KEY_OLD: former.toString("hex") }
    const told = async (env: Readonly<Record<string, string>>) => {
      const { code, of } = await ask(env)
      return [code, [...of("master key"), ...of("keys")].map(({ state, detail }) => `${state}: ${detail}`)]
    }
    const from = `ok: ${id}, from CENTURION_MASTER_KEY`
    expect(await told(withKey)).toEqual([0, [from, "ok: all are wrapped by the master key given here"]])
    await database.admin(
      `insert into es.secret (company, name, wrapped, master_id) values ('acme', 'one', 'x', '${id}')`,
      `insert into es.secret (company, name, wrapped, master_id) values ('acme', 'two', 'x', '${formerId}')`
    )
    const sealedBy = `1 key is wrapped by ${formerId}`
    const locked = "and that master key is not given here: what they seal can't be opened"
    expect(await told(withKey)).toEqual([1, [from, `wrong: ${sealedBy}, ${locked}`]])
    expect(await told(withBoth)).toEqual([0, [`${from}; former ones: ${formerId}`, `note: ${sealedBy}`]])
    const { code, out } = await runCli(["doctor"], { ...withBoth, CENTURION_MASTER_KEY: "not-a-key-at-all" })
    expect([code, out.includes("CENTURION_MASTER_KEY holds no master key")]).toEqual([1, true])
    for (const secret of ["not-a-key-at-all", former.toString("hex"), current.toString("base64")])
      expect(out + JSON.stringify(await ask(withBoth))).not.toContain(secret)
    await database.admin("delete from es.secret")
  })

  it("finds that history could be changed", async () => {
    await database.admin(
      "grant update, delete on es.event to centurion_engine",
      "alter table es.event disable trigger event_no_delete"
    )
    const { code, of } = await ask(database.env)
    expect([code, of("history"), of("refusals")]).toMatchObject([
      1,
      [{ state: "wrong", detail: "centurion_engine may update, delete es.event" }],
      [{ state: "wrong", detail: "1 triggers of es.event are disabled" }]
    ])
    await database.admin(
      "revoke update, delete on es.event from centurion_engine",
      "alter table es.event enable trigger event_no_delete"
    )
  })

  it("finds migrations that are missing, one that was changed and one that it does not know", async () => {
    const found = async () => (await ask(database.env)).of("migrations")
    const last = migrationFiles(schemaFolders).at(-1)!.name
    await database.admin("insert into public.centurion_migration values ('9999_later.sql', 'x', '9.9.9')")
    expect(await found()).toMatchObject([
      { state: "wrong", detail: expect.stringContaining("9999_later.sql ran here by centurion 9.9.9") }
    ])
    await database.admin("delete from public.centurion_migration where name = '9999_later.sql'")
    await database.admin(`update public.centurion_migration set sha256 = 'x' where name = '${last}'`)
    expect(await found()).toMatchObject([
      { state: "wrong", detail: expect.stringMatching(`^migration ${last} ran here .* with other text`) }
    ])
    await database.admin(`delete from public.centurion_migration where name = '${last}'`)
    expect(await found()).toMatchObject([
      { state: "wrong", detail: expect.stringMatching(`^1 of \\d+ are missing, the first is ${last}$`) }
    ])
  })
})

describe("centurion doctor", () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "centurion-cli-"))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it("is well before the first start, and says what to do", async () => {
    const { code, of } = await ask({ CENTURION_DIR: dir })
    expect([code, of("database")]).toMatchObject([
      0,
      [{ state: "note", wayOut: "`centurion start` makes it" }]
    ])
  })

  it("tells of a development key, and of one that others may read", async () => {
    expect((await ask({ CENTURION_DIR: dir })).of("master key")).toMatchObject([
      { state: "note", detail: `none given, and none in ${join(dir, "master.key")}` }
    ])
    const key = Buffer.alloc(32, 5)
    const development = {
      state: "note",
      detail: `${masterKeyOf(key).id}, from ${join(dir, "master.key")}: a development key`
    }
    writeFileSync(join(dir, "master.key"), key.toString("base64"), { mode: 0o600 })
    expect((await ask({ CENTURION_DIR: dir })).of("master key")).toMatchObject([development])
    chmodSync(join(dir, "master.key"), 0o640)
    expect((await ask({ CENTURION_DIR: dir })).of("master key")).toMatchObject([
      development,
      { state: "note", wayOut: `chmod 600 ${join(dir, "master.key")}` }
    ])
    rmSync(join(dir, "master.key"))
  })

  it("finds a database and a Redis that are down, and a variable that is misspelt", async () => {
    const { code, of } = await ask({
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
      REDIS_URL: "redis://127.0.0.1:1",
      CENTURION_LANE: "2"
    })
    expect(code).toBe(1)
    expect(of("database").map(({ state }) => state)).toEqual(["ok", "wrong"])
    expect(of("redis")).toMatchObject([{ state: "wrong", detail: expect.stringContaining("ECONNREFUSED") }])
    expect(of("settings")).toMatchObject([
      { state: "note", detail: "CENTURION_LANE is none of our variables" }
    ])
  })

  it("finds every setting that is not allowed", async () => {
    const { code, of } = await ask({ PORT: "99999999", CENTURION_LANES: "many" })
    expect([code, of("settings").map(({ state }) => state)]).toEqual([1, ["wrong", "wrong"]])
  })

  it.skipIf(process.env.TEST_REDIS_URL === undefined)("asks Redis", async () => {
    const { of } = await ask({ CENTURION_DIR: dir, REDIS_URL: process.env.TEST_REDIS_URL! })
    expect(of("redis")).toMatchObject([{ state: "ok", detail: expect.stringMatching(/^Redis \d/) }])
  })
})

describePostgres("centurion doctor on a Postgres that nobody prepared", (kind) => {
  it("says what is missing, and other commands say the way out", async () => {
    const database = await kind.make({ migrated: false })
    const { env } = database
    const { code, of } = await ask(env)
    expect([code, of("migrations")]).toMatchObject([
      1,
      [{ state: "wrong", wayOut: "`centurion start` runs them" }]
    ])
    expect(await runCli(["verify"], env)).toEqual({
      code: 1,
      out: "",
      err: "the database is not prepared for centurion: run `centurion start` on it once\n"
    })
    await database.drop()
  })
})
