import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { AnyStateMachine } from "xstate"
import { backtest } from "../../../actors/backtest/backtest.ts"
import { type PlanOptions, planOf } from "../../../actors/backtest/backtest-plan.ts"
import type { RegisteredMachine } from "../../../actors/machine/machine-registry.ts"
import { prepare } from "../../../actors/machine/running-machine.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { machines } from "../../../machines/index.ts"
import { registerOne } from "../stored-history.ts"
import slowerConversation, { longerMs } from "./candidates/conversation-delay.ts"
import { lateConversation, patienceMs } from "./candidates/conversation-late-person.ts"
import { patientConversation } from "./candidates/conversation-new-state.ts"
import stricterLead, { morePoints } from "./candidates/lead-threshold.ts"
import { aConversation, aLead, leadInput } from "./histories.ts"
import { memoryStore } from "./memory-store.ts"
import { asPartition, type Recording } from "./recording.ts"

const howMany = 200

const listed = (id: string) => machines.find(({ machine }) => machine.id === id)!
const leads = registerOne(listed("lead"))
const conversations = registerOne(listed("conversation"), ["writeReply", "sendChunk", "showTyping"])
const seeds = Array.from({ length: howMany }, (_, n) => n + 1)
const leadHistories = seeds.map((seed) => aLead(leads, seed))
const conversationHistories = seeds.map((seed) => aConversation(conversations, seed))

const run = (
  registered: RegisteredMachine,
  recordings: ReadonlyArray<Pick<Recording, "events">>,
  machine: object = registered.listed.machine,
  options: PlanOptions = {}
) =>
  Effect.runPromise(
    Effect.provide(
      backtest(planOf(registered, { running: prepare(machine as AnyStateMachine) }, options), {
        having: [],
        where: []
      }),
      memoryStore(asPartition(recordings)).layer
    )
  )

const places = ({ divergences }: Awaited<ReturnType<typeof run>>) =>
  divergences.map(({ address, version }) => `${address}@${version}`).sort()

/** The first event of each history that fits, worked out from what is stored alone. */
const firstWhere = (
  recordings: ReadonlyArray<Recording>,
  fits: (event: StoredEvent, n: number, events: ReadonlyArray<StoredEvent>) => boolean
) =>
  recordings
    .flatMap(({ events, stream }) => {
      const found = events.find(fits)
      return found === undefined ? [] : [`acme/${stream}@${found.version}`]
    })
    .sort()

/** The input that a fact was drawn from. */
const inputOf = (events: ReadonlyArray<StoredEvent>, n: number) =>
  events.slice(0, n).findLast(({ kind }) => kind === "input")!

