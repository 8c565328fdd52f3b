import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { jsonLines, runCli } from "./world/run-cli.ts"

// biome-ignore format: as they are listed
const commands = [
  "start", "chat", "demo", "deliver", "events", "replay", "query", "table", "analysts", "projections", "verify",
  "seals", "prove", "export", "import", "why", "migrate", "backtest", "shadow", "companies", "erase", "hold", "keys",
  "users", "jobs", "actors", "doctor", "database", "bench"
]

describe("centurion", () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "centurion-cli-"))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it("lists its commands, its exit codes and its version", async () => {
    const help = await runCli(["--help"])
    expect([help.code, help.err]).toEqual([0, ""])
    const section = help.out.slice(help.out.indexOf("SUBCOMMANDS"), help.out.indexOf("EXAMPLES"))
    expect([...section.matchAll(/^ {2}(\w+) {2,}\w/gm)].map((each) => each[1])).toEqual(commands)
    expect(help.out).toContain("EXIT CODES\n  0  done\n  1  it failed, or damage was found\n  2  wrong use\n")
    expect((await runCli(["--version"])).out).toMatch(/^centurion \d+\.\d+\.\d+\n$/)
  })

  it.each([...commands.map((name) => [name]), ["jobs", "list"], ["jobs", "drop"]])(
    "helps with %s %s: what it takes, and examples",
    async (...path) => {
      const args = path.filter((each) => each !== undefined)
      const { code, out, err } = await runCli([...args, "--help"])
      expect([code, err]).toEqual([0, ""])
      const examples = out.slice(out.indexOf("EXAMPLES"), out.indexOf("EXIT CODES"))
      expect(examples).toMatch(new RegExp(`centurion ${args.join(" ")}`))
    }
  )

  it.each([
    [["evnts"], 'Unknown subcommand "evnts" for "centurion"', "centurion"],
    [["events"], "Missing required argument: place", "centurion events"],
    [
      ["events", "acme", "--nope"],
      "Unrecognized flag: --nope in command centurion events",
      "centurion events"
    ],
    [["events", "acme", "--after", "x"], 'Invalid value for flag --after: "x"', "centurion events"],
    [["jobs", "list", "--state", "lost"], 'Invalid value for flag --state: "lost"', "centurion jobs list"],
    [["replay", "a/b/c", "d"], "d", "centurion replay"]
  ])("calls %j wrong use, and says where the help is", async (args, message, path) => {
    const { code, out, err } = await runCli(args)
    expect([code, out]).toEqual([2, ""])
    expect(err).toContain(message)
    expect(err.trimEnd().split("\n").at(-1)).toBe(`See: ${path} --help`)
    const asJson = await runCli([...args, "--json"])
    expect([asJson.code, asJson.out, jsonLines(asJson.err)]).toEqual([
      2,
      "",
      [{ error: { reason: "WrongUse", message: expect.stringContaining(message) } }]
    ])
  })

  it.each([
    ["no database yet", {}, "NoDatabase", /^there is no database in .* yet: run `centurion start` first/],
    [
      "a database that is down",
      { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" },
      "StoreUnavailable",
      /^the database did not answer: .*ECONNREFUSED/
    ],
    [
      "a setting that is not allowed",
      { DATABASE_URL: "http://x" },
      "WrongSettings",
      /^DATABASE_URL has a value/
    ]
  ])("says so when there is %s", async (_, env, reason, message) => {
    const { code, out, err } = await runCli(["verify", "--json"], { CENTURION_DIR: dir, ...env })
    expect([code, out, jsonLines(err)]).toEqual([
      reason === "WrongSettings" ? 2 : 1,
      "",
      [{ error: { reason, message: expect.stringMatching(message) } }]
    ])
  })
})
