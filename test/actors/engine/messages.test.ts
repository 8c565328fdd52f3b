import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { receiver, sender } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine, type EngineSuite } from "./world/suite.ts"

const machines = [{ machine: sender }, { machine: receiver }]
const send = (n: number, to = "receiver/1") => ({ type: "Send", to, n })

const waiting = async (given: EngineSuite) =>
  (await given.database.admin("select count(*)::int from es.message"))[0]![0]
const heard = async (engine: TestEngine, id = "1") =>
  ((await engine.view(`receiver/${id}`))?.context as { heard: ReadonlyArray<string> } | undefined)?.heard

describeEngine("messages between actors", (given) => {
  const arrived = (engine: TestEngine, count: number, id = "1") =>
    until(`${count} are heard, and none is on its way`, async () => {
      return ((await heard(engine, id))?.length ?? 0) >= count && (await waiting(given)) === 0
    })

  it("arrive once and in the order of their sender, and start whoever they are for", async () => {
    const engine = await given.start({ machines })
    await Promise.all(Array.from({ length: 20 }, (_, n) => engine.deliver("sender/1", send(n))))
    await arrived(engine, 60)
    const expected = Array.from({ length: 20 }, (_, n) => [0, 1, 2].map((place) => `${n}.${place}`)).flat()
    expect(await heard(engine)).toEqual(expected)
    const [, first] = await engine.events("receiver/1")
    expect(first).toMatchObject({
      type: "Told",
      data: { n: 0, place: 0 },
      principal: "actor:sender/1",
      causation: "sender/1@2"
    })
  })

  it("of several senders mix, and each sender's keep their order", async () => {
    const engine = await given.start({ machines })
    const sends = Array.from({ length: 40 }, (_, n) => engine.deliver(`sender/${n % 4}`, send(n)))
    await Promise.all(sends)
    await arrived(engine, 120)
    const events = (await engine.events("receiver/1")).filter(({ type }) => type === "Told")
    for (const id of [0, 1, 2, 3]) {
      const own = events.filter(({ principal }) => principal === `actor:sender/${id}`)
      const numbers = own.map(({ data }) => Number(data.n) * 3 + Number(data.place))
      expect(numbers).toEqual([...numbers].sort((one, other) => one - other))
      expect(own).toHaveLength(30)
    }
  })

  it("that were stored before a crash arrive after it", async () => {
    const first = await given.start({ machines, limits: { partitionsPerCompany: 4 } })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => first.deliver(`sender/${n}`, send(n, `receiver/${n}`)))
    )
    await first.crash()
    const engine = await given.start({ machines })
    for (let n = 0; n < 10; n++) await arrived(engine, 3, `${n}`)
    for (let n = 0; n < 10; n++) expect(await heard(engine, `${n}`)).toEqual([`${n}.0`, `${n}.1`, `${n}.2`])
  })

  it("are heard once when they were delivered and the crash came before that was noted", async () => {
    const first = await given.start({ machines })
    await first.deliver("sender/1", send(1))
    await arrived(first, 3)
    await first.crash()
    await given.database.admin(
      `insert into es.message select 'acme', e.partition, 'sender/1', 2, n, 'receiver/1',
          convert_to(json_build_object('type', 'Told', 'n', 1, 'place', n)::text, 'UTF8'), null, e.recorded_at
        from es.event e, generate_series(0, 2) n where e.stream = 'sender/1' and e.version = 2`
    )
    const engine = await given.start({ machines })
    await until("none is on its way", async () => (await waiting(given)) === 0)
    expect(await heard(engine)).toEqual(["1.0", "1.1", "1.2"])
  })

  it("that are refused wait in the database, hold up no other, and arrive when the target knows them", async () => {
    const deaf = { machine: receiver, events: { Other: Schema.Struct({}) } }
    const first = await given.start({ machines: [{ machine: sender }, deaf] })
    await first.deliver("sender/1", send(1, "nobody/1"))
    await first.deliver("sender/1", send(2))
    await until("both are refused", () => first.log.filter((line) => line.includes("is refused")).length >= 6)
    const refusals = first.log.filter((line) => line.includes("is refused")).sort()
    expect(refusals).toEqual(
      [
        ["@2", "nobody", "unknownMachine"],
        ["@3", "receiver", "unknownEvent"]
      ].flatMap(([version, target, reason]) =>
        [0, 1, 2].map(
          (n) => `error: message acme/sender/1${version}.${n} to ${target}/1 is refused: ${reason}`
        )
      )
    )
    expect(await waiting(given)).toBe(6)
    await first.stop()
    const engine = await given.start({ machines })
    await until("the target's are heard", async () => (await heard(engine))?.length === 3)
    await until("the stranger's still wait", async () => (await waiting(given)) === 3)
    expect(await heard(engine)).toEqual(["2.0", "2.1", "2.2"])
  })

  it("find their target when its partition was not ours at first", async () => {
    // Another process holds a partition, until it ends; not the first, for whoever has that takes the rest.
    await given.start({ machines }).then((engine) => engine.stop())
    const [[partition]] = (await given.database.admin(
      "select partition from es.partition where company = 'acme' order by 1 desc limit 1"
    )) as [[number]]
    await given.database.admin(
      "insert into es.owner (owner, lease_until) values ('other', clock_timestamp() + interval '1 hour')"
    )
    await given.database.admin(
      "update es.partition set owner = 'other', epoch = epoch + 1 where partition = $1",
      [partition]
    )
    const engine = await given.start({ machines, leaseMs: 600 })
    const ids = Array.from({ length: 30 }, (_, n) => `${n}`)
    const owned: Array<string> = []
    for (const id of ids) {
      const sent = await engine.deliver(`sender/${id}`, send(1, `receiver/${id}`)).catch(() => undefined)
      if (sent !== undefined) owned.push(id)
    }
    expect(owned.length).toBeGreaterThan(0)
    expect(owned.length).toBeLessThan(ids.length)
    await given.database.admin("delete from es.owner where owner = 'other'")
    await until("all are heard", async () => {
      given.clock.advance(1000)
      return (await waiting(given)) === 0
    })
    for (const id of owned) expect(await heard(engine, id)).toEqual(["1.0", "1.1", "1.2"])
  })
})
