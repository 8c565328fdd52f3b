import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { type AnyStateMachine, assign, emit, raise, sendTo, setup } from "xstate"
import type { ListedMachine } from "../../../../machines/listed-machine.ts"
import { counter } from "../world/machines.ts"
import { type TestEngine, until } from "../world/run-engine.ts"
import { describeEngine } from "../world/suite.ts"

const hourMs = 3_600_000
const add = { type: "Add" }

/** Goes round for ever in each of the ways that XState has, and breaks. */
const spinner = setup({
  delays: { soon: hourMs },
  actions: {
    fail: assign(() => {
      throw new RangeError("no such price")
    })
  }
}).createMachine({
  id: "spinner",
  initial: "still",
  on: { Break: { actions: "fail" } },
  states: {
    still: {
      after: { soon: "one" },
      on: { Wait: {}, Always: "one", Raise: "raising", Send: "sending" }
    },
    one: { always: "other" },
    other: { always: "one" },
    raising: { entry: raise({ type: "Again" }), on: { Again: { target: "raising", reenter: true } } },
    sending: {
      entry: sendTo(({ self }) => self, { type: "Again" }),
      on: { Again: { target: "sending", reenter: true } }
    }
  }
}) as AnyStateMachine

const nothing = Schema.Struct({})
const events = { Wait: nothing, Always: nothing, Raise: nothing, Send: nothing, Break: nothing }
const inTheClear: ListedMachine = { machine: spinner, events, emitted: {} }

/** Says prices as it is told, and a fact that nobody declared. */
const teller = (version: string, priceOf = (price: unknown) => price): ListedMachine => ({
  machine: setup({ actions: { say: emit({ type: "Told" }) as never } }).createMachine({
    id: "teller",
    version,
    on: {
      Ask: {
        actions: emit(({ event }) => ({
          type: "Priced",
          lines: [{ price: priceOf((event as unknown as { price: unknown }).price) }]
        })) as never
      },
      Tell: { actions: "say" }
    }
  }) as AnyStateMachine,
  events: { Ask: Schema.Struct({ price: Schema.Unknown }), Tell: nothing },
  emitted: { Priced: Schema.Struct({ lines: Schema.Array(Schema.Struct({ price: Schema.Number })) }) }
})

/** Its action does not come back when it is told so. */
const sleeper: ListedMachine = {
  machine: setup({
    actions: {
      sleep: assign(() => {
        for (;;);
      })
    }
  }).createMachine({ id: "sleeper", on: { Sleep: { actions: "sleep" }, Wake: {} } }) as AnyStateMachine,
  events: { Sleep: nothing, Wake: nothing }
}

const listed = (engine: TestEngine) => engine.run(engine.store.listStopped(null, null, 100))
const counts = async (engine: TestEngine) => {
  const { actorsInError, actorsParked } = await engine.run(engine.engine.status)
  return [actorsInError, actorsParked]
}
const errorsIn = ({ log }: TestEngine) => log.filter((line) => line.startsWith("error:"))

