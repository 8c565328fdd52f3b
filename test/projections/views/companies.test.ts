import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { withAdminConnection } from "../../../eventstore/database/database.ts"
import { readModels } from "../../../projections/index.ts"
import { databases } from "../../databases.ts"
import { history } from "../folding.ts"
import { type AnalystWorld, openAnalystWorld } from "./analyst-world.ts"
import { story } from "./story.ts"

const dealOf = (leadId: string, valueCents: number) =>
  history(`deal/${leadId}`, [
    { type: "ActorStarted", input: true },
    { type: "DealOpened", s: valueCents, data: { leadId, score: 1, by: "engine", reason: "test" } },
    { type: "DealWon", data: { by: "person:ana", reason: "test", valueCents } }
  ])

describe.each(databases)("two companies with the same ids on $name", (kind) => {
  let world: AnalystWorld
  /** As the engine's role, without entering a company first. */
  const asEngine = (sql: string, params: ReadonlyArray<unknown> = []) =>
    Effect.runPromise(
      withAdminConnection(world.database.connection, (query) =>
        Effect.andThen(query("set role centurion_engine"), query(sql, params))
      )
    )
  const admin = (sql: string, params?: ReadonlyArray<unknown>) => world.database.admin(sql, params)

  beforeAll(async () => {
    world = await openAnalystWorld(kind)
    await world.fill("acme", story)
    await world.fill("beta", [...dealOf("l1", 70), ...dealOf("l9", 90)])
    await admin("select es.create_company('bare', 1)")
    const at = "'2026-06-01 13:00:00+00'"
    for (const [company, due] of [
      ["acme", "1 hour"],
      ["beta", "2 hours"]
    ]) {
      await admin(
        `insert into es.job (company, partition, stream, job, name, child, input, key_id, state, due_at, asked_at)
           values ($1, 1, 'conversation/c1', '5.0', 'writeReply', 'w', 'secret words', null, 'failed', ${at}, ${at})`,
        [company]
      )
      await admin(
        `insert into es.timer (company, partition, stream, timer, set_by, due_at)
           values ($1, 1, 'conversation/a/b', 'followUp', 3, ${at}::timestamptz + $2::interval)`,
        [company, due]
      )
    }
  })
  afterAll(() => world.close())

  test("jobs and timers to come are one company's, and hold nothing that is sealed", async () => {
    expect(await world.ask("beta", "select * from timers")).toEqual([
      { machine: "conversation", id: "a/b", timer: "followUp", due_at: "2026-06-01T15:00:00+00:00" }
    ])
    const jobs = await world.ask("acme", "select * from jobs")
    expect(jobs).toMatchObject([{ machine: "conversation", id: "c1", name: "writeReply", state: "failed" }])
    expect(JSON.stringify(jobs)).not.toContain("secret")
    expect(await world.ask("bare", "select * from core.jobs_of_company()")).toEqual([])
    expect(await asEngine("select * from core.timers_of_company()")).toEqual([])
  })

  test("the deals of several companies are found in one question, each company's newest first", async () => {
    const all = "select company, deal_id, state, value_cents::int from core.deals_index($1)"
    expect(await asEngine(all, [["beta", "acme", "beta", "bare", "nobody"]])).toEqual([
      ["acme", "l1", "won", 600_000],
      ["beta", "l9", "won", 90],
      ["beta", "l1", "won", 70]
    ])
    expect(await asEngine(all, [["beta"]])).toEqual([
      ["beta", "l9", "won", 90],
      ["beta", "l1", "won", 70]
    ])
    expect(await asEngine(all, [[]])).toEqual([])
    expect(await asEngine(all, [["beta'; drop table deals; --"]])).toEqual([])
    const some = "select deal_id from core.deals_index($1, $2, 1)"
    expect(await asEngine(some, [["acme", "beta"], "-infinity"])).toEqual([["l1"], ["l9"]])
    expect(await asEngine(some, [["beta"], "2026-06-01 13:01:20+00"])).toEqual([["l9"]])
  })

  test("asking over companies leaves one in the company that it had entered", async () => {
    const left = await world.ask(
      "beta",
      "select (select count(*) from core.deals_index(array['acme'])) as others, core.company() as company, (select count(*) from deals) as own"
    )
    expect(left).toEqual([{ others: 1, company: "beta", own: 2 }])
    const fresh = await asEngine("select count(*)::int, core.company() from core.deals_index(array['acme'])")
    expect(fresh[0]![0]).toBe(1)
    expect(fresh[0]![1] ?? "").toBe("")
  })

  test("a row of another company is not seen by naming its schema", async () => {
    expect(await world.ask("beta", "select * from c_acme.leads")).toEqual([])
    expect(await world.ask("beta", "select * from c_acme.funnel_by_day")).toEqual([])
    expect(await world.ask("beta", "select deal_id, value_cents from deals order by 1")).toEqual([
      { deal_id: "l1", value_cents: 70 },
      { deal_id: "l9", value_cents: 90 }
    ])
  })

  test("every table has an index that begins with the company for what it says is quick to find", async () => {
    const rows = await admin(
      "select tablename, indexdef from pg_indexes where schemaname = 'c_acme' order by 1, 2"
    )
    for (const { name, key } of readModels) {
      const own = rows.filter(([table]) => table === name).map(([, definition]) => String(definition))
      expect(
        own.some((each) => each.includes("UNIQUE") && each.includes(`(company, ${key[0]}`)),
        name
      ).toBe(true)
      for (const each of own) expect(each).toContain("(company, ")
    }
  })
})
