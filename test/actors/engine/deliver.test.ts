import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { createMachine } from "xstate"
import { EventRefused } from "../../../actors/engine/engine.ts"
import type { Json } from "../../../eventstore/database/json.ts"
import { counter } from "./world/machines.ts"
import { until } from "./world/run-engine.ts"
import { describeEngineOnEvery } from "./world/suite.ts"

const add = { type: "Add" }
const listed = [{ machine: counter }]

describeEngineOnEvery("delivering", (given) => {
  it("stores an event with what the machine drew from it, and says where", async () => {
    const engine = await given.start({ machines: listed })
    const envelope = {
      key: "k1",
      causation: "webhook:9",
      correlation: "c1",
      occurredAt: given.clock.now() - 500
    }
    const first = await engine.deliver("counter/1", { type: "Add", by: 2 }, envelope)
    expect(first).toEqual({
      address: { company: "acme", machine: "counter", id: "1" },
      version: 2,
      position: 2,
      partition: expect.any(Number),
      lastPosition: 3,
      status: "active",
      duplicate: false
    })
    const now = given.clock.now()
    const rows = (await engine.events("counter/1")).map(
      ({ version, kind, type, data, principal, causation, correlation, occurredAt, recordedAt }) => ({
        version,
        kind,
        type,
        data,
        principal,
        causation,
        correlation,
        occurredAt,
        recordedAt
      })
    )
    const told = { correlation: "c1", occurredAt: now - 500, recordedAt: now }
    expect(rows).toEqual([
      {
        version: 1,
        kind: "input",
        type: "ActorStarted",
        data: { machine: "counter", input: null },
        principal: "engine",
        causation: "webhook:9",
        ...told
      },
      {
        version: 2,
        kind: "input",
        type: "Add",
        data: { by: 2 },
        principal: "person:ana",
        causation: "webhook:9",
        ...told
      },
      {
        version: 3,
        kind: "emitted",
        type: "Counted",
        data: { count: 2 },
        principal: "engine",
        causation: "counter/1@2",
        ...told
      }
    ])
    expect(await engine.view("counter/1")).toMatchObject({
      version: 3,
      status: "active",
      context: { count: 2 }
    })
    expect(await engine.view("counter/none")).toBeUndefined()
  })

  it("answers a known key with what was stored, also after a restart, and changes nothing", async () => {
    const engine = await given.start({ machines: listed })
    const first = await engine.deliver("counter/1", add, { key: "k1" })
    expect(await engine.deliver("counter/1", { type: "Add", by: 9 }, { key: "k1" })).toEqual({
      ...first,
      lastPosition: first.position,
      duplicate: true
    })
    await engine.stop()
    const again = await given.start({ machines: listed })
    expect(await again.deliver("counter/1", add, { key: "k1" })).toMatchObject({
      version: 2,
      position: 2,
      duplicate: true
    })
    expect(await again.types("counter/1")).toEqual(["ActorStarted", "Add", "Counted"])
    // Another actor's events have keys of their own.
    expect(await again.deliver("counter/2", add, { key: "k1" })).toMatchObject({ duplicate: false })
  })

  it("takes one event of a key when all come at once, and answers them all alike", async () => {
    const engine = await given.start({ machines: listed })
    const ten = Array.from({ length: 10 }, () => engine.deliver("counter/1", add, { key: "k1" }))
    const answers = await Promise.all(ten)
    expect(answers.map(({ version, position }) => [version, position])).toEqual(answers.map(() => [2, 2]))
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(await engine.types("counter/1")).toEqual(["ActorStarted", "Add", "Counted"])
  })

  it("lets the rest of a batch through when some of its keys are known", async () => {
    const engine = await given.start({ machines: listed })
    const known = await engine.deliver("counter/1", add, { key: "known" })
    const keys = ["a", "known", "b", "known", "c"]
    const answers = await Promise.all(keys.map((key) => engine.deliver("counter/1", add, { key })))
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, true, false, true, false])
    expect(answers[1]).toEqual({ ...known, lastPosition: known.position, duplicate: true })
    expect(await engine.view("counter/1")).toMatchObject({ context: { count: 4 } })
  })

  it("keeps the order in which events were given to it", async () => {
    const engine = await given.start({ machines: listed })
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    await Promise.all(numbers.map((what) => engine.deliver("counter/1", { type: "Say", what })))
    const said = (await engine.events("counter/1")).filter(({ type }) => type === "Said")
    expect(said.map(({ data }) => data.what)).toEqual(numbers)
  })

  it("holds the four expected versions, and a conflict is its caller's alone", async () => {
    const engine = await given.start({ machines: listed })
    await engine.deliver("counter/1", add, { expectedVersion: "none" })
    const conflict = (to: string, expectedVersion: number | "none" | "exists") =>
      engine.refuse(to, add, { expectedVersion, key: "not taken" })
    const [none, exists, exact, ...through] = await Promise.all([
      conflict("counter/1", "none"),
      conflict("counter/2", "exists"),
      conflict("counter/1", 2),
      engine.deliver("counter/1", add, { expectedVersion: 3 }),
      engine.deliver("counter/1", add, { expectedVersion: "exists" }),
      engine.deliver("counter/2", add, { expectedVersion: "any" }),
      engine.deliver("counter/3", add, { expectedVersion: 0 })
    ])
    const wrong = { _tag: "WrongVersion", stream: "counter/1" }
    expect(none).toMatchObject({
      ...wrong,
      expected: "none",
      actual: 3,
      message: "counter/1 is at version 3, and none was expected"
    })
    expect(exists).toMatchObject({ ...wrong, stream: "counter/2", expected: "exists", actual: 0 })
    expect(exact).toMatchObject({ ...wrong, expected: 2, actual: 3 })
    expect(through.map(({ version }) => version)).toEqual([4, 6, 2, 2])
    expect(await engine.deliver("counter/1", add, { key: "not taken" })).toMatchObject({ duplicate: false })
  })

  it("takes one of many that only fit the actor as it is, and refuses the rest without a trace", async () => {
    const machine = createMachine({
      id: "gate",
      initial: "shut",
      states: { shut: { on: { Open: "open" } }, open: { on: { Shut: "shut", Open: {} } } }
    })
    const engine = await given.start({ machines: [{ machine }] })
    const only = { onlyIfTaken: true }
    const ten = Array.from({ length: 10 }, () =>
      engine.deliver("gate/1", { type: "Open" }, only).then(
        () => "taken",
        (error: Error) => error.message
      )
    )
    const answers = await Promise.all(ten)
    expect(answers.filter((answer) => answer === "taken")).toHaveLength(1)
    expect(answers[1]).toBe('gate/1 is in "open" and does not take this Open there')
    expect(await engine.types("gate/1")).toEqual(["ActorStarted", "Open"])
    // The start of an actor that would not take its first event is taken back with it.
    expect(await engine.refuse("gate/2", { type: "Shut" }, only)).toMatchObject({ reason: "notNow" })
    expect(await engine.types("gate/2")).toEqual([])
  })

  it("counts the batch's own events for an expected version", async () => {
    const engine = await given.start({ machines: listed })
    const both = await Promise.all([
      engine.deliver("counter/1", add, { expectedVersion: "none" }),
      engine.refuse("counter/1", add, { expectedVersion: "none" })
    ])
    expect(both).toMatchObject([{ version: 2 }, { _tag: "WrongVersion", actual: 3 }])
  })

  it("starts an actor with what its start input is, and asks for it only then", async () => {
    const asked: Array<string> = []
    const engine = await given.start({
      machines: listed,
      startInput: ({ id }, { type }) => {
        asked.push(`${id} ${type}`)
        return id === "stranger"
          ? Effect.fail(new EventRefused({ reason: "wrongData", message: "nobody knows the stranger" }))
          : Effect.succeed({ from: "the form" })
      }
    })
    await engine.deliver("counter/1", add)
    await engine.deliver("counter/1", add)
    expect(await engine.view("counter/1")).toMatchObject({ context: { started: { from: "the form" } } })
    expect((await engine.events("counter/1"))[0]!.data).toEqual({
      machine: "counter",
      input: { from: "the form" }
    })
    expect(await engine.refuse("counter/stranger", add)).toMatchObject({
      reason: "wrongData",
      message: "nobody knows the stranger"
    })
    expect(await engine.types("counter/stranger")).toEqual([])
    expect(asked).toEqual(["1 Add", "stranger Add"])
  })

  it("begins an actor by the starter of whoever begins it, also for those who come meanwhile", async () => {
    const engine = await given.start({
      machines: listed,
      startInput: (_, __, starter) =>
        starter === undefined
          ? Effect.fail(new EventRefused({ reason: "wrongData", message: "nobody begins it" }))
          : Effect.succeed(starter as Json)
    })
    const outcomes = await Promise.all([
      engine.deliver("counter/1", add, { starter: { by: "the first" } }),
      engine.deliver("counter/1", add),
      engine.deliver("counter/1", add, { starter: { by: "the last" } })
    ])
    expect(outcomes.map(({ version }) => version)).toEqual([2, 4, 6])
    expect(await engine.view("counter/1")).toMatchObject({ context: { started: { by: "the first" } } })
    // One that was not begun after all is begun by nobody later.
    const notNow = { starter: { by: "one who goes" }, expectedVersion: "exists" } as const
    expect(await engine.refuse("counter/2", add, notNow)).toMatchObject({ _tag: "WrongVersion" })
    expect(await engine.refuse("counter/2", add)).toMatchObject({ message: "nobody begins it" })
  })

  it("begins an actor by the starter of the one that is stored, and not of one that is refused at the same time", async () => {
    const engine = await given.start({
      machines: listed,
      startInput: (_, __, starter) =>
        starter === "wrong"
          ? Effect.fail(new EventRefused({ reason: "wrongData", message: "a wrong starter" }))
          : Effect.succeed(starter as Json)
    })
    const [late, stored] = await Promise.all([
      engine.refuse("counter/1", add, { starter: { by: "who is refused" }, expectedVersion: 7 }),
      engine.deliver("counter/1", add, { starter: { by: "who is stored" } })
    ])
    expect([late._tag, stored.version]).toEqual(["WrongVersion", 2])
    expect(await engine.view("counter/1")).toMatchObject({ context: { started: { by: "who is stored" } } })
    const [wrong, good] = await Promise.all([
      engine.refuse("counter/2", add, { starter: "wrong" }),
      engine.deliver("counter/2", add, { starter: { by: "a good one" } })
    ])
    expect([wrong, good]).toMatchObject([{ message: "a wrong starter" }, { version: 2 }])
  })

  it("refuses what it does not know, and says what it knows", async () => {
    const engine = await given.start({
      machines: [
        { machine: counter, events: { Add: Schema.Struct({ by: Schema.optionalKey(Schema.Number) }) } }
      ]
    })
    const refusals = [
      await engine.refuse("nothing/1", add),
      await engine.refuse("counter/1", { type: "Say", what: 1 }),
      await engine.refuse("counter/1", { type: "Add", by: "two" }),
      await engine.refuse("counter/1", { type: "TimerFired", timer: "x" }),
      await engine.refuse("counter/1", { type: "xstate.done.actor.work" }),
      await engine.refuse("counter/1", { type: "ActorStarted", input: 1 })
    ]
    expect(refusals.map((each) => "reason" in each && each.reason)).toEqual([
      "unknownMachine",
      "unknownEvent",
      "wrongData",
      "unknownEvent",
      "unknownEvent",
      "unknownEvent"
    ])
    expect(refusals[0]!.message).toBe('no machine is called "nothing"; there are counter')
    expect(refusals[1]!.message).toBe("counter knows no event Say; it knows Add")
    expect(refusals[2]!.message).toMatch(/by/)
    const nobody = engine.engine.deliver({ company: "nobody", machine: "counter", id: "1" }, add, {
      principal: "x"
    })
    expect(await engine.run(Effect.flip(nobody))).toMatchObject({ reason: "unknownCompany" })
    expect(await engine.types("counter/1")).toEqual([])
  })

  it("finds a company that was made while it runs", async () => {
    const engine = await given.start({ machines: listed })
    await engine.run(engine.store.createCompany("later", 1))
    const deliver = Effect.result(
      engine.engine.deliver({ company: "later", machine: "counter", id: "1" }, add, { principal: "x" })
    )
    const outcomes: Array<string> = []
    await until("it owns the company's partition", async () => {
      const outcome = await engine.run(deliver)
      outcomes.push(outcome._tag === "Success" ? "Success" : outcome.failure._tag)
      return outcomes.at(-1) === "Success"
    })
    expect(new Set(outcomes)).toEqual(new Set(["TryAgain", "Success"]))
  })

  it("tells all who hear of commits what was stored, until they hang up", async () => {
    const engine = await given.start({ machines: listed, limits: { partitionsPerCompany: 1 } })
    const heard: Array<unknown> = []
    const hangUp = await engine.run(engine.engine.onCommit((hint) => heard.push(hint)))
    await engine.deliver("counter/1", add)
    await engine.deliver("counter/1", add)
    hangUp()
    await engine.deliver("counter/1", add)
    expect(heard).toEqual([
      { company: "acme", partition: 1, position: 3, streams: ["counter/1"] },
      { company: "acme", partition: 1, position: 5, streams: ["counter/1"] }
    ])
  })
})
