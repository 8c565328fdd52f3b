import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readModels } from "../../../projections/index.ts"
import { newDirectory, type OpenServer } from "../http/open-server.ts"
import { cliDatabases } from "./world/cli-database.ts"
import { makeReadWorld, type ReadWorld } from "./world/read-world.ts"
import { jsonLines, runCli, startCli, startProcess } from "./world/run-cli.ts"
import { serveHere } from "./world/serve-here.ts"

const names = readModels.map(({ name }) => name)

/** Rows that a hand other than the projector's changes. */
const meddle = `do $$ begin
  perform core.enter('acme');
  update leads set score = 41, answers = '{}' where lead_id = 'l2';
  delete from leads where lead_id = 'l3';
  insert into core.parked (company, read_model, build, stream, partition, stream_version, reason)
    select company, read_model, build, 'lead/l3', 1, 1, 'planted' from core.projection
      where company = 'acme' and read_model = 'leads' and state = 'live';
end $$`

describe.each(cliDatabases)("centurion projections on $name", (kind) => {
  let world: ReadWorld
  beforeAll(async () => {
    world = await makeReadWorld(kind)
  }, 240_000)
  afterAll(() => world?.drop())

  const run = (...args: ReadonlyArray<string>) => world.run("projections", ...args)
  const scores = async () =>
    jsonLines(
      (await world.run("query", "select lead_id, score from leads order by 1", "--company", "acme", "--json"))
        .out
    ).map(({ lead_id, score }) => [lead_id, score])

  it("list every read model of every company", async () => {
    const lines = jsonLines((await run("list", "--json")).out)
    expect(lines.map(({ company, readModel }) => `${company} ${readModel}`)).toEqual(
      ["acme", "globex"].flatMap((company) => names.toSorted().map((name) => `${company} ${name}`))
    )
    expect(lines.find(({ company, readModel }) => company === "acme" && readModel === "leads")).toEqual({
      ...{
        company: "acme",
        readModel: "leads",
        version: readModels.find(({ name }) => name === "leads")?.version
      },
      ...{ state: "live", read: 10, total: 10, lagMs: 0, parked: 0 }
    })
    const { out } = await run("list", "--company", "globex")
    expect(out.split("\n")).toHaveLength(names.length + 2)
    expect(out).toMatch(/^globex {3}leads +\d+ +live {3}3 {5}3 {3}0 +0 s {2}0$/m)
  })

  it("tell the lag of each company, and how it goes on", async () => {
    expect((await run("lag")).out).toMatch(/^acme {5}0 +0 s +0$/m)
    const watching = startCli(["projections", "lag", "--watch", "--json", "--company", "acme"], world.env)
    await watching.until((out) => out.split("\n").length > 2)
    watching.interrupt()
    const { code, out } = await watching.ended
    expect([code, jsonLines(out)[0]]).toEqual([
      0,
      { company: "acme", events: 0, lagMs: 0, slowest: null, parked: 0, building: [] }
    ])
  })

  it("are alike with what history makes of them, and leave nothing behind", async () => {
    expect(await run("diff", "leads", "--company", "acme")).toEqual({
      code: 0,
      out: "leads of acme after 10 events: 3 rows serve, 3 rebuilt; all alike\n",
      err: ""
    })
    const left = "select relname from pg_class where relname ~ '^(live|rebuilt)_'"
    expect((await world.run("query", left, "--company", "acme", "--json")).out).toBe("")
  })

  it("differ where someone else wrote into them, and name the rows; a retry mends what was parked", async () => {
    await world.admin(meddle)
    const { code, out } = await run("diff", "leads", "--company", "acme")
    expect([code, out.split("\n")]).toEqual([
      1,
      [
        "differs l2 (lead/l2)",
        "        score: 41 → 40",
        "        answers: personal data, not shown",
        "missing l3 (lead/l3)",
        "leads of acme after 10 events: 2 rows serve, 3 rebuilt; 1 differ, 1 missing, 0 extra",
        "streams that don't fold: 1 in what serves, 0 when it is built now",
        ""
      ]
    ])
    const asJson = await run("diff", "leads", "--company", "acme", "--json")
    expect([asJson.code, jsonLines(asJson.out)]).toMatchObject([
      1,
      [{ differing: 1, missing: 1, extra: 0, rows: [{ key: ["l2"] }, { key: ["l3"], how: "missing" }] }]
    ])
    expect((await run("parked")).out).toMatch(/^acme {5}leads {7}lead\/l3 {2}1 +\d{4}-.* planted$/m)
    expect(await run("retry", "leads", "lead/l3")).toEqual({
      code: 0,
      out: "leads of acme, lead/l3: folded, 4 events; it is followed again\n",
      err: ""
    })
    expect((await run("parked")).out).toBe("nothing is parked\n")
    expect(await scores()).toEqual([
      ["l1", 90],
      ["l2", 41],
      ["l3", 10]
    ])
  })

  it("are built anew by the command when no server runs", async () => {
    expect(await run("rebuild", "leads", "--company", "acme")).toEqual({
      code: 0,
      out: "leads of acme serves anew: 10 events read\n",
      err: "no server runs, so this command builds\n"
    })
    expect(await scores()).toEqual([
      ["l1", 90],
      ["l2", 40],
      ["l3", 10]
    ])
    expect((await run("diff", "leads", "--company", "acme")).code).toBe(0)
  })

  it("park what can't be written, and say so when it breaks again", async () => {
    // More than an index takes, whatever it is compressed to.
    const tag = randomBytes(10_000).toString("hex")
    const data = { tag, by: "person:ana" }
    await world.write("acme", ["contact/l5", { type: "TagAdded", kind: "emitted", data }])
    expect((await world.run("query", "select 1", "--company", "acme")).err).toMatch(
      /^the read models of acme are 1 event behind: no server keeps them/
    )
    expect((await run("rebuild", "tags", "--company", "acme")).code).toBe(0)
    expect(jsonLines((await run("parked", "--json")).out)).toMatchObject([
      { company: "acme", readModel: "tags", stream: "contact/l5", streamVersion: 1 }
    ])
    const again = await run("retry", "--all", "--json")
    expect([again.code, jsonLines(again.out)]).toMatchObject([
      1,
      [{ outcome: "brokeAgain", streamVersion: 1 }]
    ])
  })

  it("are not built or compared where personal data can't be opened", async () => {
    const { CENTURION_MASTER_KEY: _, ...env } = world.env
    const tried = [
      ["projections", "rebuild", "leads"],
      ["projections", "diff", "leads", "--company", "acme"],
      ["query", "select 1", "--company", "acme", "--as-of", "1:2"]
    ]
    for (const args of tried) {
      expect(await runCli(args, env)).toEqual({
        code: 1,
        out: "",
        // Another one may lie where the tests run.
        err: expect.stringMatching(
          /^no master key is given, and this needs one|was given: give the right one/
        )
      })
    }
    expect((await runCli(["query", "select 1 as one", "--company", "globex", "--json"], env)).code).toBe(0)
  })

  it.each([
    [["rebuild", "nope"], 1, /^no read model is called "nope"; there are leads, contact_records/],
    [["diff", "nope"], 1, /^no read model is called "nope"/],
    [["diff", "all"], 2, /^diff takes one read model at a time/],
    [["diff", "leads"], 1, /^there are several companies: say which with --company; there are acme, globex/],
    [["list", "--company", "nope"], 1, /^no company is called "nope"; there are acme, globex/],
    [["retry", "leads"], 2, /^say which: centurion projections retry/],
    [["retry", "leads", "lead/x"], 1, /^lead\/x is not parked in leads; parked are tags contact\/l5\n$/]
  ])("say what is wrong with %j", async (args, code, message) => {
    expect(await run(...args)).toEqual({ code, out: "", err: expect.stringMatching(message) })
  })

  describe("beside a server", () => {
    let server: OpenServer
    beforeAll(async () => {
      server = await serveHere({
        CENTURION_DIR: newDirectory(),
        ...world.env,
        CENTURION_DEMO_HISTORY: "no",
        CENTURION_LOG_LEVEL: "warn",
        CENTURION_LEASE_MS: "2000"
      })
    })
    afterAll(async () => {
      await server?.close()
    })

    it("are built by it, compared and asked through it", async () => {
      expect(await run("rebuild", "tags", "--company", "acme")).toEqual({
        code: 0,
        out: "tags of acme serves anew: 11 events read; 1 stream parked\n",
        err: ""
      })
      expect(await run("diff", "tags", "--company", "acme")).toMatchObject({
        code: 0,
        out: expect.stringMatching(
          /all alike\nstreams that don't fold: 1 in what serves, 1 when it is built now\n$/
        )
      })
      const past = ["--as-of", "1:3", "--company", "acme", "--json"]
      expect(jsonLines((await world.run("query", "select lead_id from leads", ...past)).out)).toEqual([
        { lead_id: "l1" }
      ])
    })

    it("show many rows through it, slowly read, while it works on", async () => {
      const sql = "select n, repeat('x', 200) as text from (select generate_series(1, 30000) n) s"
      const slow = startProcess(["query", sql, "--company", "acme", "--format", "csv"], world.env)
      slow.child.stdout?.pause()
      expect((await run("lag")).code).toBe(0)
      expect((await fetch(`${server.url}/readyz`)).ok).toBe(true)
      slow.child.stdout?.resume()
      const { code, out } = await slow.ended
      expect([code, out.split("\n").length]).toEqual([0, 30_002])
    })
  })
})
