import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { cliDatabases } from "./world/cli-database.ts"
import { makeReadWorld, type ReadWorld } from "./world/read-world.ts"
import { jsonLines, startCli, startProcess } from "./world/run-cli.ts"

describe.each(cliDatabases)("centurion query on $name", (kind) => {
  let world: ReadWorld
  let dir: string
  beforeAll(async () => {
    world = await makeReadWorld(kind)
    dir = mkdtempSync(join(tmpdir(), "centurion-query-"))
  }, 240_000)
  afterAll(async () => {
    await world?.drop()
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
  })

  const query = (sql: string, ...flags: ReadonlyArray<string>) =>
    world.run("query", sql, "--company", "acme", ...flags)
  const rows = async (sql: string, ...flags: ReadonlyArray<string>) => {
    const { code, out, err } = await query(sql, "--json", ...flags)
    expect([code, err]).toEqual([0, ""])
    return jsonLines(out)
  }

  it("answers with a table, its number of rows and its time", async () => {
    const { code, out, err } = await query("select lead_id, score, state from leads order by score desc;")
    expect([code, out, err]).toEqual([
      0,
      "lead_id  score  state\n───────  ─────  ────────────\nl1          90  new\nl2          40  new\nl3          10  disqualified\n",
      expect.stringMatching(/^\(3 rows, [\d,]+ ms\)\n$/)
    ])
  })

  it("sees its company alone, whatever ids the other has, and needs its name", async () => {
    const sql = "select score from leads where lead_id = 'l1'"
    expect(await rows(sql)).toEqual([{ score: 90 }])
    expect(jsonLines((await world.run("query", sql, "--company", "globex", "--json")).out)).toEqual([
      { score: 7 }
    ])
    expect(await world.run("query", sql)).toEqual({
      code: 1,
      out: "",
      err: "there are several companies: say which with --company; there are acme, globex\n"
    })
  })

  it("takes the question from standard input, and writes a file", async () => {
    const sql =
      "select lead_id, answers #>> '{need,said}' as said from leads -- and no more\n where score < 80"
    const file = join(dir, "leads.csv.gz")
    const told = await world.runWith(sql, "query", "-", "--company", "acme", "--out", file)
    expect([told.code, told.out, told.err]).toEqual([
      0,
      expect.stringMatching(/leads\.csv\.gz: 2 rows, 59 bytes, \d/),
      ""
    ])
    expect(gunzipSync(readFileSync(file)).toString()).toBe(
      'lead_id,said\nl2,"a ""quoted"", word\nand a line"\nl3,nothing\n'
    )
    expect(await query("select 1", "--out", file)).toMatchObject({
      code: 1,
      err: `${file} is there already\n`
    })
  })

  it("answers as of a moment before", async () => {
    const sql = "select lead_id, state from leads order by 1"
    expect(await rows(sql, "--as-of", "2026-01-05T13:30:00Z")).toEqual([
      { lead_id: "l1", state: "new" },
      { lead_id: "l2", state: "new" }
    ])
    expect(await query(sql, "--as-of", "1:99")).toMatchObject({
      code: 1,
      err: "partition 1 of acme ends at 10, so there is no position 99 yet\n"
    })
  })

  it("shows where a question is wrong, and tells programs as JSON", async () => {
    expect(await query("select lead_id\nfrom laeds")).toEqual({
      code: 1,
      out: "",
      err: expect.stringMatching(
        /^relation "laeds" does not exist\nline 2: from laeds\n {13}\^\nthere are accounts, .*\n$/
      )
    })
    const { code, err } = await query("delete from leads", "--json")
    expect([code, jsonLines(err)]).toMatchObject([1, [{ error: { reason: "SqlRefused" } }]])
  })

  it.each([
    [["query", "select 1", "--company", "nope"], 1, 'no company is called "nope"; there are acme, globex'],
    [
      ["query", "select 1", "--out", "x"],
      2,
      "--out is a file of rows: call it .csv, .ndjson or .json, or say --format"
    ],
    [["query", "select 1", "--timeout", "0"], 2, "--timeout is 1 to 86400 seconds"],
    [
      ["query", "select 1", "--as-of", "yesterday"],
      2,
      "--as-of yesterday is no moment: write a time such as 2026-03-01T12:00:00Z, a day, or positions such as 1:120,2:40"
    ]
  ])("says what is wrong with %j", async (args, code, message) => {
    expect(await world.run(...args)).toEqual({ code, out: "", err: `${message}\n` })
  })

  const many = "select n, repeat('x', 100) as text from (select generate_series(1, 200000) n) s"

  it("shows the first thousand rows of many as a table, and all of them as rows", async () => {
    const table = await query(many)
    expect([table.code, table.out.split("\n").length, table.err]).toEqual([
      0,
      1003,
      expect.stringMatching(
        /^\(the first 1,000 rows, [\d,]+ ms; there are more: --format csv or --out shows all\)\n$/
      )
    ])
    const lines = (await query(many, "--format", "csv")).out.trimEnd().split("\n")
    expect([lines.length, lines[1], lines.at(-1)]).toEqual([
      200_001,
      `1,${"x".repeat(100)}`,
      `200000,${"x".repeat(100)}`
    ])
  })

  it.skipIf(kind.name !== "Postgres" || !existsSync("/proc/self/status"))(
    "fills no memory with a file of 300 MB",
    async () => {
      const large = "select n, repeat('x', 500) as text from (select generate_series(1, 600000) n) s"
      const running = startProcess(
        ["query", large, "--company", "acme", "--out", join(dir, "large.ndjson")],
        world.env
      )
      let most = 0
      let isOver = false
      void running.ended.then(() => {
        isOver = true
      })
      while (!isOver) {
        const status = await readFile(`/proc/${running.child.pid}/status`, "utf8").catch(() => "")
        most = Math.max(most, Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect((await running.ended).out).toMatch(/large\.ndjson: 600,000 rows, 31\d\.\d MB/)
      expect(most).toBeLessThan(350_000)
    }
  )

  it("is stopped by Ctrl-C, and leaves no file behind", async () => {
    const file = join(dir, "endless.csv")
    const running = startCli(
      ["query", many.replace("200000", "20000000"), "--company", "acme", "--out", file],
      world.env
    )
    const begun = () => readdirSync(dir).filter((name) => name.startsWith("endless"))
    while (begun().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    running.interrupt()
    expect((await running.ended).code).toBe(130)
    expect([existsSync(file), begun()]).toEqual([false, []])
  })
})
