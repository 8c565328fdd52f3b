import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { text } from "../../../projections/column.ts"
import { readModel } from "../../../projections/read-model.ts"
import { everyDatabase } from "../../databases.ts"
import { atNoon } from "../../eventstore/owner.ts"
import { counting } from "./counting.ts"
import { openProjections, type ProjectionsWorld } from "./open-projections.ts"

const said = (word: string, more: object = {}) => ({ data: { word, ...more } })
const allCounts = "select id, events::float8, word, words from counts order by id"

describe.each(everyDatabase)("read models on $name", (kind) => {
  let world: ProjectionsWorld
  beforeEach(async () => {
    world = await openProjections(kind)
  })
  afterEach(() => world.close())

  it("show what was written, with the rows of one transaction per page", async () => {
    const owners = await world.own("acme", 2)
    const projections = await world.project([counting()])
    await world.write(owners[0]!, ["talk/a", said("one")], ["talk/b", said("two")], ["talk/a", said("three")])
    await world.write(owners[1]!, ["talk/c", said("four")])
    await projections.shows(...owners)
    expect(await world.rows("acme", allCounts)).toEqual([
      ["a", 2, "three", ["one", "three"]],
      ["b", 1, "two", ["two"]],
      ["c", 1, "four", ["four"]]
    ])
    expect(await world.rows("acme", "select stream, es.ms(changed_at) from counts where id = 'a'")).toEqual([
      ["talk/a", atNoon]
    ])
  })

  it("tell of each event once, in order, and go on after a restart where they were", async () => {
    const [owner] = await world.own("acme", 1)
    const first = await world.project([counting()])
    for (const word of ["a", "b", "c"]) await world.write(owner!, ["talk/x", said(word)])
    await first.shows(owner!)
    await first.stop()
    await world.write(owner!, ["talk/x", said("d")], ["talk/y", said("e")])
    const second = await world.project([counting()])
    await second.shows(owner!)
    const told = [...first.applied, ...second.applied]
    expect(told.flatMap(({ events }) => events.map(({ position }) => position))).toEqual([1, 2, 3, 4, 5])
    expect(await world.rows("acme", allCounts)).toEqual([
      ["x", 4, "d", ["a", "b", "c", "d"]],
      ["y", 1, "e", ["e"]]
    ])
  })

  it("take a row away, and begin it anew", async () => {
    const [owner] = await world.own("acme", 1)
    const projections = await world.project([counting()])
    await world.write(owner!, ["talk/x", said("a")], ["talk/y", said("b")])
    await projections.shows(owner!)
    await world.write(owner!, ["talk/x", said("gone")], ["talk/y", said("gone")], ["talk/y", said("c")])
    await projections.shows(owner!)
    expect(await world.rows("acme", allCounts)).toEqual([["y", 1, "c", ["c"]]])
  })

  it.each([
    ["fold breaks", "poison", "the word poison can't be counted"],
    ["row the database refuses", "unstorable", /the database refuses the row: .*bigint/]
  ])("park a stream whose %s, and keep the others moving", async (_, word, reason) => {
    const [owner] = await world.own("acme", 1)
    const projections = await world.project([counting()])
    await world.write(owner!, ["talk/x", said("a")], ["talk/y", said("b")])
    await world.write(owner!, ["talk/x", said(word)], ["talk/x", said("later")], ["talk/y", said("c")])
    await projections.shows(owner!)
    await world.write(owner!, ["talk/x", said("later still")], ["talk/y", said("d")])
    await projections.shows(owner!)
    expect(await world.rows("acme", allCounts)).toEqual([
      ["x", 1, "a", ["a"]],
      ["y", 3, "d", ["b", "c", "d"]]
    ])
    const parked = await projections.run(projections.service.parked("acme"))
    expect(parked).toMatchObject([
      {
        company: "acme",
        readModel: "counts",
        stream: "talk/x",
        streamVersion: 2,
        reason: expect.stringMatching(reason)
      }
    ])
    expect(await projections.run(projections.service.lags("acme"))).toMatchObject([
      { readModel: "counts", state: "live", read: 7, total: 7, lagMs: 0, parked: 1 }
    ])
  })

  it("fold a parked stream again when they are asked, and follow it from there", async () => {
    const [owner] = await world.own("acme", 1)
    const first = await world.project([counting()])
    await world.write(owner!, ["talk/x", said("a")], ["talk/x", said("poison")], ["talk/x", said("c")])
    await first.shows(owner!)
    expect(await first.run(first.service.retry("acme", "counts", "talk/x"))).toMatchObject({
      outcome: "brokeAgain",
      streamVersion: 2
    })
    await first.stop()
    const mended = await world.project([counting({ poison: "another" })])
    expect(await mended.run(mended.service.retry("acme", "counts", "talk/x"))).toEqual({
      outcome: "folded",
      events: 2
    })
    expect(await mended.run(mended.service.retry("acme", "counts", "talk/x"))).toEqual({
      outcome: "notParked"
    })
    await world.write(owner!, ["talk/x", said("d")])
    await mended.shows(owner!)
    expect(await world.rows("acme", allCounts)).toEqual([["x", 4, "d", ["a", "poison", "c", "d"]]])
  })

  it("build a new version beside the old one, which serves until it is swapped", async () => {
    const owners = await world.own("acme", 2)
    const old = await world.project([counting()])
    await world.write(owners[0]!, ["talk/x", said("a")])
    await old.shows(...owners)
    await old.stop()
    await world.write(owners[1]!, ["talk/y", said("b")])
    const next = await world.project(
      [counting({ version: 2 })],
      [
        {
          name: "busy",
          about: "For tests.",
          columns: {},
          sql: "select id from template.counts where events > 0"
        }
      ]
    )
    await next.built("acme")
    expect(await world.rows("acme", allCounts)).toEqual([
      ["x", 1, "a", ["a"]],
      ["y", 1, "b", ["b"]]
    ])
    expect(await world.rows("acme", "select id from busy order by id")).toEqual([["x"], ["y"]])
    expect(await next.run(next.service.lags("acme"))).toMatchObject([{ version: 2, state: "live", read: 2 }])
  })

  it("are told of in other words without being built anew", async () => {
    const [owner] = await world.own("worded", 1)
    await world.write(owner!, ["note/1", { type: "Said", data: { word: "one" } }])
    const first = await world.project([counting()])
    await first.shows(owner!)
    const before = await first.run(first.service.lags("worded"))
    await first.stop()
    const next = await world.project([{ ...counting(), about: "The same in other words." }])
    await next.shows(owner!)
    expect(await next.run(next.service.lags("worded"))).toEqual(before)
    await next.stop()
    const words = "select obj_description('template.counts'::regclass)"
    expect(await world.database.admin(words)).toEqual([["The same in other words."]])
  })

  it("give the same rows when they are built anew", async () => {
    const owners = await world.own("acme", 3)
    const projections = await world.project([counting()])
    for (let n = 0; n < 30; n++) await world.write(owners[n % 3]!, [`talk/${n % 3}-${n % 5}`, said(`w${n}`)])
    await projections.shows(...owners)
    const before = await world.rows("acme", "select * from counts order by id")
    await projections.run(projections.service.rebuild("acme", "counts"))
    await world.write(owners[0]!, ["talk/0-0", said("gone")])
    await projections.built("acme")
    await projections.shows(...owners)
    const after = await world.rows("acme", "select * from counts order by id")
    expect(after).toEqual(before.filter((row) => row[2] !== "0-0"))
  })

  it("name what there is when another read model is to be built", async () => {
    await world.own("acme", 1)
    const projections = await world.project([counting()])
    await expect(projections.run(projections.service.rebuild("acme", "leads; drop"))).rejects.toThrow(
      'no read model is called "leads; drop"; there are counts'
    )
  })

  it("lose a person's data when it is erased, and never get it back", async () => {
    const [owner] = await world.own("acme", 1)
    const projections = await world.project([counting()])
    await world.write(owner!, ["talk/x", said("a", { name: "Ana" })], ["talk/y", said("b", { name: "Bia" })])
    await projections.shows(owner!)
    expect(await projections.run(projections.service.erase("acme", ["talk/x"]))).toBe(1)
    await world.write(owner!, ["talk/x", said("c", { name: "Ana" })])
    await projections.shows(owner!)
    expect(await world.rows("acme", "select id, name, events::float8 from counts order by id")).toEqual([
      ["x", null, 2],
      ["y", "Bia", 1]
    ])
  })

  it("of two companies with the same ids are two", async () => {
    const [one] = await world.own("acme", 1)
    const [other] = await world.own("other", 1)
    const projections = await world.project([counting()])
    await world.write(one!, ["talk/x", said("ours")])
    await world.write(other!, ["talk/x", said("theirs")])
    await projections.shows(one!, other!)
    expect(await world.rows("acme", allCounts)).toEqual([["x", 1, "ours", ["ours"]]])
    expect(await world.rows("other", allCounts)).toEqual([["x", 1, "theirs", ["theirs"]]])
    expect(await world.rows("acme", 'select count(*)::int from "c_other".counts')).toEqual([[0]])
  })

  it("of a company that was dropped are gone, and are not made again", async () => {
    const [one] = await world.own("acme", 1)
    const [other] = await world.own("other", 1)
    const first = await world.project([counting()])
    await world.write(one!, ["talk/x", said("a")])
    await first.shows(one!)
    await first.run(first.service.dropCompany("acme"))
    await world.write(one!, ["talk/x", said("b")])
    await world.write(other!, ["talk/y", said("c")])
    await first.shows(other!)
    await first.stop()
    const second = await world.project([counting()])
    await world.write(other!, ["talk/y", said("d")])
    await second.shows(other!)
    await second.run(second.service.ensureCompany("acme"))
    expect(await world.database.admin("select nspname from pg_namespace where nspname like 'c\\_%'")).toEqual(
      [["c_other"]]
    )
    expect(await second.run(second.service.lags(null))).toMatchObject([
      { company: "other", read: 2, total: 2 }
    ])
  })

  it("stay as they are while a new one is filled from the beginning", async () => {
    const [owner] = await world.own("acme", 1)
    const first = await world.project([counting()])
    await world.write(owner!, ["talk/x", said("a")])
    await first.shows(owner!)
    await first.stop()
    const ids = readModel({
      name: "ids",
      version: 1,
      about: "For tests.",
      key: ["id"],
      columns: { id: text("An id.") },
      fold: ({ id }) => [{ key: [id], change: () => ({ id }) }]
    })
    const second = await world.project([counting(), ids])
    await second.built("acme")
    expect(await world.rows("acme", "select id from ids")).toEqual([["x"]])
    await world.write(owner!, ["talk/z", said("b")])
    await second.shows(owner!)
    expect(second.applied.map(({ after, position }) => [after, position])).toEqual([[1, 2]])
  })
})
