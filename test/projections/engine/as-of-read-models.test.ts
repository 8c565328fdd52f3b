import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Moment, parseMoment } from "../../../projections/engine/moment.ts"
import { databases } from "../../databases.ts"
import { atNoon, type PartitionOwner } from "../../eventstore/owner.ts"
import { counting } from "./counting.ts"
import { openProjections, type ProjectionsWorld } from "./open-projections.ts"

const hour = 3_600_000
const rowsSql = "select id, events::float8, name from counts order by id"

describe.each(databases)("read models of a past moment on $name", (kind) => {
  let world: ProjectionsWorld
  let owners: ReadonlyArray<PartitionOwner>
  beforeAll(async () => {
    world = await openProjections(kind)
    owners = await world.own("acme", 2)
    const projections = await world.project([counting()])
    for (let hours = 0; hours < 6; hours++) {
      const recordedAt = atNoon + hours * hour
      await world.write(owners[0]!, ["talk/x", { recordedAt, data: { word: `w${hours}`, name: "Ana" } }])
      if (hours % 2 === 1)
        await world.write(owners[1]!, ["talk/y", { recordedAt, data: { word: `w${hours}` } }])
    }
    await projections.shows(...owners)
  })
  afterAll(() => world.close())

  const at = (moment: Moment) => world.past([counting()], (past) => past.at("acme", moment))
  const rowsAt = async (moment: Moment) => {
    const { scratch } = await at(moment)
    return world.rows("acme", rowsSql, [], scratch)
  }

  it.each([
    ["before anything", { time: atNoon - 1 }, []],
    ["at the first event", { time: atNoon }, [["x", 1, "Ana"]]],
    [
      "in the middle",
      { time: atNoon + 3.5 * hour },
      [
        ["x", 4, "Ana"],
        ["y", 2, null]
      ]
    ],
    ["at positions", { positions: { 1: 2, 2: 0 } }, [["x", 2, "Ana"]]]
  ] as const)("show what was known %s", async (_, moment, rows) => {
    expect(await rowsAt(moment)).toEqual(rows)
  })

  it("leave the present as it is", async () => {
    await rowsAt({ time: atNoon })
    expect(await world.rows("acme", rowsSql)).toEqual([
      ["x", 6, "Ana"],
      ["y", 3, null]
    ])
  })

  it("are built once, also when they are asked for by several at once", async () => {
    let built = 0
    const moment = { positions: { 1: 5, 2: 1 } }
    const all = await world.past([counting()], (past) =>
      Effect.all(
        Array.from({ length: 5 }, () =>
          past.at("acme", moment, (read, total) => (built += read === total ? 1 : 0))
        ),
        { concurrency: "unbounded" }
      )
    )
    expect([new Set(all.map(({ scratch }) => scratch)).size, built]).toEqual([1, 1])
  })

  const leaveUnused = () =>
    world.database.admin("update core.scratch set used_at = used_at - interval '1 minute'")

  it("are never dropped while they are built or just asked for, however many want others", async () => {
    await leaveUnused()
    const moments = Array.from({ length: 20 }, (_, n) => ({ positions: { 1: n % 6, 2: n % 4 } }))
    const answers = await world.past([counting()], (past) =>
      Effect.forEach(moments, (moment) => Effect.result(past.at("acme", moment)), {
        concurrency: "unbounded"
      })
    )
    const built = answers.flatMap((answer) => (answer._tag === "Success" ? [answer.success.scratch] : []))
    const refused = answers.flatMap((answer) => (answer._tag === "Failure" ? [answer.failure._tag] : []))
    expect(new Set(refused)).toEqual(new Set(["MomentBusy"]))
    expect(new Set(built).size).toBeGreaterThanOrEqual(4)
    for (const scratch of built) await world.rows("acme", rowsSql, [], scratch)
    await leaveUnused()
    await world.past([counting()], (past) => past.drop("acme"))
  })

  it("are refused for a while when more are in use than are kept", async () => {
    const asked = Array.from({ length: 18 }, (_, n) => ({ positions: { 1: n % 6, 2: Math.floor(n / 6) } }))
    const answers = await world.past([counting()], (past) =>
      Effect.forEach(asked, (moment) => Effect.result(past.at("acme", moment)))
    )
    expect(answers.filter(({ _tag }) => _tag === "Success").length).toBe(16)
    await leaveUnused()
    await at(asked[17]!)
    await world.past([counting()], (past) => past.drop("acme"))
  })

  it("are dropped, the longest unused first, beyond a number", async () => {
    for (let position = 1; position <= 6; position++) await at({ positions: { 1: position } })
    await leaveUnused()
    for (let position = 1; position <= 3; position++) await at({ positions: { 2: position } })
    const kept = await world.database.admin("select nspname from pg_namespace where nspname like 's\\_%'")
    expect(kept.length).toBe(8)
    expect(await world.past([counting()], (past) => past.drop("acme"))).toBe(8)
    expect(await world.database.admin("select 1 from pg_namespace where nspname like 's\\_%'")).toEqual([])
  })

  it.each([
    ["acme", { time: Date.UTC(2200, 0, 1) }, /is in the future/],
    ["acme", { positions: { 3: 1 } }, /acme has no partition 3; it has 2/],
    ["acme", { positions: { 1: 99 } }, /partition 1 of acme ends at 6, so there is no position 99 yet/],
    ["nobody", { time: atNoon }, /no company is called "nobody"/]
  ] as const)("of %s at %j are refused in words", async (company, moment, why) => {
    await expect(world.past([counting()], (past) => past.at(company, moment))).rejects.toThrow(why)
  })

  it("are not to be had by another company", async () => {
    const { scratch } = await at({ time: atNoon })
    await world.own("other", 1)
    await expect(world.rows("other", rowsSql, [], scratch)).rejects.toThrow(
      /other has no read models called s_/
    )
  })

  it("are not built while a person is being erased", async () => {
    await world.database.admin(
      `insert into es.erasure (company, erasure, subject, by, reason) values ('acme', 'e1', 'lead/x', 'person:ana', 'asked')`
    )
    await expect(at({ positions: { 1: 3 } })).rejects.toThrow(/a person of acme is being erased/)
    await world.database.admin(
      "update es.erasure set done_at = now() - interval '1 hour', requested_at = now() - interval '2 hours'"
    )
    expect(await rowsAt({ positions: { 1: 3 } })).toEqual([["x", 3, "Ana"]])
  })
})

describe("a moment in words", () => {
  it.each([
    ["2026-03-01T12:00:00Z", { time: Date.UTC(2026, 2, 1, 12) }],
    ["2026-03-01", { time: Date.UTC(2026, 2, 1, 23, 59, 59, 999) }],
    ["1:120,2:40", { positions: { 1: 120, 2: 40 } }],
    ["yesterday", undefined],
    ["1:2;drop", undefined],
    ["12", undefined],
    ["", undefined]
  ])("is read: %j", (text, moment) => {
    expect(parseMoment(text)).toEqual(moment)
  })
})
