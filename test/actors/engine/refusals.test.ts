import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { assign, emit, raise, sendTo, setup } from "xstate"
import { EventStore, StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { verify } from "../../../eventstore/proof/verify.ts"
import { actorAt } from "../../../machines/listed-machine.ts"
import { gate } from "./world/handlers.ts"
import { counter } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine } from "./world/suite.ts"

const add = { type: "Add" }
const say = (what: unknown) => ({ type: "Say", what }) as never
const machines = [{ machine: counter }]
/** Its schemas mark nothing as personal, so that the test sees what is stored. */
const inTheClear = { machine: counter, events: { Say: Schema.Struct({ what: Schema.Unknown }) } }

/** Asks the world for things that no JSON holds. */
const careless = setup({
  types: {
    events: {} as { type: "Job" | "Message" | "Timer" | "Emit" | "Keep" | "Name" },
    context: {} as { kept: unknown }
  },
  actions: { work: (_, _params: { big: unknown }) => {} },
  delays: { never: Number.NaN }
}).createMachine({
  id: "careless",
  context: { kept: null },
  on: {
    Job: { actions: { type: "work", params: { big: 10n } } },
    Message: { actions: sendTo(() => actorAt("counter", "1"), { type: "Add", by: 10n } as never) },
    Timer: { actions: raise({ type: "Keep", by: 10n } as never, { delay: 1000 }) },
    Emit: { actions: emit({ type: "Odd", by: 10n } as never) },
    Name: { actions: emit({ type: "Half\ud83d" } as never) },
    Keep: { actions: assign({ kept: 10n }) }
  }
})