describeEngine("an actor that does not go on", (given) => {
  it("ends in an error when its timer leads into a loop; all others go on, also after a restart", async () => {
    const machines = [{ machine: counter }, inTheClear]
    const engine = await given.start({ machines })
    await engine.deliver("spinner/1", { type: "Wait" })
    given.clock.advance(hourMs)
    await engine.seen("spinner/1", "TimerFired")
    expect(await engine.deliver("counter/1", add)).toMatchObject({ version: 2, status: "active" })
    expect(await engine.view("spinner/1")).toMatchObject({ status: "error", version: 3 })
    await until("it is listed", async () => (await listed(engine)).length === 1)
    expect(await listed(engine)).toMatchObject([
      {
        ...{
          company: "acme",
          stream: "spinner/1",
          status: "error",
          reason: "threw",
          version: 3,
          asked: null
        },
        message: expect.stringContaining("Infinite loop detected")
      }
    ])
    expect(await counts(engine)).toEqual([1, 0])
    await engine.stop()
    const again = await given.start({ machines })
    given.clock.advance(hourMs)
    expect(await again.refuse("spinner/1", { type: "Wait" })).toMatchObject({
      _tag: "EventRefused",
      reason: "parked",
      message: expect.stringContaining("acme/spinner/1 ended in an error after version 3")
    })
    await again.deliver("counter/1", add)
    expect(await again.types("spinner/1")).toEqual(["ActorStarted", "Wait", "TimerFired"])
    expect([errorsIn(engine).length, errorsIn(again).length, await counts(again)]).toEqual([1, 0, [1, 0]])
  })

  it.each(["Always", "Raise", "Send", "Break"])(
    "says so in the answer to the event that broke it (%s), once in the log, and refuses what comes after",
    async (type) => {
      const engine = await given.start({ machines: [inTheClear] })
      await engine.deliver("spinner/1", { type: "Wait" })
      expect(await engine.deliver("spinner/1", { type })).toMatchObject({ version: 3, status: "error" })
      for (const _ of [1, 2])
        expect(await engine.refuse("spinner/1", { type: "Wait" })).toMatchObject({ reason: "parked" })
      expect(errorsIn(engine)).toEqual([
        expect.stringContaining("acme/spinner/1 ended in an error after version 3 (threw): ")
      ])
    }
  )

  it("keeps to itself what a machine that handles personal data has thrown", async () => {
    const engine = await given.start({ machines: [{ machine: spinner }] })
    await engine.deliver("spinner/1", { type: "Break" })
    await until("it is listed", async () => (await listed(engine)).length === 1)
    expect(await listed(engine)).toMatchObject([{ status: "error", message: null }])
    expect(engine.log.join()).not.toContain("no such price")
    await engine.stop()
    await given.database.clear()
    const shown = await given.start({ machines: [{ machine: spinner }], logPersonal: true })
    await shown.deliver("spinner/1", { type: "Break" })
    expect([(await listed(shown))[0]?.message ?? null, errorsIn(shown).join()]).toEqual([
      null,
      expect.stringContaining("no such price")
    ])
  })

  it.each([
    [
      "of another shape",
      { type: "Ask", price: "dear" },
      "a Priced that is not as `emitted` declares it: lines[0].price"
    ],
    ["that nobody declared", { type: "Tell" }, "the fact Told, which its `emitted` does not declare"]
  ])("is parked when it draws a fact %s, and goes on with another version", async (_, event, words) => {
    const engine = await given.start({ machines: [teller("1.0.0")] })
    await engine.deliver("teller/1", { type: "Ask", price: 3 })
    const refused = await engine.refuse("teller/1", event as never)
    expect(refused).toMatchObject({ reason: "parked", message: expect.stringContaining(words) })
    expect(refused.message).not.toContain("dear")
    expect(await engine.refuse("teller/1", { type: "Ask", price: 4 })).toMatchObject({ reason: "parked" })
    await until("it is listed", async () => (await listed(engine)).length === 1)
    expect(await listed(engine)).toMatchObject([{ status: "parked", reason: "fact", version: 3 }])
    await engine.stop()
    const again = await given.start({ machines: [teller("1.0.0")] })
    expect(await again.refuse("teller/1", { type: "Ask", price: 4 })).toMatchObject({ reason: "parked" })
    await again.stop()
    const mended = await given.start({ machines: [teller("1.1.0", Number)] })
    await mended.deliver("teller/1", { type: "Ask", price: "5" })
    await until("it is not listed any more", async () => (await listed(mended)).length === 0)
    expect(await mended.types("teller/1")).toEqual([
      ...["ActorStarted", "Ask", "Priced", "ActorMigrated", "Ask", "Priced"]
    ])
  })

  it("is parked while no listed version can go on from its history, and told of once", async () => {
    const first = await given.start({ machines: [teller("1.0.0")] })
    await first.deliver("teller/1", { type: "Ask", price: 3 })
    await first.stop()
    const other = await given.start({ machines: [teller("2.0.0", () => 0)] })
    for (const _ of [1, 2])
      expect(await other.refuse("teller/1", { type: "Ask", price: 3 })).toMatchObject({ reason: "parked" })
    await until("it is listed", async () => (await listed(other)).length === 1)
    expect([errorsIn(other).length, await counts(other)]).toEqual([1, [0, 1]])
    await other.stop()
    const back = await given.start({ machines: [teller("1.0.0")] })
    await back.deliver("teller/1", { type: "Ask", price: 4 })
    await until("it is not listed any more", async () => (await listed(back)).length === 0)
    expect(await counts(back)).toEqual([0, 0])
  })

  it("is parked when its step does not end, once a process came to its end of it, and holds nobody up", async () => {
    const machines = [{ machine: counter }, sleeper]
    const limits = { stepTimeoutMs: 150, partitionsPerCompany: 1 }
    const first = await given.start({ machines, limits })
    await first.deliver("sleeper/1", { type: "Wake" })
    await first.crash()
    const engine = await given.start({ machines, limits })
    const together = await Promise.all([
      engine.deliver("counter/1", add),
      engine.refuse("sleeper/1", { type: "Sleep" }),
      engine.deliver("counter/2", add)
    ])
    expect(together).toMatchObject([
      { version: 2 },
      { reason: "parked", message: expect.stringContaining("a step of acme/sleeper/1 does not end") },
      { version: 2 }
    ])
    expect(await engine.refuse("sleeper/1", { type: "Wake" })).toMatchObject({ reason: "parked" })
    await until("it is listed", async () => (await listed(engine)).length === 1)
    await engine.stop()
    const again = await given.start({ machines, limits })
    expect(await again.refuse("sleeper/1", { type: "Sleep" })).toMatchObject({ reason: "parked" })
    expect(await again.types("sleeper/1")).toEqual(["ActorStarted", "Wake"])
    expect(await again.run(Effect.map(again.engine.status, ({ actorsParked }) => actorsParked))).toBe(1)
  })
})
