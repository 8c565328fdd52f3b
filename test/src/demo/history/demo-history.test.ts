import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { registerMachines } from "../../../../actors/machine/machine-registry.ts"
import { replay } from "../../../../actors/replay/replay.ts"
import { EventStore } from "../../../../eventstore/log/event-store.ts"
import type { StoredEvent } from "../../../../eventstore/log/stored-event.ts"
import { verify } from "../../../../eventstore/proof/verify.ts"
import { machines } from "../../../../machines/index.ts"
import { Contacts } from "../../../../src/companies/contacts.ts"
import { readStories } from "../../../../src/demo/history/read-stories.ts"
import { everyDatabase, type TestDatabase } from "../../../databases.ts"
import { allEvents, firstStart, ourDemo } from "./demo-world.ts"

const day = 86_400_000
const runtimeOf = ({ layer }: TestDatabase) => ManagedRuntime.make(layer)
type Runtime = ReturnType<typeof runtimeOf>

describe.each(everyDatabase)("the demo company's first start on $name", (kind) => {
  let database: TestDatabase
  let runtime: Runtime
  let events: ReadonlyArray<StoredEvent>
  const now = Date.now()

  beforeAll(async () => {
    database = await kind.make()
    runtime = runtimeOf(database)
    await runtime.runPromise(firstStart())
    events = await runtime.runPromise(allEvents)
  })
  afterAll(async () => {
    await runtime?.dispose()
    await database?.drop()
  })

  const of = (type: string) => events.filter((event) => event.type === type)
  const fields = (type: string, field: string) =>
    of(type).map(({ data }) => (data as Readonly<Record<string, unknown>>)[field])
  const countBy = (values: ReadonlyArray<unknown>) => {
    const counts: Record<string, number> = {}
    for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1
    return counts
  }

  it("has six weeks behind it that end now", () => {
    const times = events.map(({ recordedAt }) => recordedAt)
    const [first, last] = [Math.min(...times), Math.max(...times)]
    expect((now - first) / day).toBeGreaterThan(40)
    expect((now - first) / day).toBeLessThan(51)
    expect(last).toBeLessThan(now)
    expect((now - last) / day).toBeLessThan(3)
    const days = events.flatMap(({ data }) => Object.entries(data).filter(([key]) => key === "at"))
    for (const [, at] of days) expect(at as number).toBeLessThan(now)
  })

  it("has leads on three channels, in three languages, at every stage, and what went wrong", () => {
    expect(of("LeadCreated").length).toBeGreaterThan(190)
    const channels = countBy(fields("ConversationStarted", "channel"))
    for (const channel of ["web-chat", "evolution", "telegram"]) expect(channels[channel]).toBeGreaterThan(20)
    const languages = countBy(
      of("JobSucceeded").map(({ data }) => (data.output as { readonly language?: string } | null)?.language)
    )
    for (const language of ["pt", "en", "es"]) expect(languages[language]).toBeGreaterThan(20)
    expect(Object.keys(countBy(fields("DealMoved", "to"))).sort()).toEqual([
      "discovery",
      "negotiation",
      "proposal"
    ])
    expect(of("DealOpened").length).toBeGreaterThan(30)
    expect(fields("DealWon", "valueCents").filter((value) => Number(value) > 0).length).toBeGreaterThan(5)
    expect(of("DealLost").length).toBeGreaterThan(5)
    for (const type of [
      "LeadDisqualified",
      "OptedOut",
      "FollowUpSent",
      "ConversationClosed",
      "NoteWritten",
      "TagAdded"
    ]) {
      expect([type, of(type).length > 5]).toEqual([type, true])
    }
    expect(of("ChunkFailed").length).toBeGreaterThan(0)
    const people = countBy(fields("HandedOver", "by"))
    for (const by of ["person:ana", "person:bruno", "person:carla"]) expect(people[by]).toBeGreaterThan(3)
    const cost = fields("ReplyWritten", "costUsd").reduce((sum: number, each) => sum + Number(each), 0)
    expect(cost).toBeGreaterThan(0.5)
  })

  it("is quieter at weekends and at night, and people work in office hours", () => {
    const local = (at: number) => new Date(at - 3 * 3_600_000)
    const weekdays = countBy(of("MessageReceived").map(({ recordedAt }) => local(recordedAt).getUTCDay()))
    const workday = (weekdays[1]! + weekdays[2]! + weekdays[3]! + weekdays[4]! + weekdays[5]!) / 5
    expect(weekdays[0] ?? 0).toBeLessThan(workday / 2)
    expect(weekdays[6] ?? 0).toBeLessThan((workday * 2) / 3)
    const hours = countBy(of("MessageReceived").map(({ recordedAt }) => local(recordedAt).getUTCHours()))
    expect(hours[10]! + hours[15]!).toBeGreaterThan(5 * ((hours[3] ?? 0) + (hours[4] ?? 0)))
    for (const { recordedAt, principal } of events.filter((each) => each.principal.startsWith("person:"))) {
      const hour = local(recordedAt).getUTCHours()
      expect([principal, hour >= 9 && hour < 18]).toEqual([principal, true])
    }
  })

  it("stands in a chain that verifies, and every stream replays to what is stored", async () => {
    const verified = await runtime.runPromise(verify())
    expect(verified).toEqual({ ok: true, partitions: 4, events: events.length, damages: [] })
    const registered = registerMachines(machines, ["writeReply", "sendChunk", "showTyping"], () => {})
    if (registered._tag === "Failure") throw registered.failure
    const streams = Map.groupBy(events, ({ stream }) => stream)
    let compared = 0
    for (const [stream, own] of streams) {
      const machine = stream.slice(0, stream.indexOf("/"))
      const { differing, emitted, agreed, notes, stopped } = replay(registered.success.get(machine)!, own)
      expect({ stream, differing, missing: emitted - agreed, notes, stopped }).toEqual({
        ...{ stream, differing: 0, missing: 0, notes: [], stopped: undefined }
      })
      compared += emitted
    }
    expect(compared).toBeGreaterThan(4000)
  })

  it("leaves no job and no message behind, and no timer that is due", async () => {
    const store = await runtime.runPromise(EventStore)
    expect(await runtime.runPromise(store.listJobs("demo", null, 10))).toEqual([])
    const places = { companies: Array(4).fill("demo") as Array<string>, partitions: [1, 2, 3, 4] }
    expect(await runtime.runPromise(store.messages(places, 10))).toEqual([])
    expect(await runtime.runPromise(store.dueTimers(places, now - 120_000, 10))).toEqual([])
    expect((await runtime.runPromise(store.dueTimers(places, now + 9 * day, 1000))).length).toBeGreaterThan(
      20
    )
  })

  it("knows a number again that was there", async () => {
    const { stories } = await readStories()
    const ids = new Set(events.map(({ stream }) => stream))
    const { channel, instance, contact } = stories[0]!
    const known = await runtime.runPromise(
      Effect.flatMap(Contacts, (contacts) =>
        contacts.find({ company: "demo", channel, instance, contact })
      ).pipe(Effect.provide(Contacts.layer))
    )
    expect(ids.has(`lead/${known?.leadId}`)).toBe(true)
    expect(ids.has(`conversation/${known?.conversation.id}`)).toBe(true)
  })

  it("happens once", async () => {
    await runtime.runPromise(firstStart())
    expect(await runtime.runPromise(allEvents)).toHaveLength(events.length)
  })
})

describe.each(everyDatabase)("on $name", (kind) => {
  it("nothing is written where it is turned off, with a database of one's own, and for other companies", async () => {
    const database = await kind.make()
    const runtime = runtimeOf(database)
    const databaseUrl = Redacted.make("postgres://host/name")
    await runtime.runPromise(firstStart({ demoHistory: "no" }))
    await runtime.runPromise(firstStart({ databaseUrl }))
    await runtime.runPromise(firstStart({}, [{ ...ourDemo, name: "Another" }]))
    await runtime.runPromise(firstStart({}, [ourDemo, { ...ourDemo, id: "other", instances: [] }]))
    expect(await database.admin("select count(*)::int from es.event")).toEqual([[0]])
    await runtime.dispose()
    await database.drop()
  })
})
