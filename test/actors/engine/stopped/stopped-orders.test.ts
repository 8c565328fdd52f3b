import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { type AnyStateMachine, assign, emit, fromPromise, sendTo, setup } from "xstate"
import { actorAt, type ListedMachine } from "../../../../machines/listed-machine.ts"
import { scripted } from "../world/handlers.ts"
import { type TestEngine, until } from "../world/run-engine.ts"
import { describeEngine } from "../world/suite.ts"

const hourMs = 3_600_000
const lookMs = 2000

const work = fromPromise<unknown, unknown>(() => Promise.reject(new Error("no handler does the job")))

/** Sells for a price, which breaks it in its first version when there is none; a job and a timer go on meanwhile. */
const shop = (version: string): ListedMachine => ({
  machine: setup({
    types: { context: {} as { sold: number }, events: {} as { type: "Sell" | "Open"; price?: number } },
    actors: { work },
    delays: { day: 24 * hourMs },
    actions: {
      sell: assign({
        sold: ({ context, event }) => {
          if (version === "1.0.0" && event.price === undefined) throw new RangeError("there is no price")
          return context.sold + (event.price ?? 0)
        }
      }),
      tell: emit(({ context }) => ({ type: "Sold", sold: context.sold })),
      tellWorked: emit({ type: "Worked" }),
      tellClosed: emit({ type: "Shut" })
    }
  }).createMachine({
    id: "shop",
    version,
    context: { sold: 0 },
    initial: "shut",
    states: {
      shut: { on: { Open: "open" } },
      open: {
        after: { day: { target: "shut", actions: "tellClosed" } },
        invoke: { id: "work", src: "work", onDone: { actions: "tellWorked" }, onError: {} },
        on: { Sell: { actions: ["sell", "tell"] } }
      }
    }
  }) as AnyStateMachine
})

/** Passes on what it is told. */
const clerk: ListedMachine = {
  machine: setup({}).createMachine({
    id: "clerk",
    on: { Pass: { actions: sendTo(() => actorAt("shop", "1"), { type: "Sell", price: 5 } as never) } }
  }) as AnyStateMachine
}

const row = async (engine: TestEngine) => (await engine.run(engine.store.listStopped("acme", null, 10)))[0]

