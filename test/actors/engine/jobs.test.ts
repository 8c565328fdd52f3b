import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, it } from "vitest"
import { fromPromise, setup } from "xstate"
import { JobFailedForNow, JobRefused } from "../../../actors/jobs/job-handler.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { type Attempt, gate, scripted } from "./world/handlers.ts"
import { hopeful, worker } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine } from "./world/suite.ts"

const machines = [{ machine: worker }, { machine: hopeful }]
const begin = { type: "Begin", input: { n: 1 } }

const succeed: Attempt = () => Effect.succeed({ said: "ok" })
const forNow =
  (retryAfterMs?: number): Attempt =>
  () =>
    Effect.fail(
      new JobFailedForNow({
        reason: "busy",
        message: "the line is busy",
        happened: "no",
        ...(retryAfterMs === undefined ? {} : { retryAfterMs })
      })
    )
const refuse: Attempt = () =>
  Effect.fail(new JobRefused({ reason: "invalidNumber", message: "no such number" }))

/** The last event of a type, without what is not said here. */
const last = async (engine: TestEngine, of: string, type: string) =>
  (await engine.events(of)).findLast((event) => event.type === type)?.data

const stored = (engine: TestEngine) => engine.jobs()

describeEngine("jobs", (given) => {
  it("run at once, with the input that the machine gave, and their result is an event", async () => {
    const handler = scripted([succeed])
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("worker/1", begin)
    await engine.seen("worker/1", "WorkDone")
    const now = given.clock.now()
    expect(handler.calls).toEqual([
      {
        address: { company: "acme", machine: "worker", id: "1" },
        name: "work",
        key: "acme/worker/1#2.0",
        attempt: 1,
        at: now,
        firstAttemptAt: now,
        now,
        mayAct: expect.any(Function),
        input: { n: 1 }
      }
    ])
    const events = await engine.events("worker/1")
    expect(
      events.slice(2).map(({ type, data, causation, principal }) => [type, data, causation, principal])
    ).toEqual([
      [
        "JobSucceeded",
        {
          ...{ job: "2.0", name: "work", output: { said: "ok" } },
          ...{ attempts: 1, askedAt: now, firstAttemptAt: now, endedAt: now }
        },
        "worker/1@2",
        "engine"
      ],
      ["WorkDone", { output: { said: "ok" } }, "worker/1@3", "engine"]
    ])
    await engine.quiet()
    expect(await stored(engine)).toEqual([])
  })

  it("are tried again after a pause that doubles, or as long as the other side asks for", async () => {
    const handler = scripted([forNow(), forNow(), forNow(60_000), succeed])
    const engine = await given.start({ machines, handlers: [handler], limits: { jobBackoffMs: 2000 } })
    await engine.deliver("worker/1", begin)
    const startedAt = given.clock.now()
    for (const [pause, attempts] of [
      [2000, 1],
      [4000, 2],
      [60_000, 3]
    ] as const) {
      await until(`attempt ${attempts} is noted`, async () => {
        const [job] = await stored(engine)
        return job?.state === "pending" && job.attempts === attempts
      })
      const [job] = await stored(engine)
      expect(job).toMatchObject({
        dueAt: given.clock.now() + pause,
        reason: "busy",
        message: "the line is busy"
      })
      given.clock.advance(pause - 1)
      await engine.run(Effect.yieldNow)
      expect(handler.calls).toHaveLength(attempts)
      given.clock.advance(1)
    }
    await engine.seen("worker/1", "WorkDone")
    expect(
      handler.calls.map(({ attempt, at, firstAttemptAt }) => [
        attempt,
        at - startedAt,
        firstAttemptAt - startedAt
      ])
    ).toEqual([
      [1, 0, 0],
      [2, 2000, 0],
      [3, 6000, 0],
      [4, 66_000, 0]
    ])
  })

  it("fail for the machine after the last try, and at once when they are refused", async () => {
    const handler = scripted([forNow(0), forNow(0), forNow(0), refuse])
    const engine = await given.start({ machines, handlers: [{ ...handler, retriesMax: 2 }] })
    await engine.deliver("worker/1", begin)
    await engine.seen("worker/1", "WorkFailed")
    expect(await last(engine, "worker/1", "WorkFailed")).toEqual({
      error: { reason: "busy", message: "the line is busy" }
    })
    expect(handler.calls).toHaveLength(3)
    await engine.deliver("worker/1", begin)
    await engine.seen("worker/1", "WorkFailed", 2)
    const now = given.clock.now()
    expect(await last(engine, "worker/1", "JobFailed")).toEqual({
      job: "5.0",
      name: "work",
      error: { reason: "invalidNumber", message: "no such number" },
      ...{ attempts: 1, askedAt: now, firstAttemptAt: now, endedAt: now }
    })
    expect(handler.calls).toHaveLength(4)
  })

  it("end after their time, and that is a failure like any other", async () => {
    const handler = scripted([() => Effect.never, succeed], { timeoutMs: 20 })
    const engine = await given.start({ machines, handlers: [handler], limits: { jobBackoffMs: 1000 } })
    await engine.deliver("worker/1", begin)
    await until("it timed out", async () => (await stored(engine))[0]?.reason === "timeout")
    expect((await stored(engine))[0]).toMatchObject({ state: "pending", message: "no answer in 20 ms" })
    given.clock.advance(1000)
    await engine.seen("worker/1", "WorkDone")
  })

  it("whose handler breaks are tried again, and say why", async () => {
    const handler = scripted([() => Effect.die(new Error("a bug")), succeed])
    const engine = await given.start({ machines, handlers: [handler], limits: { jobBackoffMs: 1000 } })
    await engine.deliver("worker/1", begin)
    await until("it is noted", async () => (await stored(engine))[0]?.reason === "defect")
    expect((await stored(engine))[0]!.message).toContain("a bug")
    given.clock.advance(1000)
    await engine.seen("worker/1", "WorkDone")
  })

  it("are called back when the machine leaves the state that asked for them", async () => {
    const stopped: Array<string> = []
    const handler = scripted([
      () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void stopped.push("in the attempt"))),
      forNow()
    ])
    const engine = await given.start({ machines, handlers: [handler], limits: { jobBackoffMs: 1000 } })
    await engine.deliver("worker/1", begin)
    await until("it runs", () => handler.calls.length === 1)
    await engine.deliver("worker/1", { type: "Leave" })
    await engine.quiet()
    expect(stopped).toEqual(["in the attempt"])
    await engine.deliver("worker/2", begin)
    await until("it waits for its next try", async () => (await stored(engine))[0]?.reason === "busy")
    await engine.deliver("worker/2", { type: "Leave" })
    await engine.quiet()
    given.clock.advance(60_000)
    await engine.quiet()
    expect(handler.calls).toHaveLength(2)
    expect(await stored(engine)).toEqual([])
    expect(await engine.types("worker/1")).toEqual(["ActorStarted", "Begin", "Leave"])
  })

  it("that change the world are not called back on their way, and their result is nobody's", async () => {
    const send = gate()
    const handler = scripted([() => Effect.as(send.wait, "sent")], { idempotency: "key" })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("worker/1", begin)
    await until("it is on its way", () => handler.calls.length === 1)
    await engine.deliver("worker/1", { type: "Leave" })
    send.open()
    await engine.quiet()
    expect(await engine.types("worker/1")).toEqual(["ActorStarted", "Begin", "Leave"])
    expect(await stored(engine)).toEqual([])
  })

  it("become dead letters when the machine has no answer to their failure, and go on when a person retries them", async () => {
    given.clock.advance(Date.now() - given.clock.now() + 3_600_000)
    const handler = scripted([refuse, succeed])
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("hopeful/1", begin)
    await until("it is a dead letter", async () => (await stored(engine))[0]?.state === "failed")
    expect(await stored(engine)).toMatchObject([
      { stream: "hopeful/1", name: "work", reason: "invalidNumber", message: "no such number", attempts: 1 }
    ])
    expect(engine.log.join("\n")).toContain("acme/hopeful/1#2.0 (work) is a dead letter: invalidNumber")
    given.clock.advance(600_000)
    await engine.quiet()
    expect(handler.calls).toHaveLength(1)
    expect(await engine.run(engine.store.retryJob("acme", "hopeful/1", "2.0"))).toBe(true)
    await until("it is looked for and done", async () => {
      given.clock.advance(1000)
      return (await engine.types("hopeful/1")).includes("WorkDone")
    })
    expect(handler.calls).toHaveLength(2)
    expect(await stored(engine)).toEqual([])
  })

  it("that nobody does any more wait as dead letters until somebody knows them again", async () => {
    given.clock.advance(Date.now() - given.clock.now() + 3_600_000)
    const first = await given.start({ machines, handlers: [scripted([succeed])], runJobs: false })
    await first.deliver("hopeful/1", begin)
    await first.stop()
    const other = setup({ actors: { rework: fromPromise(async () => null) } }).createMachine({
      id: "hopeful",
      version: "2.0.0",
      initial: "idle",
      states: {
        idle: { on: { Begin: "working" } },
        working: { invoke: { id: "work", src: "rework", onDone: "idle" } }
      }
    })
    const second = await given.start({ machines: [{ machine: other }] })
    await until("it is a dead letter", async () => (await stored(second))[0]?.state === "failed")
    expect(await stored(second)).toMatchObject([
      { reason: "noHandler", message: "no handler is called work, and its machine brings none" }
    ])
    await second.stop()
    const third = await given.start({ machines, handlers: [scripted([succeed])] })
    expect(await third.run(third.store.retryJob("acme", "hopeful/1", "2.0"))).toBe(true)
    await until("it is done", async () => {
      given.clock.advance(1000)
      return (await third.types("hopeful/1")).includes("WorkDone")
    })
  })

  it("whose result can't be stored are dead letters with the reason, and are not tried for ever", async () => {
    for (const [id, output] of [
      ["nul", { text: "a\u0000b" }],
      ["half", "\ud83d"],
      ["nan", { n: Number.NaN }]
    ] as const) {
      const handler = scripted([() => Effect.succeed(output)])
      const engine = await given.start({ machines, handlers: [handler] })
      await engine.deliver(`worker/${id}`, begin)
      await until("its end is known", async () => {
        const [job] = await stored(engine)
        return job?.state === "failed" || (await engine.types(`worker/${id}`)).includes("JobFailed")
      })
      expect(await last(engine, `worker/${id}`, "JobFailed")).toMatchObject({
        error: { reason: "wrongResult" }
      })
      given.clock.advance(5000)
      await engine.quiet()
      expect(handler.calls).toHaveLength(1)
      await engine.stop()
      await given.database.clear()
    }
  })

  it("run beside each other up to the limit, and all in the end", async () => {
    let running = 0
    let most = 0
    const handler = scripted([
      () =>
        Effect.gen(function* () {
          most = Math.max(most, ++running)
          yield* Effect.yieldNow
          yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
          running--
          return null
        })
    ])
    const engine = await given.start({ machines, handlers: [handler], limits: { jobConcurrency: 3 } })
    const ids = Array.from({ length: 20 }, (_, n) => `worker/${n}`)
    await Promise.all(ids.map((id) => engine.deliver(id, begin)))
    for (const id of ids) await engine.seen(id, "WorkDone")
    expect(most).toBe(3)
  })

  it("whose failure is in words that can't be stored fail with what can", async () => {
    const odd: Attempt = () =>
      Effect.fail(new JobRefused({ reason: "odd\u0000", message: "half \ud83d of it" }))
    const engine = await given.start({ machines, handlers: [scripted([odd])] })
    await engine.deliver("worker/1", begin)
    await engine.seen("worker/1", "WorkFailed")
    expect(await last(engine, "worker/1", "WorkFailed")).toEqual({
      error: { reason: "odd", message: "half \ufffd of it" }
    })
    await engine.deliver("hopeful/1", begin)
    await until("it is a dead letter", async () => (await stored(engine))[0]?.state === "failed")
    expect(await stored(engine)).toMatchObject([{ reason: "odd", message: "half \ufffd of it" }])
  })

  it("are not run again by a look that read them before they ended", async () => {
    const attempt = gate()
    const handler = scripted([() => Effect.as(attempt.wait, null)])
    const looked = gate()
    let reads = 0
    const slow = Layer.effect(
      EventStore,
      Effect.map(EventStore, (store) => ({
        ...store,
        dueJobs: (...asked: Parameters<typeof store.dueJobs>) =>
          Effect.tap(store.dueJobs(...asked), (found) => {
            if (found.length === 0) return Effect.void
            reads++
            return looked.wait
          })
      }))
    )
    const engine = await given.start({ machines, handlers: [handler], store: slow })
    await engine.deliver("worker/1", begin)
    await until("it runs", () => handler.calls.length === 1)
    await until("a look has read it", () => {
      given.clock.advance(1000)
      return reads === 1
    })
    attempt.open()
    await engine.seen("worker/1", "WorkDone")
    await engine.quiet()
    looked.open()
    given.clock.advance(1000)
    await engine.quiet()
    expect(handler.calls).toHaveLength(1)
    expect(await engine.types("worker/1")).toEqual(["ActorStarted", "Begin", "JobSucceeded", "WorkDone"])
  })
})
