import { expect, it } from "vitest"
import { alarm } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine, type EngineSuite } from "./world/suite.ts"

const machines = [{ machine: alarm }]
const secondMs = 1000
const dayMs = 86_400_000
const wind = (pause: number) => ({ type: "Wind", pause })

const timers = async (given: EngineSuite) =>
  given.database.admin("select stream, timer, set_by::int, es.ms(due_at) from es.timer order by 1, 2")

const fired = async (engine: TestEngine, of = "alarm/1") =>
  (await engine.types(of)).filter((type) => type === "TimerFired").length

describeEngine("timers", (given) => {
  /** Lets everything that is due by now happen, and that it is no more than that. */
  const settle = async (engine: TestEngine) => {
    await engine.quiet()
    await until("nothing is due", async () => {
      const due = await given.database.admin("select count(*)::int from es.timer where due_at <= es.at($1)", [
        given.clock.now()
      ])
      return due[0]![0] === 0
    })
    await engine.quiet()
  }

  it("fire when they are due, not a millisecond before, and once", async () => {
    const engine = await given.start({ machines })
    await engine.deliver("alarm/1", wind(8 * secondMs))
    const dueAt = given.clock.now() + 8 * secondMs
    expect(await timers(given)).toEqual([["alarm/1", "pause", 2, dueAt]])
    expect((await engine.view("alarm/1"))!.timers).toEqual([{ timer: "pause", dueAt }])
    given.clock.advance(8 * secondMs - 1)
    await settle(engine)
    expect(await fired(engine)).toBe(0)
    given.clock.advance(1)
    await engine.seen("alarm/1", "Rang")
    const events = await engine.events("alarm/1")
    expect(
      events
        .slice(2)
        .map(({ type, data, causation, principal, recordedAt }) => [
          type,
          data,
          causation,
          principal,
          recordedAt
        ])
    ).toEqual([
      ["TimerFired", { timer: "pause" }, "alarm/1@2", "engine", dueAt],
      ["Rang", {}, "alarm/1@3", "engine", dueAt]
    ])
    given.clock.advance(dayMs)
    await settle(engine)
    expect(await fired(engine)).toBe(1)
    expect(await timers(given)).toEqual([])
  })

  it("begin anew when they are set again, and stand still when they are cancelled", async () => {
    const engine = await given.start({ machines })
    await engine.deliver("alarm/1", wind(8 * secondMs))
    given.clock.advance(5 * secondMs)
    await engine.deliver("alarm/1", wind(8 * secondMs))
    given.clock.advance(5 * secondMs)
    await settle(engine)
    expect(await fired(engine)).toBe(0)
    given.clock.advance(3 * secondMs)
    await engine.seen("alarm/1", "Rang")
    await engine.deliver("alarm/1", wind(secondMs))
    await engine.deliver("alarm/1", { type: "Stop" })
    expect(await timers(given)).toEqual([])
    given.clock.advance(dayMs)
    await settle(engine)
    expect(await fired(engine)).toBe(1)
  })

  it("lose the race against an event of the same commit", async () => {
    const engine = await given.start({ machines })
    await engine.deliver("alarm/1", wind(secondMs))
    given.clock.advance(secondMs)
    const stopped = engine.deliver("alarm/1", { type: "Stop" })
    await stopped
    await settle(engine)
    const types = await engine.types("alarm/1")
    const { value } = (await engine.view("alarm/1"))!
    expect(value).toBe("still")
    expect(types.filter((type) => type === "Rang").length).toBe(
      types.filter((type) => type === "TimerFired").length
    )
    expect(await timers(given)).toEqual([])
  })

  it("that are set within one commit leave the last one only", async () => {
    const engine = await given.start({ machines })
    await Promise.all([3, 2, 5].map((seconds) => engine.deliver("alarm/1", wind(seconds * secondMs))))
    expect((await timers(given)).map(([, timer, , dueAt]) => [timer, dueAt])).toEqual([
      ["pause", given.clock.now() + 5 * secondMs]
    ])
    given.clock.advance(5 * secondMs)
    await engine.seen("alarm/1", "Rang")
    await settle(engine)
    expect(await fired(engine)).toBe(1)
  })

  it("that fell due while nobody ran fire once when somebody does", async () => {
    const first = await given.start({ machines })
    for (const id of [1, 2, 3]) await first.deliver(`alarm/${id}`, wind(id * secondMs))
    await first.crash()
    given.clock.advance(dayMs)
    const engine = await given.start({ machines })
    for (const id of [1, 2, 3]) await engine.seen(`alarm/${id}`, "Rang")
    await engine.stop()
    const again = await given.start({ machines })
    given.clock.advance(dayMs)
    await settle(again)
    for (const id of [1, 2, 3]) expect(await fired(again, `alarm/${id}`)).toBe(1)
  })

  it("go on in the next process with what is left of them", async () => {
    const first = await given.start({ machines })
    await first.deliver("alarm/1", wind(20 * secondMs))
    given.clock.advance(15 * secondMs)
    await first.stop()
    const engine = await given.start({ machines })
    given.clock.advance(4999)
    await settle(engine)
    expect(await fired(engine)).toBe(0)
    given.clock.advance(1)
    await engine.seen("alarm/1", "Rang")
  })

  it("far ahead stay in the database and come into memory in time", async () => {
    const engine = await given.start({ machines })
    await engine.deliver("alarm/1", wind(3 * dayMs))
    await engine.deliver("alarm/2", wind(30 * secondMs))
    const ahead = async () => (await engine.run(engine.engine.status)).timersAhead
    expect(await ahead()).toBe(1)
    given.clock.advance(30 * secondMs)
    await engine.seen("alarm/2", "Rang")
    expect(await ahead()).toBe(0)
    given.clock.advance(3 * dayMs - 30 * secondMs - 10 * secondMs)
    await until("it is in memory", async () => {
      given.clock.advance(0)
      return (await ahead()) === 1
    })
    expect(await fired(engine)).toBe(0)
    given.clock.advance(10 * secondMs)
    await engine.seen("alarm/1", "Rang")
    expect((await engine.events("alarm/1")).at(-1)!.recordedAt).toBe(given.clock.now())
  })

  it("that are due at once fire at once", async () => {
    const engine = await given.start({ machines })
    await engine.deliver("alarm/1", wind(0))
    given.clock.advance(0)
    await engine.seen("alarm/1", "Rang")
    await engine.deliver("alarm/1", wind(-5))
    given.clock.advance(0)
    await engine.seen("alarm/1", "Rang", 2)
  })

  it("of many actors all fire once, in the order of their times", async () => {
    const engine = await given.start({ machines })
    const ids = Array.from({ length: 300 }, (_, n) => n)
    await Promise.all(ids.map((id) => engine.deliver(`alarm/${id}`, wind(((id * 7919) % 300) * 100))))
    for (let step = 0; step < 31; step++) {
      given.clock.advance(secondMs)
      await settle(engine)
    }
    const counts = await given.database.admin(
      "select count(*)::int, count(distinct stream)::int from es.event where type = 'TimerFired'"
    )
    expect(counts).toEqual([[300, 300]])
    const early = await given.database.admin(
      `select count(*)::int from es.event e join es.event w on w.stream = e.stream and w.type = 'Wind'
        where e.type = 'TimerFired' and e.recorded_at < w.recorded_at + (w.data->>'pause')::int * interval '1 ms'`
    )
    expect(early).toEqual([[0]])
  })
})
