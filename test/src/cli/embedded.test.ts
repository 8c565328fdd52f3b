import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { aDeadLetter } from "./world/a-conversation.ts"
import { type CliDatabase, embedded } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"

const masterKey = Buffer.alloc(32, 7).toString("base64")

/** Each command that opens a database in its own way opens the directory in its own way too, and gives it free again. */
describe("the commands on the embedded database, one after the other", () => {
  let database: CliDatabase
  const run = (...args: ReadonlyArray<string>) =>
    runCli(args, { ...database.env, CENTURION_MASTER_KEY: masterKey })
  beforeAll(async () => {
    database = await embedded.make()
    await database.append("acme", aDeadLetter().batches)
  })
  afterAll(() => database?.drop())

  it("read and check the history", async () => {
    const events = jsonLines((await run("events", "acme", "--json")).out)
    expect(events.map(({ type }) => type)).toContain("MessageReceived")
    expect(jsonLines((await run("verify", "--json")).out)).toMatchObject([
      { ok: true, events: events.length }
    ])
  })

  it("build the read models and answer from them", async () => {
    expect(await run("projections", "rebuild", "all")).toMatchObject({
      code: 0,
      err: "no server runs, so this command builds\n"
    })
    const asked = await run("query", "select count(*) as conversations from conversations", "--json")
    expect([asked.code, jsonLines(asked.out)]).toEqual([0, [{ conversations: 1 }]])
  })

  it("change what is stored: users, jobs and keys", async () => {
    expect((await run("users", "create-admin", "ana@acme.test")).code).toBe(0)
    expect((await run("users", "list")).out).toContain("ana@acme.test")
    const [job] = jsonLines((await run("jobs", "list", "--json")).out)
    expect((await run("jobs", "drop", "acme/conversation/1", String(job?.job), "--yes")).code).toBe(0)
    expect((await run("jobs", "list")).out).toBe("no jobs\n")
    expect(await run("keys", "rotate")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/wrapped anew by /)
    })
  })

  it("find all well in the end, and nobody who holds the directory", async () => {
    const { code, out } = await run("doctor")
    expect([code, out.trimEnd().split("\n").at(-1)]).toEqual([0, "all is well"])
    expect(out).toContain("which nobody holds now")
  })
})
