import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { gate, scripted } from "./world/handlers.ts"
import { counter, receiver, sender, worker } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine } from "./world/suite.ts"

const add = { type: "Add" }

/** Delivers as somebody does who lives longer than the engine. */
const deliverTo = (engine: TestEngine, id: number | string, key: string) =>
  Effect.runPromise(
    Effect.match(
      engine.engine.deliver({ company: "acme", machine: "counter", id: `${id}` }, add, {
        principal: "x",
        key
      }),
      { onFailure: (error) => error._tag, onSuccess: () => "stored" as const }
    )
  )

describeEngine("an engine that is asked to end", (given) => {
  it("answers all who wait: what it stored, or that they must try again", async () => {
    const engine = await given.start({ machines: [{ machine: counter }] })
    const ids = Array.from({ length: 100 }, (_, n) => n)
    const answers = ids.map((id) => deliverTo(engine, id % 5, `k${id}`))
    await engine.stop()
    const outcomes = await Promise.all(answers)
    const stored = await given.database.admin("select count(*)::int from es.key")
    expect(outcomes.filter((each) => each === "stored").length).toBe(stored[0]![0])
    expect(outcomes.filter((each) => each !== "stored" && each !== "TryAgain")).toEqual([])
  })

  it("ends soon, gives up its partitions, and lets a job's attempt be found by the next", async () => {
    const handler = scripted([() => Effect.never], { idempotency: "key" })
    const engine = await given.start({ machines: [{ machine: worker }], handlers: [handler] })
    await engine.deliver("worker/1", { type: "Begin" })
    await until("it is on its way", () => handler.calls.length === 1)
    const startedAt = performance.now()
    await engine.stop()
    expect(performance.now() - startedAt).toBeLessThan(4000)
    expect(await given.database.admin("select distinct owner from es.partition")).toEqual([[null]])
    const next = scripted([() => Effect.succeed(null)], { idempotency: "key" })
    const again = await given.start({ machines: [{ machine: worker }], handlers: [next] })
    await again.seen("worker/1", "WorkDone")
    expect(next.calls[0]!.key).toBe(handler.calls[0]!.key)
  })

  it("ends soon also while a commit is under way, and the commit stands or not as a whole", async () => {
    const hold = gate()
    let committing = false
    const engine = await given.start({
      machines: [{ machine: counter }],
      store: Layer.effect(
        EventStore,
        Effect.map(EventStore, (store) => ({
          ...store,
          append: (batch) =>
            Effect.suspend(() => {
              committing = true
              return Effect.andThen(hold.wait, store.append(batch))
            })
        }))
      )
    })
    const answer = deliverTo(engine, 1, "k")
    await until("the commit is under way", () => committing)
    const stopped = engine.stop()
    hold.open()
    await stopped
    const stored = (await given.database.admin("select count(*)::int from es.event"))[0]![0]
    expect([await answer, stored]).toEqual((await answer) === "stored" ? ["stored", 3] : ["TryAgain", 0])
  })

  it("leaves messages on their way to the next", async () => {
    const machines = [{ machine: sender }, { machine: receiver }]
    const engine = await given.start({ machines })
    const sends = Array.from({ length: 20 }, (_, n) =>
      engine.deliver(`sender/${n}`, { type: "Send", to: "receiver/1", n })
    )
    await Promise.all(sends)
    await engine.stop()
    const again = await given.start({ machines })
    await again.seen("receiver/1", "Told", 60)
    await again.quiet()
    expect((await again.types("receiver/1")).filter((type) => type === "Told")).toHaveLength(60)
  })
})
