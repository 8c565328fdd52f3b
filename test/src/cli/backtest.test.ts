import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { recordedHistories } from "./world/recorded-histories.ts"
import { jsonLines, runCli, startCli } from "./world/run-cli.ts"

const root = join(import.meta.dirname, "../../..")
const candidate = (name: string) => join(root, `test/actors/backtest/candidates/${name}.ts`)
const howMany = 40

describe.each(cliDatabases)("centurion backtest on $name", (kind) => {
  let database: CliDatabase
  let scratch: string
  const { recordings, batches } = recordedHistories(howMany)
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "centurion-backtest-"))
    database = await kind.make()
    await database.append("acme", batches)
  })
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true })
    await database?.drop()
  })

  const run = (...args: ReadonlyArray<string>) => runCli(["backtest", ...args], database.env)
  const events = recordings.filter(({ stream }) => stream.startsWith("lead/")).flatMap(({ events }) => events)
  const between = events.filter(({ type, data }) => type === "LeadQualified" && (data.score as number) < 85)

  it("finds nothing where nothing was changed", async () => {
    const { code, out, err } = await run("conversation", "--json")
    expect([code, err]).toEqual([0, ""])
    expect(jsonLines(out)).toMatchObject([
      { ok: true, streams: { all: howMany, same: howMany, diverged: 0, skipped: 0 }, divergences: [] }
    ])
  })

  it("says what another threshold would have decided, and where", async () => {
    const { code, out, err } = await run("lead", "--against", candidate("lead-threshold"), "--show", "1")
    expect([code, err]).toEqual([0, ""])
    const lines = out.split("\n")
    expect(lines[1]).toMatch(new RegExp(`^${howMany} actors, ${events.length} events, \\d+ inputs compared$`))
    expect(lines).toContain(`  handedOff -> engaged  ${between.length}`)
    expect(out).toContain(`first divergences (1 of ${between.length})`)
    expect(out).toMatch(
      / {2}centurion why acme\/lead\/l\d+@\d+ {3}centurion replay acme\/lead\/l\d+ --to \d+/
    )
  })

  it("finds the same leads by a setting, as one JSON object", async () => {
    const { code, out } = await run("lead", "--set", "threshold=85", "--json")
    const outcomes = ["qualified", "handed off"].map((outcome) => ({
      outcome,
      gained: 0,
      lost: between.length
    }))
    expect([code, jsonLines(out)]).toMatchObject([
      0,
      [{ settings: ["threshold=85"], streams: { diverged: between.length }, outcomes }]
    ])
  })

  it.each([
    [["5%"], 1],
    [["100000"], 0]
  ])("gates by --fail-above %j", async ([limit], expected) => {
    const { code, out } = await run("lead", "--set", "threshold=85", "--fail-above", limit!)
    expect([code, out.includes(`failed: more than ${limit} diverged`)]).toEqual([expected, expected === 1])
  })

  it("writes nothing", async () => {
    const before = (await runCli(["verify", "--json"], database.env)).out
    await run("conversation", "--set", "settings.turnClosureMs=20000")
    const checked = (text: string) => {
      const [first] = jsonLines(text)
      return [first?.ok, first?.events]
    }
    expect(checked((await runCli(["verify", "--json"], database.env)).out)).toEqual(checked(before))
  })

  it("is followed by a shadow that goes on where it began", async () => {
    const state = join(scratch, "shadow.json")
    const shadow = (...args: ReadonlyArray<string>) =>
      runCli(
        ["shadow", "lead", "--set", "threshold=85", "--state", state, "--json", "--for", "1s", ...args],
        database.env
      )
    const first = await shadow("--since", "2026-01-01")
    const again = await shadow()
    for (const { code, out } of [first, again]) {
      expect([code, jsonLines(out)[0]]).toMatchObject([
        0,
        { streams: { all: howMany, diverged: between.length } }
      ])
    }
    const other = await runCli(
      ["shadow", "lead", "--set", "threshold=90", "--state", state, "--for", "1s"],
      database.env
    )
    expect([other.code, other.err]).toEqual([
      1,
      expect.stringContaining("name another file, or remove it to begin anew")
    ])
  })

  it("shadows until Ctrl-C, and reports then", async () => {
    const shadow = startCli(
      ["shadow", "lead", "--set", "threshold=85", "--since", "2026-01-01"],
      database.env
    )
    await shadow.until((_, err) => err.includes("diverged"))
    shadow.interrupt()
    const { code, out } = await shadow.ended
    expect([code, out]).toEqual([0, expect.stringContaining(`  handedOff -> engaged  ${between.length}`)])
  })

  it.each<[string, ReadonlyArray<string>, RegExp]>([
    ["no such company", ["lead", "--company", "nope"], /^no company is called "nope"; there is acme\n$/],
    ["no actor as asked", ["lead", "--since", "2030-01-01"], /nothing was compared\n$/],
    [
      "a setting that nothing has",
      ["lead", "--set", "settings.x=1"],
      /^no input of lead holds a value at settings\.x=1/
    ]
  ])("says what is wrong: %s", async (_, args, message) => {
    const { code, out, err } = await run(...args)
    expect([code, out, err]).toEqual([1, "", expect.stringMatching(message)])
  })
})
