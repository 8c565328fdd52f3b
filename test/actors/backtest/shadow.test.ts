import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { type PlanOptions, planOf } from "../../../actors/backtest/backtest-plan.ts"
import { Shadow, shadowStart } from "../../../actors/backtest/shadow.ts"
import { prepare } from "../../../actors/machine/running-machine.ts"
import { machines } from "../../../machines/index.ts"
import { registerOne } from "../stored-history.ts"
import stricterLead from "./candidates/lead-threshold.ts"
import { leadInput } from "./histories.ts"
import { type MemoryStore, memoryStore } from "./memory-store.ts"
import { asPartition, monday10, Recording } from "./recording.ts"

const leads = registerOne(machines.find(({ machine }) => machine.id === "lead")!)
const candidate = { running: prepare(stricterLead) }
const noFilter = { having: [], where: [] }
const second = 1000

const answers = (lead: Recording, criterion: string, value: string | number | boolean) => {
  lead.now += second
  return lead.say("LeadAnswered", { conversationId: "c1", criterion, value, said: `${value}` })
}

const aLead = (id: string, began: number) =>
  new Recording(leads, id, { ...leadInput, leadId: id }, began).say("LeadSpoke", { conversationId: "c1" })

/** All that is not yet in the store comes into it, after what is there. */
const grow = ({ events }: MemoryStore, ...recordings: ReadonlyArray<Recording>) => {
  const known = new Set(events.map(({ stream, version }) => `${stream}@${version}`))
  const fresh = asPartition(recordings).filter(({ stream, version }) => !known.has(`${stream}@${version}`))
  for (const event of fresh) events.push({ ...event, position: events.length + 1 })
}

const open = async (store: MemoryStore, options: PlanOptions = {}, since?: number) => {
  const start = await Effect.runPromise(Effect.provide(shadowStart(undefined, since), store.layer))
  const make = () => new Shadow(planOf(leads, candidate, options), noFilter, start)
  const advance = (shadow: Shadow) => Effect.runPromise(Effect.provide(shadow.advance(), store.layer))
  return { make, advance }
}

const places = ({ divergences }: ReturnType<Shadow["report"]>) =>
  divergences.map(({ address, version }) => `${address}@${version}`)

describe("a shadow", () => {
  it("begins an actor that was there with its live state, and compares only what is new", async () => {
    const before = answers(answers(aLead("before", monday10), "budget", 5000), "team", 9)
    const running = answers(aLead("running", monday10 + 100 * second), "budget", 5000)
    const store = memoryStore(asPartition([before, running]))
    const { make, advance } = await open(store)
    const shadow = make()
    expect(await advance(shadow)).toBe(0)
    answers(running, "team", 9)
    grow(store, before, running)
    await advance(shadow)
    // The one that was handed off before had diverged long ago, had anybody looked; it has nothing new.
    expect(places(shadow.report())).toEqual(["acme/lead/running@7"])
    expect(shadow.report().streams).toEqual({ all: 1, same: 0, diverged: 1, skipped: 0 })
  })

  it("grows with what happens, and sees an input whose facts are all there", async () => {
    const store = memoryStore(asPartition([aLead("1", monday10)]))
    const { make, advance } = await open(store)
    const shadow = make()
    const counts: Array<unknown> = []
    for (const [id, criterion] of [
      ["2", "city"],
      ["3", "budget"]
    ] as const) {
      const lead = answers(
        aLead(id, monday10 + Number(id) * 100 * second),
        criterion,
        criterion === "city" ? "Recife" : 5000
      )
      grow(store, lead)
      await advance(shadow)
      answers(lead, "team", 9)
      grow(store, lead)
      await advance(shadow)
      counts.push(shadow.report().streams)
    }
    expect(counts).toEqual([
      { all: 1, same: 1, diverged: 0, skipped: 0 },
      { all: 2, same: 1, diverged: 1, skipped: 0 }
    ])
    expect(shadow.report().events).toEqual({ all: 18, compared: 18, censored: 0, skipped: 0 })
  })

  it("comes to the same report again from where it began", async () => {
    const running = answers(aLead("running", monday10), "budget", 5000)
    const store = memoryStore(asPartition([running]))
    const { make, advance } = await open(store)
    const first = make()
    for (const id of ["2", "3", "4"]) {
      const lead = answers(aLead(id, monday10 + Number(id) * 100 * second), "budget", 5000)
      grow(store, answers(lead, "team", 9), running)
      await advance(first)
    }
    answers(running, "team", 9).now += 1
    grow(store, running)
    await advance(first)
    const again = make()
    await advance(again)
    expect(again.finish()).toEqual(first.finish())
    expect(first.streams.diverged).toBe(4)
  })

  it("begins at a time that has passed when it is asked to", async () => {
    const old = answers(answers(aLead("old", monday10), "budget", 5000), "team", 9)
    const fresh = answers(answers(aLead("new", monday10 + 100 * second), "budget", 5000), "team", 9)
    const store = memoryStore(asPartition([old, fresh]))
    const { make, advance } = await open(store, {}, monday10 + 50 * second)
    const shadow = make()
    await advance(shadow)
    expect(places(shadow.report())).toEqual(["acme/lead/new@7"])
  })

  it("gives a setting to an actor that was there too", async () => {
    const running = answers(aLead("running", monday10), "budget", 5000)
    const store = memoryStore(asPartition([running]))
    const start = await Effect.runPromise(Effect.provide(shadowStart(), store.layer))
    const settings = [{ path: ["threshold"], value: 100 }]
    const shadow = new Shadow(planOf(leads, { running: leads.current }, { settings }), noFilter, start)
    grow(store, answers(running, "team", 9))
    await Effect.runPromise(Effect.provide(shadow.advance(), store.layer))
    expect(places(shadow.report())).toEqual(["acme/lead/running@7"])
  })

  it("leaves out an actor whose state the candidate does not have, and says what would help", async () => {
    const running = answers(aLead("running", monday10), "budget", 5000)
    const store = memoryStore(asPartition([running]))
    const start = await Effect.runPromise(Effect.provide(shadowStart(), store.layer))
    const { engaged: _, ...states } = stricterLead.config.states!
    const other = stricterLead.provide({})
    const without = Object.assign(Object.create(Object.getPrototypeOf(other)) as object, other, {
      restoreSnapshot: () => {
        throw new Error(`no state engaged among ${Object.keys(states).join(", ")}`)
      }
    })
    const plan = planOf(leads, { running: { ...candidate.running, machine: without as typeof other } })
    const shadow = new Shadow(plan, noFilter, start)
    grow(store, answers(running, "team", 9))
    await Effect.runPromise(Effect.provide(shadow.advance(), store.layer))
    expect(shadow.report().skipped).toMatchObject([
      {
        reason: "parked",
        streams: 1,
        detail: expect.stringMatching(/^its state does not fit .*give "migrate"$/)
      }
    ])
  })
})
