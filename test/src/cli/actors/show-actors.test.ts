import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { aDeadLetter } from "../world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "../world/cli-database.ts"
import { jsonLines, runCli } from "../world/run-cli.ts"

describe.each(cliDatabases)("centurion actors on $name", (kind) => {
  let database: CliDatabase
  beforeAll(async () => {
    database = await kind.make()
    await database.append("acme", aDeadLetter().batches)
  })
  afterAll(() => database?.drop())

  const run = (...args: ReadonlyArray<string>) => runCli(["actors", ...args], database.env)
  const listed = async (...args: ReadonlyArray<string>) =>
    jsonLines((await run("list", "--json", ...args)).out)

  it("lists those that do not go on, for people and as JSON, and the doctor counts them", async () => {
    expect((await run("list")).out).toBe("all actors go on\n")
    await database.admin(
      "select es.note_stopped('acme', 1, 'conversation/1', 'parked', 'history', 'no such state', 3, '1.0.0+1')",
      "select es.note_stopped('acme', 1, 'lead/2', 'error', 'threw', null, 4, '1.0.0+2')",
      "update es.stopped set since = '2026-01-02T03:04:05Z' where stream = 'conversation/1'"
    )
    const lines = (await run("list")).out.split("\n")
    expect(lines.slice(1, 3)).toEqual([
      expect.stringMatching(/^error {3}acme\/lead\/2 +4 .* threw; replay it to see what it says$/),
      expect.stringMatching(/^parked {2}acme\/conversation\/1 +3 .* 1\.0\.0\+1 +history: no such state$/)
    ])
    expect(await listed("--status", "parked", "--company", "acme")).toEqual([
      {
        ...{ address: "acme/conversation/1", company: "acme", stream: "conversation/1", status: "parked" },
        ...{ reason: "history", message: "no such state", version: 3, machineVersion: "1.0.0+1" },
        ...{ since: "2026-01-02T03:04:05.000Z", asked: null, askedBy: null, askedWhy: null }
      }
    ])
    expect(await listed("--limit", "1")).toMatchObject([{ stream: "lead/2", message: null }])
    const { out } = await runCli(["doctor", "--json"], database.env)
    const { findings } = jsonLines(out)[0] as { findings: ReadonlyArray<{ name: string; detail: string }> }
    expect(findings.find(({ name }) => name === "actors")?.detail).toMatch(
      /^1 actor in error, 1 actor parked, the last acme\/lead\/2 at .*: threw$/
    )
  })

  it("asks the engine to see to one, and asks before it ends one for good", async () => {
    const see = (...args: ReadonlyArray<string>) => run(...args, "--why", "mended", "--as", "person:ana")
    expect((await see("retry", "acme/lead/2")).out).toMatch(/^asked to retry acme\/lead\/2: /)
    const asked = { asked: "retry", askedBy: "person:ana", askedWhy: "mended" }
    expect(await listed("--status", "error")).toMatchObject([asked])
    expect(await see("close", "acme/lead/2")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--yes")
    })
    expect(await see("close", "acme/lead/2", "--yes")).toMatchObject({ code: 0 })
    expect(await listed("--status", "error")).toMatchObject([{ ...asked, asked: "close" }])
    expect(jsonLines((await see("move", "acme/lead/2", "--json")).out)).toEqual([
      { address: "acme/lead/2", order: "move", asked: true }
    ])
    for (const address of ["acme/lead/3", "nope/lead/2"]) expect((await see("retry", address)).code).toBe(1)
  })

  it.each([
    [["list", "--company", "nope"], 1, 'no company is called "nope"; there is acme'],
    [["list", "--limit", "0"], 2, "--limit is from 1 to 2000"]
  ])("says what is wrong with %j", async (args, code, message) => {
    const ran = await run(...args)
    expect([ran.code, ran.out, ran.err]).toEqual([code, "", `${message}\n`])
  })
})
