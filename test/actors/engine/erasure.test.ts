import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { replay } from "../../../actors/replay/replay.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { registerOne } from "../stored-history.ts"
import { chat, chatAnew, lead } from "./world/erasure-machines.ts"
import { busyFor, holding, hourMs, lookMs, place, said, toolsOf } from "./world/erasure-tools.ts"
import { gate, scripted } from "./world/handlers.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine } from "./world/suite.ts"

describeEngine("an erased person", (given) => {
  const { start, ask, done, copies, isWhole, talk } = toolsOf(given)

  it("is gone from every place with the commit that proves it, and nobody else is", async () => {
    const engine = await start()
    await talk(engine)
    const others = await copies("lead/8")
    expect(await copies()).toEqual({
      "chat/7-a": [3, 1, 1, 1, 1],
      "chat/7-b": [3, 1, 1, 1, 1],
      "lead/7": [2, 1, 0, 0, 0]
    })
    const asked: Array<ReadonlyArray<string>> = []
    await engine.stop()
    const next = await start({
      erasureTargets: [
        place("an index", (company, subject, streams) => {
          asked.push([company, subject, ...streams])
          return Effect.succeed(4)
        })
      ]
    })
    await ask("e1")
    const report = await done("e1")
    expect(report).toEqual({
      subject: "lead/7",
      by: "person:bia",
      reason: "asked for",
      streams: [
        { stream: "chat/7-a", proof: 6, events: 6 },
        { stream: "chat/7-b", proof: 6, events: 6 },
        { stream: "lead/7", proof: 4, events: 4 }
      ],
      places: [
        { place: "key", erased: 1 },
        { place: "ciphertexts of events", erased: 8 },
        { place: "snapshots", erased: 3 },
        { place: "jobs", erased: 2 },
        { place: "messages between actors", erased: 2 },
        { place: "timers", erased: 2 },
        { place: "an index", erased: 4 }
      ],
      left: 0
    })
    expect(asked).toEqual([["acme", "lead/7", "chat/7-a", "chat/7-b", "lead/7"]])
    const none = [0, 0, 0, 0, 0]
    expect(await copies()).toEqual({ "chat/7-a": none, "chat/7-b": none, "lead/7": none })
    expect(await copies("lead/8")).toEqual(others)
    expect((await next.events("chat/8-a"))[2]!.data).toEqual({ text: "the secret of 8-a" })
    await isWhole(next)
  })

  it("leaves snapshots, jobs, timers and messages in the very commit of its proof", async () => {
    const hold = gate()
    const seen: Array<unknown> = []
    const engine = await start({
      store: Layer.effect(
        EventStore,
        Effect.map(EventStore, (store) => ({
          ...store,
          append: (batch) =>
            batch.streamsErased.size === 0
              ? store.append(batch)
              : store
                  .append(batch)
                  .pipe(
                    Effect.tap(Effect.promise(async () => seen.push((await copies())["chat/7-a"]))),
                    Effect.tap(hold.wait)
                  )
        }))
      )
    })
    await talk(engine)
    await ask("e1")
    given.clock.advance(lookMs)
    await until("its first stream is proved", () => seen.length > 0)
    // The ciphertexts of events go with the key, when all streams are proved.
    expect(seen).toEqual([[3, 0, 0, 0, 0]])
    hold.open()
    await done("e1")
  })

  it("can still be looked at and replayed, with nothing of the person in it", async () => {
    const engine = await start()
    await talk(engine)
    await engine.deliver("chat/7-a", said("the secret of 7-a, once more", 6))
    await ask("e1")
    await done("e1")
    const expected = {
      version: 8,
      status: "active",
      value: "asking",
      context: { leadId: "7", name: "", last: 6, said: ["", ""], timesByWord: {} },
      timers: [],
      jobs: []
    }
    expect(await engine.view("chat/7-a")).toMatchObject(expected)
    await engine.stop()
    const again = await start()
    expect(await again.view("chat/7-a")).toMatchObject(expected)
    const events = await again.events("chat/7-a")
    expect(events.map(({ type, withheld }) => [type, withheld])).toEqual([
      ["ActorStarted", "erased"],
      ["Said", "erased"],
      ["Heard", "erased"],
      ["Gossip", undefined],
      ["Ask", undefined],
      ["Said", "erased"],
      ["Heard", "erased"],
      ["SubjectErased", undefined]
    ])
    expect(events[1]!.data).toEqual({ text: "", n: 5 })
    expect(events.at(-1)).toMatchObject({
      principal: "engine",
      causation: "erasure/e1",
      data: { erasure: "e1", subject: "lead/7", by: "person:bia", reason: "asked for" }
    })
    const replayed = replay(registerOne(chat, ["work"]), events)
    expect(replayed).toMatchObject({ version: 8, differing: 0, stopped: undefined, withheld: 5 })
    expect(replayed.state).toMatchObject({ value: "asking", context: expected.context })
    expect(replayed.notes).toEqual([
      expect.stringContaining("the personal data of 5 events is erased or sealed")
    ])
  })

  it("is told nothing more, and whatever was on its way to it or from it comes to nothing", async () => {
    const answer = gate()
    const handler = scripted([() => Effect.as(answer.wait, { text: "at last" })], { idempotency: "key" })
    const engine = await start({ handlers: [handler] })
    await engine.deliver("chat/7-a", said("the secret of 7-a"))
    await engine.deliver("chat/7-a", { type: "Ask" })
    await until("it is on its way", () => handler.calls.length === 1)
    await ask("e1")
    await done("e1")
    const types = await engine.types("chat/7-a")
    answer.open()
    given.clock.advance(24 * hourMs)
    await engine.quiet()
    expect(await engine.refuse("chat/7-a", said("hello?"))).toMatchObject({
      _tag: "EventRefused",
      reason: "erased",
      message: "the person that acme/chat/7-a is about was erased; it takes nothing more"
    })
    expect(await engine.refuse("lead/7", { type: "Told", text: "hello?" })).toMatchObject({
      reason: "erased"
    })
    expect(await engine.refuse("chat/7-new", said("hello?"))).toMatchObject({ reason: "erased" })
    // A message of somebody else to this person is dropped, and not kept for ever.
    await given.database.admin(
      `insert into es.message select 'acme', e.partition, e.stream, e.version, 9, 'lead/7',
          convert_to('{"type":"Told","text":"news"}', 'UTF8'), null, e.recorded_at
        from es.event e where e.stream = 'chat/7-a' and e.version = 1`
    )
    await until("it was dropped", async () => {
      given.clock.advance(lookMs * 3)
      return (await given.database.admin("select 1 from es.message")).length === 0
    })
    expect([await engine.types("chat/7-a"), handler.calls.length]).toEqual([types, 1])
    await isWhole(engine)
  })
})

