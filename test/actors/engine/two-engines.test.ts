import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterEach, beforeEach, expect, it } from "vitest"
import { verify } from "../../../eventstore/proof/verify.ts"
import { describePostgres, type TestDatabase } from "../../databases.ts"
import { type EngineProcess, startEngineProcess } from "./world/engine-process.ts"
import { faultsOf, startLoad } from "./world/load.ts"
import { until } from "./world/run-engine.ts"

const leaseMs = 1200
const takeOverMaxMs = 30_000
const add = { type: "Add" }

describePostgres("two engines on one database", (kind) => {
  let database: TestDatabase
  const processes: Array<EngineProcess> = []
  beforeEach(async () => {
    database = await kind.make()
  })
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.kill()
    await database.drop()
  })

  const start = async (owner: string) => {
    const databaseUrl = Redacted.value(database.app.url!)
    const started = await startEngineProcess({ databaseUrl, owner, leaseMs })
    processes.push(started)
    return started
  }
  const owns = (engine: EngineProcess, partitions: number) =>
    until(`it owns ${partitions} partitions`, async () => (await engine.status()).partitions === partitions)
  const isWhole = async () =>
    expect(await Effect.runPromise(Effect.provide(verify(), database.layer))).toMatchObject({ ok: true })

  it("own every partition once; the second is told to try elsewhere, and waits", async () => {
    const one = await start("one")
    await owns(one, 4)
    const two = await start("two")
    expect(await one.deliver("counter/1", add)).toMatchObject({ version: 2 })
    expect(await two.deliver("counter/1", add)).toMatchObject({ _tag: "TryAgain", reason: "notOwner" })
    expect(await two.status()).toMatchObject({ partitions: 0, ready: false, why: "it has no partition yet" })
    expect(await database.admin("select distinct owner from es.partition")).toEqual([["one"]])
  })

  it("the second takes over within 10 s after a kill -9 of the first, and nothing acknowledged is lost", async () => {
    const one = await start("one")
    await owns(one, 4)
    const two = await start("two")
    await one.deliver("alarm/1", { type: "Wind", pause: 100 })
    let current = one
    const load = startLoad(12, (...sent) => current.deliver(...sent))
    await until("there is load", () => load.acknowledged.size > 200)
    const killedAt = performance.now()
    await one.kill()
    current = two
    await owns(two, 4)
    expect(performance.now() - killedAt).toBeLessThan(takeOverMaxMs)
    const before = load.acknowledged.size
    await until("the load goes on", () => load.acknowledged.size > before + 200)
    await until("the timer fired", async () => {
      const fired = await database.admin("select count(*)::int from es.event where type = 'TimerFired'")
      return fired[0]![0] === 1
    })
    await load.stop()
    expect(await faultsOf(database.admin, load.acknowledged)).toEqual([])
    await isWhole()
  })

  it("a frozen owner that wakes up after the takeover is refused, gives up, and nothing is lost or doubled", async () => {
    const one = await start("one")
    await owns(one, 4)
    const two = await start("two")
    const loads: Array<ReturnType<typeof startLoad>> = []
    const loadOf = async (name: string, engine: EngineProcess) => {
      const load = startLoad(12, engine.deliver, name)
      loads.push(load)
      await until(`${name} is under way`, () => load.acknowledged.size > 100)
    }
    for (const [frozen, other] of [
      [one, two],
      [two, one]
    ] as const) {
      const round = loads.length
      await loadOf(`before the freeze ${round}`, frozen)
      frozen.signal("SIGSTOP")
      await owns(other, 4)
      await loadOf(`at the new owner ${round}`, other)
      frozen.signal("SIGCONT")
      await until("the former owner has given up", async () => (await frozen.status()).partitions === 0)
      expect(await frozen.deliver("counter/1", add)).toMatchObject({ _tag: "TryAgain", reason: "notOwner" })
    }
    for (const load of loads) await load.stop()
    const acknowledged = new Map(loads.flatMap((load) => [...load.acknowledged]))
    expect(await faultsOf(database.admin, acknowledged)).toEqual([])
    await isWhole()
  })

  it("a process that starts under the name of a dead one takes its partitions", async () => {
    const one = await start("same")
    await owns(one, 4)
    await one.kill()
    const two = await start("same")
    await owns(two, 4)
    expect(await two.deliver("counter/1", add)).toMatchObject({ version: 2 })
  })
})
