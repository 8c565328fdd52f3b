import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { OpenServer } from "../http/open-server.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"
import { type ServerEnv, serveHere } from "./world/serve-here.ts"

describe.each(cliDatabases)("centurion companies on $name", (kind) => {
  let database: CliDatabase
  let dir: string
  let env: ServerEnv
  let server: OpenServer | undefined
  beforeAll(async () => {
    database = await kind.make()
    dir = database.env.CENTURION_DIR ?? mkdtempSync(join(tmpdir(), "centurion-cli-"))
    mkdirSync(join(dir, "companies"), { recursive: true })
    writeFileSync(join(dir, "companies", "first.json"), JSON.stringify({ id: "first", name: "First" }))
    env = { ...database.env, CENTURION_DIR: dir, CENTURION_LOG_LEVEL: "warn", CENTURION_LEASE_MS: "1000" }
  })
  afterAll(async () => {
    await stop()
    await database?.drop()
    rmSync(dir, { recursive: true, force: true })
  })
  const serve = async () => {
    server = await serveHere(env)
  }
  const stop = async () => {
    await server?.close()
    server = undefined
  }
  const run = (...args: ReadonlyArray<string>) => runCli(["companies", ...args], env)
  const list = async () =>
    jsonLines((await run("list", "--json")).out).map(({ id, status }) => `${id} ${status}`)

  it("makes, lists, shows and changes companies, and says who and why", async () => {
    await serve()
    await expect.poll(list, { timeout: 20_000 }).toEqual(["first active"])
    // Beside a server on Postgres nobody else gets its partitions.
    if (kind.name === "Postgres") {
      expect(await run("suspend", "first")).toMatchObject({
        code: 1,
        err: expect.stringContaining("runs on this database")
      })
      await stop()
    }
    const file = join(dir, "acme.json")
    writeFileSync(file, JSON.stringify({ id: "acme", name: "Acme", agent: { id: "1", name: "" } }))
    const wrong = await run("create", file)
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('at ["agent"]["id"]')])
    writeFileSync(file, JSON.stringify({ id: "acme", name: "Acme" }))
    expect(await run("create", file)).toMatchObject({ code: 0, out: "acme is there\n" })
    expect(await run("create", file)).toMatchObject({ code: 1, err: expect.stringContaining("already") })
    expect(await list()).toEqual(["acme active", "first active"])
    expect(
      await run("set", "acme", "name", "Acme Ltda", "--as", "person:ana", "--reason", "renamed")
    ).toMatchObject({
      code: 0,
      out: "acme has a new name\n"
    })
    expect((await run("set", "acme", "name", "Acme Ltda")).out).toBe("acme has that name already\n")
    expect(await run("set", "acme", "colour", "red")).toMatchObject({
      code: 2,
      err: expect.stringContaining('no section is called "colour"')
    })
    expect(await run("set", "acme", "retentionDays", "0")).toMatchObject({ code: 1 })
    expect((await run("show", "acme")).out).toContain('"name": "Acme Ltda"')
    expect(await run("show", "none")).toMatchObject({
      code: 1,
      err: expect.stringContaining('no company is called "none"; there are acme, first')
    })
    const events = jsonLines((await runCli(["events", "acme/company/acme", "--json"], env)).out)
    expect(events.find(({ type }) => type === "CompanySettingsChanged")).toMatchObject({
      type: "CompanySettingsChanged",
      data: { section: "name", before: "Acme", after: "Acme Ltda", by: "person:ana", reason: "renamed" }
    })
  })

  it("suspends, resumes and deletes them, and never without a word when nobody can be asked", async () => {
    if (kind.name !== "Postgres" && server === undefined) await serve()
    expect((await run("suspend", "acme")).out).toBe("acme is suspended\n")
    expect((await run("resume", "acme", "--json")).out).toContain('"status":"active"')
    expect((await run("delete", "acme", "--dry-run")).out).toContain("Deleting acme erases 0 persons")
    expect(await run("delete", "acme")).toMatchObject({ code: 2, err: expect.stringContaining("--yes") })
    expect(await run("delete", "acme", "--yes")).toMatchObject({
      code: 0,
      out: "acme is deleted; its history stays, without 0 persons\n"
    })
    expect(await list()).toEqual(["acme deleted", "first active"])
    expect(await run("resume", "acme")).toMatchObject({ code: 1, err: expect.stringContaining("is deleted") })
  })
})