describeEngine("an operator who sees to an actor that does not go on", (given) => {
  const busy = scripted([() => Effect.succeed("done")])
  /** An open shop in error after version 5, and a clerk's message that waits for it. */
  const broken = async () => {
    const handlers = [scripted([() => Effect.never])]
    const engine = await given.start({ machines: [shop("1.0.0"), clerk], handlers })
    await engine.deliver("shop/1", { type: "Open" })
    await engine.deliver("shop/1", { type: "Sell", price: 2 })
    expect(await engine.deliver("shop/1", { type: "Sell" })).toMatchObject({ version: 5, status: "error" })
    await engine.deliver("clerk/1", { type: "Pass" })
    await until("the message is refused", () =>
      engine.log.some((line) => line.includes("is refused: parked"))
    )
    await until("it is listed", async () => (await row(engine)) !== undefined)
    return engine
  }
  const ask = async (engine: TestEngine, order: "retry" | "move" | "close") => {
    expect(
      await engine.run(engine.store.askStopped("acme", "shop/1", order, "person:ana", "as agreed"))
    ).toBe(true)
    await until(`${order} is done`, async () => {
      given.clock.advance(lookMs)
      return (await row(engine))?.asked !== order
    })
  }

  it("has its last input taken again by the mended machine, with the timers and jobs of before", async () => {
    const first = await broken()
    await first.stop()
    const engine = await given.start({ machines: [shop("1.1.0"), clerk], handlers: [busy] })
    await ask(engine, "retry")
    await engine.seen("shop/1", "Sold", 3)
    const events = await engine.events("shop/1")
    expect(
      events.map(({ type }) => type).filter((type) => type !== "JobSucceeded" && type !== "Worked")
    ).toEqual([
      ...["ActorStarted", "Open", "Sell", "Sold", "Sell", "ActorMigrated", "Sell", "Sold", "Sell", "Sold"]
    ])
    expect(events[5]).toMatchObject({
      data: { by: "person:ana", why: "as agreed", state: { status: "active" } }
    })
    expect(await engine.view("shop/1")).toMatchObject({ context: { sold: 7 }, status: "active" })
    await engine.seen("shop/1", "Worked")
    given.clock.advance(24 * hourMs)
    await engine.seen("shop/1", "Shut")
    expect(await row(engine)).toBeUndefined()
    await engine.stop()
    const again = await given.start({ machines: [shop("1.1.0"), clerk], handlers: [busy] })
    expect(await again.view("shop/1")).toMatchObject({ value: "shut", context: { sold: 7 } })
  })

  it("sees it break again, and listed as before, when nothing was mended", async () => {
    const engine = await broken()
    await ask(engine, "retry")
    expect(await row(engine)).toMatchObject({ status: "error", version: 7, asked: null })
    expect((await engine.types("shop/1")).slice(-3)).toEqual(["Sell", "ActorMigrated", "Sell"])
    expect(await engine.refuse("shop/1", { type: "Sell", price: 1 })).toMatchObject({ reason: "parked" })
  })

  it("moves it to the present version while its own is still listed", async () => {
    const first = await broken()
    await first.stop()
    const previous = [shop("1.0.0").machine]
    const engine = await given.start({ machines: [{ ...shop("1.1.0"), previous }, clerk], handlers: [busy] })
    await ask(engine, "retry")
    expect(await row(engine)).toMatchObject({ status: "error" })
    await ask(engine, "move")
    expect((await engine.view("shop/1"))?.machineVersion).toMatch(/^1\.1\.0\+/)
    expect(await row(engine)).toBeUndefined()
  })

  it("ends it for good: nothing comes to it any more, and nothing of it waits", async () => {
    const engine = await broken()
    await ask(engine, "close")
    expect(await row(engine)).toBeUndefined()
    expect((await engine.events("shop/1")).at(-1)).toMatchObject({
      type: "ActorClosed",
      principal: "person:ana",
      data: { by: "person:ana", why: "as agreed", state: { status: "stopped", context: { sold: 2 } } }
    })
    expect(await engine.refuse("shop/1", { type: "Open" })).toMatchObject({ reason: "closed" })
    await engine.stop()
    const again = await given.start({ machines: [shop("1.1.0"), clerk], handlers: [busy] })
    expect(await again.refuse("shop/1", { type: "Open" })).toMatchObject({ reason: "closed" })
    expect(await again.view("shop/1")).toMatchObject({ status: "stopped", timers: [], jobs: [] })
    await until("no message waits", async () => {
      const [[count] = []] = await given.database.admin("select count(*)::int from es.message")
      return count === 0
    })
  })

  it("ends one that can't be loaded, with the timers that it had", async () => {
    const first = await given.start({ machines: [shop("1.0.0")], handlers: [busy] })
    await first.deliver("shop/1", { type: "Open" })
    await first.deliver("shop/1", { type: "Sell", price: 1 })
    await first.stop()
    const other: ListedMachine = {
      machine: setup({}).createMachine({ id: "shop", version: "9.0.0" }) as AnyStateMachine
    }
    const engine = await given.start({ machines: [other] })
    expect(await engine.refuse("shop/1", { type: "Open" })).toMatchObject({ reason: "parked" })
    await until("it is listed", async () => (await row(engine)) !== undefined)
    await ask(engine, "retry")
    expect(await row(engine)).toMatchObject({ status: "parked", reason: "history", asked: null })
    await ask(engine, "close")
    expect(await row(engine)).toBeUndefined()
    given.clock.advance(25 * hourMs)
    await until("its timer is gone", async () => {
      given.clock.advance(20_000)
      const [[count] = []] = await given.database.admin("select count(*)::int from es.timer")
      return count === 0
    })
    expect((await engine.types("shop/1")).at(-1)).toBe("ActorClosed")
    // When it was found, and in answer to the retry.
    expect(engine.log.filter((line) => line.startsWith("error:"))).toHaveLength(2)
  })
})
