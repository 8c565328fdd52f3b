import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { EventStore, StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { scripted } from "./world/handlers.ts"
import { counter, worker } from "./world/machines.ts"
import { until } from "./world/run-engine.ts"
import { describeEngine } from "./world/suite.ts"

const add = { type: "Add" }
const machines = [{ machine: counter }]
const leaseMs = 900

describeEngine("what stands in our name", (given) => {
  it("is served again when the answer to a claim was lost", async () => {
    const state = { down: false }
    const gone = new StoreUnavailable({ message: "gone", mayHaveHappened: false })
    const engine = await given.start({
      machines,
      leaseMs,
      store: Layer.effect(
        EventStore,
        Effect.map(EventStore, (store) => ({
          ...store,
          claim: (...asked: Parameters<typeof store.claim>) =>
            Effect.tap(store.claim(...asked), (claimed) => {
              const isLost = state.down && claimed.length > 0
              if (isLost) state.down = false
              return isLost ? Effect.fail(gone) : Effect.void
            })
        }))
      )
    })
    state.down = true
    await engine.run(engine.store.createCompany("later", 2))
    const deliver = engine.engine.deliver({ company: "later", machine: "counter", id: "1" }, add, {
      principal: "x"
    })
    await until("it is served", async () => (await engine.run(Effect.result(deliver)))._tag === "Success")
    expect(state.down).toBe(false)
  })

  it("is taken up again when it was given up here alone", async () => {
    const engine = await given.start({ machines, leaseMs, limits: { partitionsPerCompany: 1 } })
    await engine.deliver("counter/1", add)
    await given.database.admin("update es.partition set epoch = epoch + 1")
    expect(await engine.refuse("counter/1", add)).toMatchObject({ _tag: "TryAgain", reason: "notOwner" })
    await until("it is served again", () =>
      engine.deliver("counter/1", add).then(
        () => true,
        () => false
      )
    )
    expect(await engine.view("counter/1")).toMatchObject({ context: { count: 2 }, version: 5 })
  })

  it("is served under the same epoch as before when only a renewal failed", async () => {
    const state = { down: false }
    const gone = new StoreUnavailable({ message: "gone", mayHaveHappened: false })
    let failed = 0
    const handler = scripted([() => Effect.never])
    const engine = await given.start({
      machines: [...machines, { machine: worker }],
      handlers: [handler],
      leaseMs: 6000,
      store: Layer.effect(
        EventStore,
        Effect.map(EventStore, (store) => ({
          ...store,
          renew: (...asked: Parameters<typeof store.renew>) => {
            if (!state.down) return store.renew(...asked)
            failed++
            return Effect.fail(gone)
          }
        }))
      )
    })
    const epochs = () =>
      given.database.admin("select partition, epoch::int from es.partition where company = 'acme' order by 1")
    const before = await epochs()
    await engine.deliver("worker/1", { type: "Begin" })
    await until("a job runs", () => handler.calls.length === 1)
    state.down = true
    const nobody = engine.engine.deliver({ company: "nobody", machine: "counter", id: "1" }, add, {
      principal: "x"
    })
    await engine.run(engine.store.createCompany("nobody", 1))
    await until("a renewal failed", async () => {
      await engine.run(Effect.result(nobody))
      return failed > 0
    })
    state.down = false
    await until(
      "the company is served",
      async () => (await engine.run(Effect.result(nobody)))._tag === "Success"
    )
    await engine.deliver("counter/1", add)
    expect(await epochs()).toEqual(before)
    given.clock.advance(5000)
    expect((await engine.run(engine.engine.status)).jobsRunning).toBe(1)
    expect(handler.calls).toHaveLength(1)
  })

  it("is no longer ours once another has claimed it, though nobody has written since", async () => {
    const former = await given.start({ machines, owner: "former" })
    await former.deliver("counter/1", add)
    await given.database.admin("update es.owner set lease_until = 'epoch' where owner = 'former'")
    const present = await given.start({ machines, owner: "present" })
    expect(await former.refuse("counter/1", add)).toMatchObject({ _tag: "TryAgain", reason: "notOwner" })
    expect(await present.deliver("counter/1", add)).toMatchObject({ version: 4 })
  })
})