describeEngine("an erasure that a crash cuts off", (given) => {
  const { start, ask, reportOf, done, copies, isWhole, talk } = toolsOf(given)

  /** Ends as after an erasure that nothing cut off. */
  const isFinished = async (engine: TestEngine) => {
    const { left, streams } = await done("e1")
    expect([left, streams.length]).toEqual([0, 3])
    expect(
      Object.values(await copies())
        .flat()
        .filter((count) => count !== 0)
    ).toEqual([])
    for (const { stream } of streams) {
      const types = await engine.types(stream)
      expect([types.at(-1), types.filter((type) => type === "SubjectErased").length]).toEqual([
        "SubjectErased",
        1
      ])
    }
    const keys = await given.database.admin("select subject, wrapped is null from es.subject order by 1")
    expect(keys).toEqual([
      ["lead/7", true],
      ["lead/8", false]
    ])
    await isWhole(engine)
  }

  it("after it was asked for is begun by the next engine", async () => {
    const first = await start()
    await talk(first)
    await first.crash()
    await ask("e1")
    await isFinished(await start())
  })

  it.each([1, 2, 3])("before the commit of proof %i goes on with the rest", async (nth) => {
    const held = { now: false }
    const hang = Effect.andThen(
      Effect.sync(() => {
        held.now = true
      }),
      Effect.never
    )
    const first = await start({ store: holding(nth, hang) })
    await talk(first)
    await ask("e1")
    await until("the proof is on its way", () => {
      given.clock.advance(lookMs)
      return held.now
    })
    await first.crash()
    const proved = await given.database.admin("select 1 from es.event where type = 'SubjectErased'")
    expect([proved.length, await reportOf("e1")]).toEqual([nth - 1, undefined])
    await isFinished(await start())
  })

  it("after all streams are proved asks the places", async () => {
    let asked = 0
    const hang = place("slow", () => {
      asked++
      return Effect.never
    })
    const first = await start({ erasureTargets: [hang] })
    await talk(first)
    await ask("e1")
    await until("the place is asked", () => {
      given.clock.advance(lookMs)
      return asked > 0
    })
    await first.crash()
    const again: Array<string> = []
    const next = await start({
      erasureTargets: [place("slow", (_, subject) => Effect.sync(() => again.push(subject)))]
    })
    await isFinished(next)
    expect(again).toEqual(["lead/7"])
  })

  it("after the key was destroyed only writes the report", async () => {
    const first = await start({ erasureTargets: [place("slow", () => Effect.never)] })
    await talk(first)
    await ask("e1")
    await until("all are proved", async () => {
      given.clock.advance(lookMs)
      return (await given.database.admin("select 1 from es.event where type = 'SubjectErased'")).length === 3
    })
    await first.crash()
    await given.database.admin("select es.destroy_subject('acme', 'lead/7')")
    await isFinished(await start())
  })

  it("lets nothing of what the person waited for begin, from the very start of the next engine", async () => {
    const first = await start({ runJobs: false })
    await talk(first)
    await first.crash()
    await ask("e1")
    const handler = scripted([busyFor(lookMs)])
    const hold = gate()
    const next = await start({ handlers: [handler], store: holding(1, hold.wait) })
    await until("the other person's job was tried, look by look", () => {
      given.clock.advance(lookMs)
      return handler.calls.length > 3
    })
    expect(new Set(handler.calls.map(({ address }) => address.id))).toEqual(new Set(["8-a"]))
    hold.open()
    await isFinished(next)
  })
})

