import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { aDeadLetter } from "./world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"

const address = "acme/conversation/1"

describe.each(cliDatabases)("centurion jobs on $name", (kind) => {
  let database: CliDatabase
  let job: string
  beforeAll(async () => {
    database = await kind.make()
    const history = aDeadLetter()
    job = history.actor.state!.jobs[0]!.job
    await database.append("acme", history.batches)
  })
  afterAll(() => database?.drop())

  const run = (...args: ReadonlyArray<string>) => runCli(["jobs", ...args], database.env)
  const listed = async (...args: ReadonlyArray<string>) =>
    jsonLines((await run("list", "--json", ...args)).out)

  it("lists dead letters, for people and as JSON", async () => {
    const { code, out } = await run("list", "--state", "failed")
    expect([code, out.split("\n")[1]]).toEqual([
      0,
      expect.stringMatching(
        `^failed {2}${address} {2}${job} +writeReply {2}6 +2026-.* modelRefused: no such model$`
      )
    ])
    expect(await listed("--state", "failed", "--company", "acme")).toMatchObject([
      {
        address,
        job,
        name: "writeReply",
        state: "failed",
        attempts: 6,
        reason: "modelRefused",
        input: { purpose: "reply", turn: 1 }
      }
    ])
    expect(await listed("--state", "unknown")).toEqual([])
    expect((await run("list", "--state", "unknown")).out).toBe("no jobs\n")
  })

  it("shows one job with its input", async () => {
    const { code, out } = await run("show", address, job)
    expect([code, out.includes("no such model"), out.includes('"purpose": "reply"')]).toEqual([0, true, true])
    expect(jsonLines((await run("show", address, job, "--json")).out)).toMatchObject([
      { job, state: "failed" }
    ])
  })

  it.each([
    [["list", "--company", "nope"], 1, 'no company is called "nope"; there is acme'],
    [["list", "--limit", "0"], 2, "--limit is 1 or more"],
    [["show", "acme/conversation/2", "1.0"], 1, "acme/conversation/2 has no open job 1.0; it has none"],
    [["show", "nope/conversation/2", "1.0"], 1, 'no company is called "nope"; there is acme'],
    [["show", address, "99.9"], 1, /^acme\/conversation\/1 has no open job 99.9; it has \d/],
    [["retry", address, "99.9"], 1, /^acme\/conversation\/1 has no open job 99.9/],
    [["retry", "acme", "1.0"], 2, /^"acme" is no address/]
  ])("says what is wrong with %j", async (args, code, message) => {
    const ran = await run(...args)
    expect([ran.code, ran.out, ran.err]).toEqual([
      code,
      "",
      typeof message === "string" ? `${message}\n` : expect.stringMatching(message)
    ])
  })

  it("drops nothing without a yes", async () => {
    expect(await run("drop", address, job)).toEqual({
      code: 2,
      out: "",
      err: "drop asks first, and there is no terminal to ask on: add --yes\n"
    })
    expect(await listed("--state", "failed")).toHaveLength(1)
  })

  it("puts a dead letter back to work, once, and then drops it no more", async () => {
    expect(await run("retry", address, job)).toEqual({
      code: 0,
      out: `${job} of ${address} is back to work\n`,
      err: ""
    })
    expect(await listed("--state", "pending")).toMatchObject([{ job, attempts: 0, reason: null }])
    const notDead = `${job} of ${address} is pending; only failed jobs are dead letters\n`
    expect(await run("retry", address, job)).toEqual({ code: 1, out: "", err: notDead })
    expect(await run("drop", address, job, "--yes")).toEqual({ code: 1, out: "", err: notDead })
  })

  it("drops a dead letter for good", async () => {
    await database.admin("update es.job set state = 'failed'")
    const dropped = await run("drop", address, job, "--yes", "--json")
    expect([dropped.code, jsonLines(dropped.out)]).toEqual([0, [{ address, job, dropped: true }]])
    expect(await listed()).toEqual([])
  })
})
