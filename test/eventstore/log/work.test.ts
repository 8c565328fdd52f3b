import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { type AnyStore, stores } from "../any-store.ts"
import { atNoon, type PartitionOwner } from "../owner.ts"

const minuteMs = 60_000
const acme = { companies: ["acme"], partitions: [1] }

describe.each(stores)("work that stands with the events on $name", (kind) => {
  let store: AnyStore
  let owner: PartitionOwner
  beforeAll(async () => {
    store = await kind.open()
  })
  afterAll(() => store?.close())
  beforeEach(async () => {
    await store.clear()
    owner = (await store.own("acme", 1))[0]!
  })

  const ask = <A, E>(use: (events: EventStore["Service"]) => Effect.Effect<A, E>) =>
    store.run(Effect.flatMap(EventStore, use))
  /** One commit with an event and what `fill` adds. */
  const commit = (fill: (batch: Batch) => void) => {
    const batch = new Batch()
    owner.write(batch, ["lead/1", {}])
    fill(batch)
    return ask((events) => events.append(batch))
  }
  const place = () => owner.place("lead/1")

  it("stores a job with all that its handler needs, until it is done", async () => {
    await commit((batch) => batch.job(place(), "1.0", "writeReply", "write", '{"n":1}', atNoon))
    await commit((batch) => batch.job(place(), "2.0", "showTyping", undefined, "null", atNoon + minuteMs))
    const job = {
      company: "acme",
      partition: 1,
      stream: "lead/1",
      job: "1.0",
      name: "writeReply",
      child: "write",
      input: '{"n":1}',
      state: "pending",
      attempts: 0,
      firstAttemptAt: null,
      dueAt: atNoon,
      reason: null,
      message: null,
      askedAt: atNoon
    }
    expect(await ask((events) => events.dueJobs(acme, atNoon, 10))).toEqual([job])
    const later = { job: "2.0", name: "showTyping", child: null, input: "null" }
    const at = atNoon + minuteMs
    expect(await ask((events) => events.dueJobs(acme, at, 10))).toEqual([
      job,
      { ...job, ...later, dueAt: at, askedAt: at }
    ])
    expect(await ask((events) => events.dueJobs({ companies: ["acme"], partitions: [2] }, at, 10))).toEqual(
      []
    )
    await commit((batch) => batch.jobDone(place(), "1.0"))
    expect((await ask((events) => events.dueJobs(acme, at, 10))).map((each) => each.job)).toEqual(["2.0"])
  })

  it("keeps a dead letter away from the due jobs until a person retries or drops it", async () => {
    const dead = { job: "1.0", state: "failed", attempts: 6, firstAttemptAt: atNoon, dueAt: atNoon } as const
    await commit((batch) => {
      batch.job(place(), "1.0", "sendChunk", "send", "{}", atNoon)
      batch.job(place(), "1.1", "sendChunk", "send", "{}", atNoon)
    })
    await commit((batch) => {
      batch.jobChange(place(), { ...dead, reason: "timeout", message: "no answer in 30000 ms" })
      batch.jobChange(place(), { ...dead, job: "1.1", reason: "timeout", message: "no answer" })
    })
    const due = ask((events) => events.dueJobs(acme, atNoon * 2, 10))
    expect(await due).toEqual([])
    const failed = await ask((events) => events.listJobs("acme", "failed", 10))
    expect(
      failed.map(({ job, reason, message, attempts }) => [job, reason, message, attempts]).sort()
    ).toEqual([
      ["1.0", "timeout", "no answer in 30000 ms", 6],
      ["1.1", "timeout", "no answer", 6]
    ])
    expect(await ask((events) => events.retryJob("acme", "lead/1", "1.0"))).toBe(true)
    expect(await ask((events) => events.retryJob("acme", "lead/1", "1.0"))).toBe(false)
    expect(await ask((events) => events.dropJob("acme", "lead/1", "1.0"))).toBe(false)
    expect(await ask((events) => events.dropJob("acme", "lead/1", "1.1"))).toBe(true)
    expect(await ask((events) => events.listJobs("acme", null, 10))).toMatchObject([
      { job: "1.0", state: "pending", attempts: 0, reason: null, message: null }
    ])
    expect(await ask((events) => events.listJobs("other", null, 10))).toEqual([])
  })

  it("keeps the doubt of a dead letter that may have arrived when a person retries it", async () => {
    const dead = { state: "failed", attempts: 1, firstAttemptAt: atNoon, dueAt: atNoon, message: "" } as const
    const reasons = ["inDoubt", "wrongResult", "invalidNumber", "noHandler"]
    await commit((batch) => {
      for (const reason of reasons) batch.job(place(), reason, "sendChunk", "send", "{}", atNoon)
    })
    await commit((batch) => {
      for (const reason of reasons) batch.jobChange(place(), { ...dead, job: reason, reason })
    })
    for (const reason of reasons)
      expect(await ask((events) => events.retryJob("acme", "lead/1", reason))).toBe(true)
    const states = await ask((events) => events.listJobs("acme", null, 10))
    expect(Object.fromEntries(states.map(({ job, state }) => [job, state]))).toEqual({
      inDoubt: "unknown",
      wrongResult: "unknown",
      invalidNumber: "pending",
      noHandler: "pending"
    })
  })

  it("sets a timer of one name once: a later one takes its place", async () => {
    await commit((batch) => batch.timer(place(), "turnClosure", 1, atNoon + 8000))
    await commit((batch) => batch.timer(place(), "turnClosure", 2, atNoon + 9000))
    await commit((batch) => batch.timer(place(), "followUp", 3, atNoon + minuteMs))
    const due = (before: number) => ask((events) => events.dueTimers(acme, before, 10))
    expect(await due(atNoon + 8999)).toEqual([])
    const timer = {
      company: "acme",
      partition: 1,
      stream: "lead/1",
      timer: "turnClosure",
      setBy: 2,
      dueAt: atNoon + 9000
    }
    expect(await due(atNoon + 9000)).toEqual([timer])
    expect(await ask((events) => events.dueTimers(acme, atNoon * 2, 1))).toEqual([timer])
    await commit((batch) => batch.timerCleared(place(), "turnClosure"))
    expect((await due(atNoon * 2)).map((each) => each.timer)).toEqual(["followUp"])
  })

  it("takes a timer that one commit both clears and sets anew", async () => {
    await commit((batch) => batch.timer(place(), "turnClosure", 1, atNoon))
    await commit((batch) => {
      batch.timerCleared(place(), "turnClosure")
      batch.timer(place(), "turnClosure", 2, atNoon + 1)
    })
    expect(await ask((events) => events.dueTimers(acme, atNoon * 2, 10))).toMatchObject([{ setBy: 2 }])
  })

  it("gives messages in the order of their sender, until they are done", async () => {
    await commit((batch) => {
      for (const number of [10, 2, 0]) batch.message(place(), 2, number, "deal/1", `{"n":${number}}`, atNoon)
      batch.message(place(), 1, 0, "deal/1", '{"type":"First"}', atNoon)
    })
    const waiting = () => ask((events) => events.messages(acme, 10))
    expect((await waiting()).map(({ version, number }) => [version, number])).toEqual([
      [1, 0],
      [2, 0],
      [2, 2],
      [2, 10]
    ])
    expect((await waiting())[0]).toEqual({
      company: "acme",
      partition: 1,
      stream: "lead/1",
      version: 1,
      number: 0,
      toStream: "deal/1",
      event: '{"type":"First"}',
      occurredAt: atNoon
    })
    await commit((batch) => batch.messageDone(place(), 2, 2))
    expect((await waiting()).map(({ number }) => number)).toEqual([0, 0, 10])
  })

  it("loads an actor from its last snapshot and the events after it", async () => {
    await commit(() => {})
    await commit((batch) => batch.snapshot(place(), 1, "1.0.0+a", '{"old":1}'))
    await commit((batch) => batch.snapshot(place(), 2, "1.0.0+b", '{"new":1}'))
    const load = async () => {
      const loaded = await ask((events) => events.loadActors(["acme", "acme"], ["lead/1", "lead/none"]))
      return [...loaded].sort((one, other) => (one.stream < other.stream ? -1 : 1))
    }
    const [lead, none] = await load()
    expect(lead!.snapshot).toEqual({ version: 2, machineVersion: "1.0.0+b", state: '{"new":1}' })
    expect(lead!.events.map(({ version }) => version)).toEqual([3])
    expect(none).toEqual({ company: "acme", stream: "lead/none", snapshot: undefined, events: [] })
    await store.dropSnapshots()
    const [again] = await load()
    expect(again!.snapshot).toBeUndefined()
    expect(again!.events.map(({ version }) => version)).toEqual([1, 2, 3])
  })

  it("loads nothing for nobody", async () => {
    expect(await ask((events) => events.loadActors([], []))).toEqual([])
    expect(await ask((events) => events.dueJobs({ companies: [], partitions: [] }, atNoon, 10))).toEqual([])
  })
})