describeEngine("an erasure that meets with difficulties", (given) => {
  const { start, ask, reportOf, done, copies, isWhole, talk } = toolsOf(given)

  it("asks a place again until it answers, says once why it waits, and keeps the key so long", async () => {
    let tries = 0
    const moody = place("moody", () =>
      Effect.suspend(() => (++tries < 4 ? Effect.fail({ message: "the disk is full" }) : Effect.succeed(2)))
    )
    const broken = place("broken at first", () =>
      tries < 6 && ++tries < 6 ? Effect.die(new Error("Ana Sousa")) : Effect.succeed(0)
    )
    const engine = await start({ erasureTargets: [moody, broken] })
    await talk(engine)
    await ask("e1")
    await until("it failed", async () => {
      given.clock.advance(lookMs)
      return tries >= 2
    })
    expect(await given.database.admin("select 1 from es.subject where wrapped is null")).toEqual([])
    expect((await done("e1")).places.slice(-2)).toEqual([
      { place: "moody", erased: 2 },
      { place: "broken at first", erased: 0 }
    ])
    const told = engine.log.filter((line) => line.includes("erasure e1"))
    expect(told).toEqual([
      "error: erasure e1 waits: the disk is full",
      "error: erasure e1 waits: a place broke",
      "info: erasure e1 of acme is done: 3 streams"
    ])
  })

  it("asked for twice at once is one", async () => {
    const engine = await start()
    await talk(engine)
    const ids = (await Promise.all([ask("e1"), ask("e2"), ask("e3")])).flat(2)
    expect(new Set(ids).size).toBe(1)
    await done(String(ids[0]))
    expect((await given.database.admin("select count(*)::int from es.erasure"))[0]).toEqual([1])
    expect((await engine.types("chat/7-a")).filter((type) => type === "SubjectErased")).toHaveLength(1)
    // Asked for again, there is nothing left to take away.
    await ask("e4")
    const report = await done("e4")
    expect(report.places.find((each) => each.place === "ciphertexts of events")).toMatchObject({ erased: 0 })
    expect((await engine.types("chat/7-a")).filter((type) => type === "SubjectErased")).toHaveLength(1)
  })

  it("of a stream whose actor never began keeps it from ever beginning", async () => {
    const engine = await start()
    // It took a key, and then the event was refused.
    const refused = await engine.refuse("chat/7-a", said("x"), { expectedVersion: 9 })
    expect(refused._tag).toBe("WrongVersion")
    expect(await copies()).toEqual({ "chat/7-a": [0, 0, 0, 0, 0] })
    await ask("e1")
    await done("e1")
    expect((await engine.events("chat/7-a")).map(({ type, data }) => [type, data.state])).toEqual([
      ["SubjectErased", null]
    ])
    expect(await engine.refuse("chat/7-a", said("x"))).toMatchObject({ reason: "erased" })
    expect(await engine.view("chat/7-a")).toBeUndefined()
    await engine.stop()
    const again = await start()
    expect(await again.refuse("chat/7-a", said("x"))).toMatchObject({ reason: "erased" })
    expect(replay(registerOne(chat, ["work"]), await again.events("chat/7-a"))).toMatchObject({
      version: 1,
      state: undefined,
      stopped: undefined,
      notes: ["the person was erased, and no state could be kept"]
    })
    await isWhole(again)
  })

  it.each([
    ["can't go on in the version that is listed", [chatAnew, lead]],
    ["is of a machine that is not listed any more", [lead]]
  ])("erases an actor that %s, without a state", async (_, listed) => {
    const first = await start()
    await talk(first)
    await first.stop()
    const engine = await start({ machines: listed })
    const refused = await engine.refuse("chat/7-a", said("x"))
    expect("reason" in refused && refused.reason).toBe(listed.length === 1 ? "unknownMachine" : "parked")
    await ask("e1")
    expect(await done("e1")).toMatchObject({ left: 0 })
    expect((await engine.events("chat/7-a")).at(-1)).toMatchObject({
      type: "SubjectErased",
      version: 6,
      data: { state: null }
    })
    expect(await engine.view("lead/7")).toMatchObject({ context: { told: ["", ""] } })
    await isWhole(engine)
    await engine.stop()
    const again = await start()
    expect(await again.refuse("chat/7-a", said("x"))).toMatchObject({ reason: "erased" })
  })

  it("is refused for a stranger and under a legal hold, and a hold set later stops it until it ends", async () => {
    const engine = await start()
    await talk(engine)
    await expect(ask("e0", "lead/9")).rejects.toThrow("nobody called lead/9 is known at acme")
    const hold = () => given.database.admin("select es.set_hold('acme', 'lead/7', 'person:bia', 'case 118')")
    await hold()
    await expect(ask("e0")).rejects.toThrow("lead/7 of acme is under legal hold: case 118")
    await given.database.admin("select es.release_hold('acme', 'lead/7')")
    await engine.stop()
    await ask("e1")
    await hold()
    const before = await copies()
    const next = await start()
    const waits = "info: erasure e1 waits: its person is under legal hold"
    await until("it waits", () => {
      given.clock.advance(lookMs)
      return next.log.includes(waits)
    })
    // The looks that end these have passed by the one that waits.
    for (const other of ["e2", "e3"]) {
      await ask(other, "lead/8")
      await done(other)
    }
    expect(await next.deliver("chat/7-a", said("still here"))).toMatchObject({ duplicate: false })
    expect([await reportOf("e1"), Object.keys(await copies())]).toEqual([undefined, Object.keys(before)])
    expect(next.log.filter((line) => line.includes("e1"))).toEqual([waits])
    await expect(given.database.admin("select es.destroy_subject('acme', 'lead/7')")).rejects.toThrow("hold")
    await given.database.admin("select es.release_hold('acme', 'lead/7')")
    expect(await done("e1")).toMatchObject({ left: 0 })
    await expect(hold()).rejects.toThrow("nobody called lead/7 is known at acme")
  })
})