describe("a machine changed on purpose", () => {
  it("not at all: nothing differs", async () => {
    for (const [registered, histories] of [
      [leads, leadHistories],
      [conversations, conversationHistories]
    ] as const) {
      const { streams, events } = await run(registered, histories)
      expect([streams.same, events.compared]).toEqual([howMany, events.all])
    }
  })

  it("a higher threshold: the leads that reached the old one and not yet the new one, at the answer that did it", async () => {
    const expected = leadHistories.flatMap(({ events, stream }) => {
      const n = events.findIndex(({ type }) => type === "LeadQualified")
      const isBetween = n >= 0 && (events[n]!.data.score as number) < leadInput.threshold + morePoints
      return isBetween ? [`acme/${stream}@${inputOf(events, n).version}`] : []
    })
    expect(expected.length).toBeGreaterThan(20)
    const report = await run(leads, leadHistories, stricterLead)
    expect(places(report)).toEqual(expected.sort())
    expect(report.states).toEqual([{ old: "handedOff", new: "engaged", streams: expected.length }])
    expect(report.emitted).toEqual([
      { name: "LeadQualified", gained: 0, lost: expected.length, changed: 0 },
      { name: "LeadHandedOff", gained: 0, lost: expected.length, changed: 0 }
    ])
  })

  it("the same threshold as a setting: the same leads", async () => {
    const settings = [{ path: ["threshold"], value: leadInput.threshold + morePoints }]
    const asSetting = await run(leads, leadHistories, undefined, { settings })
    expect(places(asSetting)).toEqual(places(await run(leads, leadHistories, stricterLead)))
  })

  it("a new state after a model that failed: the conversations in which it did", async () => {
    const expected = firstWhere(
      conversationHistories,
      ({ type, data }) => type === "JobFailed" && data.name === "writeReply"
    )
    expect(expected.length).toBeGreaterThan(10)
    const report = await run(conversations, conversationHistories, patientConversation)
    expect(places(report)).toEqual(expected)
    expect(report.states).toEqual([
      { old: "waitingForPerson", new: "waitingForModel", streams: expected.length }
    ])
  })

  it("a new timer that leads to a new state: the conversations in which nobody came for so long, and when", async () => {
    const end = Math.max(...conversationHistories.map(({ events }) => events.at(-1)!.recordedAt))
    const expected = conversationHistories.flatMap(({ events, stream }) => {
      const n = events.findIndex(({ type }) => type === "HandedOver")
      if (n < 0) return []
      let since = events[n]!.recordedAt
      for (const { type, recordedAt, version } of events.slice(n + 1)) {
        if (recordedAt > since + patienceMs) return [`acme/${stream}@${version}`]
        if (type === "MessageReceived") since = recordedAt
      }
      return end > since + patienceMs ? [`acme/${stream}@${events.at(-1)!.version}`] : []
    })
    expect(expected.length).toBeGreaterThan(10)
    const report = await run(conversations, conversationHistories, lateConversation)
    expect(places(report)).toEqual(expected.sort())
    expect(report.states).toEqual([
      { old: "waitingForPerson", new: "personIsLate", streams: expected.length }
    ])
  })

  it("a longer delay: the conversations in which the lead wrote on just after the turn was closed, there", async () => {
    // The lead's next message came when the old version had closed the turn, and the new one would not have.
    const expected = firstWhere(conversationHistories, ({ type, data, recordedAt }, n, events) => {
      if (type !== "TimerFired" || data.timer !== "turnClosure") return false
      const set = events.slice(0, n).findLast((each) => each.type === "MessageReceived")!
      const next = events.slice(n).find((each) => each.type === "MessageReceived")
      return (
        next !== undefined &&
        next.recordedAt > recordedAt &&
        next.recordedAt <= set.recordedAt + 8000 + longerMs
      )
    })
    expect(expected.length).toBeGreaterThan(20)
    const report = await run(conversations, conversationHistories, slowerConversation)
    expect(places(report)).toEqual(expected)
    const [timer] = report.timers
    expect([timer?.timer, timer?.diverged, timer?.earlier]).toEqual(["turnClosure", expected.length, 0])
  })

  it("a shorter delay: the conversations in which a message came later than it, there", async () => {
    const shorterMs = 5000
    const expected = firstWhere(conversationHistories, ({ type, recordedAt }, n, events) => {
      if (type !== "MessageReceived") return false
      const before = events
        .slice(0, n)
        .findLast((each) => each.kind === "input" && each.type !== "DeliveryUpdated")!
      const gap = recordedAt - before.recordedAt
      // Once a person has it, nothing waits for the end of the turn.
      const isOurs = !events.slice(0, n).some((each) => each.type === "HandedOver")
      return isOurs && before.type === "MessageReceived" && gap > shorterMs
    })
    expect(expected.length).toBeGreaterThan(20)
    const settings = [{ path: ["settings", "turnClosureMs"], value: shorterMs }]
    expect(places(await run(conversations, conversationHistories, undefined, { settings }))).toEqual(expected)
  })

  it("without the recorded version at hand the facts show the same places", async () => {
    const old = conversationHistories.map((recording) => ({
      ...recording,
      events: recording.events.map((event) => ({ ...event, machineVersion: "0.9.0+00000000" }))
    }))
    for (const machine of [slowerConversation, patientConversation]) {
      expect(places(await run(conversations, old, machine))).toEqual(
        places(await run(conversations, conversationHistories, machine))
      )
    }
    const { streams } = await run(conversations, old)
    expect(streams.same).toBe(howMany)
  })
})
