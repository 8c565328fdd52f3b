import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { analystViews, readModels } from "../../../projections/index.ts"
import { namedTable } from "../../../src/cli/table/show-table.ts"
import { cliDatabases } from "./world/cli-database.ts"
import { makeReadWorld, type ReadWorld } from "./world/read-world.ts"
import { jsonLines } from "./world/run-cli.ts"

describe.each(cliDatabases)("centurion table on $name", (kind) => {
  let world: ReadWorld
  let dir: string
  beforeAll(async () => {
    world = await makeReadWorld(kind)
    dir = mkdtempSync(join(tmpdir(), "centurion-table-"))
  }, 240_000)
  afterAll(async () => {
    await world?.drop()
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true })
  })

  const table = (...args: ReadonlyArray<string>) => world.run("table", ...args, "--company", "acme")
  const ids = async (...where: ReadonlyArray<string>) => {
    const { code, out, err } = await table("leads", "--json", ...where.flatMap((each) => ["--where", each]))
    expect([code, err]).toEqual([0, ""])
    return jsonLines(out).map(({ lead_id }) => lead_id)
  }

  it("exports a read model without personal data, and tells what it left out", async () => {
    const file = join(dir, "leads.ndjson")
    const told = await table("leads", "--out", file)
    expect([told.code, told.out, told.err]).toEqual([
      0,
      expect.stringMatching(/leads\.ndjson: 3 rows, 1\.\d kB, /),
      expect.stringMatching(/^left out as personal data: .*answers.*; --personal includes them\n$/)
    ])
    const [first] = jsonLines(readFileSync(file, "utf8"))
    expect(first).toMatchObject({ company: "acme", stream: "lead/l1", lead_id: "l1", score: 90 })
    expect(first).not.toHaveProperty("answers")
  })

  it("includes personal data when it is asked to, as of a moment before", async () => {
    const args = ["leads", "--personal", "--json", "--where", "lead_id=l1", "--as-of", "1:2"]
    expect(jsonLines((await table(...args)).out)).toMatchObject([
      { lead_id: "l1", score: 0, answers: { need: { said: "more leads" } } }
    ])
  })

  it("takes conditions on columns, each by its type", async () => {
    expect(await ids("score>=40", "state!=disqualified")).toEqual(["l1", "l2"])
    expect(await ids("score<40")).toEqual(["l3"])
    expect(await ids("created_at>2026-01-05T12:30:00Z", "created_at<=2026-01-05 13:00+00")).toEqual(["l2"])
    expect(await ids("open=need")).toEqual([])
    expect(await ids("lead_id=x' or 'a'='a")).toEqual([])
  })

  it("shows views too", async () => {
    const { code, out } = await table("lead_journeys", "--format", "csv", "--where", "score=90")
    expect([code, out.split("\n").length]).toEqual([0, 3])
  })

  it.each([
    [
      ["nope"],
      1,
      /^no read model or view is called "nope"; there are the read models leads, .*; and the views .*funnel_by_day/
    ],
    [["leads; drop table leads"], 1, /^no read model or view is called/],
    [
      ["leads", "--where", "nope=1"],
      2,
      /^--where nope=1: there is no column nope; there are company, stream, lead_id, state/
    ],
    [["leads", "--where", "score"], 2, /^--where score: write column=value; there are !=/],
    [
      ["leads", "--where", "answers=x"],
      2,
      /^--where answers=x: answers is of type jsonb, which can't be compared so/
    ],
    [["leads", "--where", "score=many"], 1, /^invalid input syntax for type bigint: "many"/]
  ])("says what is wrong with %j", async (args, code, message) => {
    expect(await table(...args)).toEqual({ code, out: "", err: expect.stringMatching(message) })
  })
})

it("a view's column that has personal data of a read model says so", () => {
  const silent = analystViews.flatMap(({ name, sql }) => {
    const read = readModels.filter((model) => new RegExp(`\\b${model.name}\\b`).test(sql))
    const personal = new Set(
      read.flatMap((model) => Object.keys(model.columns).filter((column) => model.columns[column]!.personal))
    )
    const view = namedTable(name)!
    return Object.keys(analystViews.find((each) => each.name === name)!.columns)
      .filter((column) => personal.has(column) && !view.personal.has(column))
      .map((column) => `${name}.${column}`)
  })
  expect(silent).toEqual([])
})