describeEngine("what the engine refuses", (given) => {
  const isWhole = async (engine: TestEngine) =>
    expect(
      await engine.run(Effect.provideService(verify({ company: "acme" }), EventStore, engine.store))
    ).toMatchObject({
      ok: true
    })

  it("names the place of what can't be stored: NUL, half a pair, a number that JSON does not have", async () => {
    const engine = await given.start({ machines })
    const refusals = [
      await engine.refuse("counter/1", say({ list: [1, { deep: "a\u0000b" }] })),
      await engine.refuse("counter/1", say({ "half\ud83d": 1 })),
      await engine.refuse("counter/1", say("\udc00")),
      await engine.refuse("counter/1", say([Number.NaN])),
      await engine.refuse("counter/1", say({ f: () => 1 })),
      await engine.refuse("counter/1", say({ big: 10n }))
    ]
    expect(refusals.map((each) => ["reason" in each && each.reason, each.message])).toEqual([
      ["wrongData", "Say.what.list[1].deep holds a NUL character"],
      ["wrongData", "Say.what holds half a surrogate pair"],
      ["wrongData", "Say.what holds half a surrogate pair"],
      ["wrongData", "Say.what[0] is NaN, which JSON does not have"],
      ["wrongData", "Say.what.f is a function, which JSON does not have"],
      ["wrongData", "Say.what.big is a bigint, which JSON does not have"]
    ])
    expect(await engine.types("counter/1")).toEqual([])
  })

  it("takes no words on the envelope either that the store would change or refuse", async () => {
    const engine = await given.start({ machines })
    for (const bad of ["a\u0000b", "half\ud83d"]) {
      for (const field of ["principal", "key", "causation", "correlation"]) {
        const refused = await engine.refuse("counter/1", add, { [field]: bad })
        expect(refused).toMatchObject({ _tag: "EventRefused", reason: "wrongData" })
        expect(refused.message).toContain(field)
      }
      expect(await engine.refuse(`counter/${bad}`, add)).toMatchObject({ reason: "wrongData" })
      expect(await engine.refuse("counter/1", { type: `Add${bad}` })).toMatchObject({ reason: "wrongData" })
    }
    for (const occurredAt of [Number.NaN, Number.POSITIVE_INFINITY, 0.5, -0.5, 1e17, -1e14]) {
      expect(await engine.refuse("counter/1", add, { occurredAt })).toMatchObject({ reason: "wrongData" })
    }
    await engine.deliver("counter/1", add)
    await isWhole(engine)
  })

  it("keeps every millisecond of the years 1 to 9999, and a date as its text", async () => {
    const engine = await given.start({ machines })
    const times = [-62_135_596_800_000, -1, 0, 1, 253_402_300_799_999, 253_402_300_799_998]
    for (const occurredAt of times) await engine.deliver("counter/1", add, { occurredAt })
    await engine.deliver("counter/1", say(new Date(0)))
    const events = await engine.events("counter/1")
    expect(events.filter(({ type }) => type === "Add").map(({ occurredAt }) => occurredAt)).toEqual(times)
    expect(events.at(-1)!.data).toEqual({ what: "1970-01-01T00:00:00.000Z" })
    await isWhole(engine)
  })

  it("refuses what is too large, key and event, at the limit and not before", async () => {
    const engine = await given.start({ machines, limits: { eventMaxBytes: 1000 } })
    const room = 1000 - '{"what":""}'.length
    await engine.deliver("counter/1", say("a".repeat(room)))
    expect(await engine.refuse("counter/1", say("a".repeat(room + 1)))).toMatchObject({
      reason: "tooLarge",
      message: "Say is larger than 1000 bytes"
    })
    expect(await engine.refuse("counter/1", say("é".repeat(room / 2 + 1)))).toMatchObject({
      reason: "tooLarge"
    })
    await engine.deliver("counter/1", add, { key: "k".repeat(512) })
    expect(await engine.refuse("counter/1", add, { key: "k".repeat(513) })).toMatchObject({
      reason: "tooLarge"
    })
  })

  it("lets all others of a batch through when the database refuses one", async () => {
    const engine = await given.start({
      machines: [inTheClear],
      limits: { partitionsPerCompany: 1 },
      store: Layer.effect(
        EventStore,
        Effect.map(EventStore, (store) => ({
          ...store,
          // As a row would that no check of ours foresaw.
          append: (batch) => {
            const texts = batch.events.columns.flat().filter((value) => value === '{"what":"poison"}')
            if (texts.length > 0) batch.events.columns[8]!.fill("not json", 0)
            return store.append(batch)
          }
        }))
      )
    })
    const numbers = Array.from({ length: 40 }, (_, n) => n)
    const outcomes = await Promise.all(
      numbers.map((n) =>
        n % 13 === 5
          ? engine.refuse(`counter/${n % 7}`, say("poison"))
          : engine.deliver(`counter/${n % 7}`, say(n), { key: `k${n}` })
      )
    )
    const refused = outcomes.filter((each) => "_tag" in each)
    expect(refused).toHaveLength(3)
    expect(refused[0]).toMatchObject({ _tag: "EventRefused", reason: "wrongData" })
    expect(refused[0]).toHaveProperty("message", expect.stringContaining("the database refuses it"))
    const said = await given.database.admin("select data->>'what' from es.event where type = 'Said'")
    expect(said.map(([what]) => Number(what)).sort((a, b) => a - b)).toEqual(
      numbers.filter((n) => n % 13 !== 5)
    )
    await isWhole(engine)
  })

  it("tells new callers to try again when too much waits, and takes up where it can", async () => {
    const hold = gate()
    let held = true
    const engine = await given.start({
      machines,
      limits: { waitingMax: 3 },
      store: Layer.effect(
        EventStore,
        Effect.map(EventStore, (store) => ({
          ...store,
          append: (batch) => (held ? Effect.andThen(hold.wait, store.append(batch)) : store.append(batch))
        }))
      )
    })
    const first = [1, 2, 3].map(() => engine.deliver("counter/1", add))
    await until("three wait", async () => (await engine.run(engine.engine.status)).waiting === 3)
    expect(await engine.refuse("counter/1", add)).toMatchObject({
      _tag: "TryAgain",
      reason: "overloaded",
      message: "3 deliveries wait already"
    })
    held = false
    hold.open()
    await Promise.all(first)
    expect(await engine.deliver("counter/1", add)).toMatchObject({ version: 8 })
  })

  it.each(["Job", "Message", "Emit", "Name"])(
    "refuses an event whose step asks for what no JSON holds (%s), and goes on",
    async (type) => {
      const engine = await given.start({ machines: [...machines, { machine: careless }] })
      expect(await engine.refuse("careless/1", { type })).toMatchObject({
        _tag: "EventRefused",
        reason: "wrongData"
      })
      expect(await engine.types("careless/1")).toEqual([])
      await engine.deliver("counter/1", add)
      await isWhole(engine)
    }
  )

  it("keeps an actor whose context no JSON holds, without snapshots", async () => {
    const engine = await given.start({ machines: [{ machine: careless }], limits: { snapshotEvery: 1 } })
    await engine.deliver("careless/1", { type: "Timer" })
    await engine.deliver("careless/1", { type: "Keep" })
    expect(await engine.view("careless/1")).toMatchObject({ context: { kept: 10n } })
    expect(await given.database.admin("select count(*)::int from es.snapshot")).toEqual([[0]])
  })
})

describeEngine("a database that goes away and comes back", (given) => {
  /** A store whose commits or reads fail while `down`; `after` lets the commit happen and loses the answer. */
  const failing = (state: { down: boolean; after: boolean }) => {
    const unavailable = new StoreUnavailable({
      message: "the database did not answer: gone",
      mayHaveHappened: true
    })
    return Layer.effect(
      EventStore,
      Effect.map(EventStore, (store) => ({
        ...store,
        append: (batch) => {
          if (state.after) {
            state.after = false
            return Effect.andThen(store.append(batch), Effect.fail(unavailable))
          }
          return state.down ? Effect.fail(unavailable) : store.append(batch)
        },
        partitions: (company) => (state.down ? Effect.fail(unavailable) : store.partitions(company))
      }))
    )
  }

  it("loses nothing and stores nothing twice when the answer to a commit is lost", async () => {
    const state = { down: false, after: false }
    const engine = await given.start({ machines, store: failing(state) })
    await engine.deliver("counter/1", add)
    state.after = true
    const many = await Promise.all([1, 2, 3].map((n) => engine.deliver("counter/1", add, { key: `k${n}` })))
    expect(many.map(({ version }) => version)).toEqual([4, 6, 8])
    expect(await engine.view("counter/1")).toMatchObject({ context: { count: 4 }, version: 9 })
    expect((await engine.types("counter/1")).filter((type) => type === "Add")).toHaveLength(4)
  })

  it("keeps what waits, refuses what is new with a hint, and goes on by itself", async () => {
    const state = { down: false, after: false }
    const up = await given.start({ machines, store: failing(state) })
    await up.deliver("counter/1", add)
    state.down = true
    const waiting = up.deliver("counter/1", add, { key: "waits" })
    await until("it is known to be away", async () => !(await up.run(up.engine.status)).ready)
    expect(await up.run(up.engine.status)).toMatchObject({
      ready: false,
      why: "the database did not answer: gone"
    })
    expect(await up.refuse("counter/1", add)).toMatchObject({ _tag: "TryAgain", reason: "storeUnavailable" })
    state.down = false
    expect(await waiting).toMatchObject({ version: 4, duplicate: false })
    expect(await up.run(up.engine.status)).toMatchObject({ ready: true })
    expect(await up.deliver("counter/1", add)).toMatchObject({ version: 6 })
  })

  it("tells a delivery that waits too long to try again, and answers its key with what happened", async () => {
    const state = { down: false, after: false }
    const engine = await given.start({ machines, store: failing(state), limits: { deliverTimeoutMs: 10 } })
    await engine.deliver("counter/1", add)
    state.down = true
    expect(await engine.refuse("counter/1", add, { key: "k" })).toMatchObject({ reason: "storeUnavailable" })
    state.down = false
    await until("it answers again", async () => (await engine.run(engine.engine.status)).ready)
    expect(await engine.deliver("counter/1", add, { key: "k" })).toMatchObject({
      version: 4,
      duplicate: true
    })
  })
})
