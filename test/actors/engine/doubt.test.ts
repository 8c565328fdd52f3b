import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { expect, it } from "vitest"
import { fromPromise, setup } from "xstate"
import { JobFailedForNow, type JobHandler, JobRefused } from "../../../actors/jobs/job-handler.ts"
import { type Attempt, scripted } from "./world/handlers.ts"
import { hopeful, worker } from "./world/machines.ts"
import { type TestEngine, until } from "./world/run-engine.ts"
import { describeEngine, type EngineSuite } from "./world/suite.ts"

const machines = [{ machine: worker }, { machine: hopeful }]
const begin = { type: "Begin", input: { n: 1 } }
const never: Attempt = () => Effect.never
const succeed: Attempt = () => Effect.succeed("sent")
const lost: Attempt = () =>
  Effect.fail(new JobFailedForNow({ reason: "timeout", message: "no answer", happened: "unknown" }))

const jobs = (engine: TestEngine) => engine.jobs()

describeEngine("a job whose end nobody saw", (given) => {
  /** Begins a job, and crashes in the middle of its attempt; gives the handler of the next process. */
  const crashInAttempt = async (idempotency: JobHandler["idempotency"], machine = "worker") => {
    const handler = scripted([never], { idempotency })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver(`${machine}/1`, begin)
    await until("the attempt runs", () => handler.calls.length === 1)
    await engine.crash()
    given.clock.advance(5000)
    return handler.calls[0]!
  }

  it.each(["safe", "key"] as const)(
    "is tried again when it is %s, with the same key",
    async (idempotency) => {
      const first = await crashInAttempt(idempotency)
      const handler = scripted([succeed], { idempotency })
      const engine = await given.start({ machines, handlers: [handler] })
      await engine.seen("worker/1", "WorkDone")
      expect(handler.calls).toHaveLength(1)
      expect(handler.calls[0]!.key).toBe(first.key)
      // A safe attempt leaves no trace: nothing of it could have happened outside.
      expect(handler.calls[0]).toMatchObject(
        idempotency === "safe"
          ? { attempt: 1, firstAttemptAt: given.clock.now() }
          : { attempt: 2, firstAttemptAt: first.firstAttemptAt }
      )
    }
  )

  it("is done without another attempt when its receipt is found", async () => {
    const first = await crashInAttempt("receipt")
    const asked: Array<unknown> = []
    const handler = scripted([succeed], {
      idempotency: "receipt",
      findReceipt: (input, context) => {
        const { mayAct, ...said } = context
        expect(mayAct?.()).toBe(true)
        asked.push({ input, ...said })
        return Effect.succeed(Option.some("found"))
      }
    })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.seen("worker/1", "WorkDone")
    expect(handler.calls).toEqual([])
    expect((await engine.events("worker/1")).at(-1)!.data).toEqual({ output: "found" })
    expect(asked).toEqual([
      {
        input: { n: 1 },
        address: first.address,
        name: "work",
        key: first.key,
        attempt: 1,
        at: first.at,
        firstAttemptAt: first.firstAttemptAt,
        now: given.clock.now()
      }
    ])
  })

  it("is tried again when its receipt says that nothing happened", async () => {
    await crashInAttempt("receipt")
    const handler = scripted([succeed], {
      idempotency: "receipt",
      findReceipt: () => Effect.succeed(Option.none())
    })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.seen("worker/1", "WorkDone")
    expect(handler.calls.map(({ attempt }) => attempt)).toEqual([2])
  })

  it("waits with its reason while the receipt can't be had, and then goes on", async () => {
    await crashInAttempt("receipt")
    let answers = false
    const handler = scripted([succeed], {
      idempotency: "receipt",
      findReceipt: () =>
        answers
          ? Effect.succeed(Option.some("found"))
          : Effect.fail(
              new JobFailedForNow({
                reason: "receiptUnknown",
                message: "ask later",
                happened: "unknown",
                retryAfterMs: 700
              })
            )
    })
    const engine = await given.start({ machines, handlers: [handler] })
    await until("its doubt is stored", async () => (await jobs(engine))[0]?.state === "unknown")
    expect(await jobs(engine)).toMatchObject([
      { state: "unknown", reason: "receiptUnknown", message: "ask later", dueAt: given.clock.now() + 700 }
    ])
    answers = true
    given.clock.advance(700)
    await engine.seen("worker/1", "WorkDone")
    expect(handler.calls).toEqual([])
  })

  it("is in doubt after the deadline, and the machine hears of it", async () => {
    await crashInAttempt("receipt")
    const handler = scripted([succeed], {
      idempotency: "receipt",
      findReceipt: () =>
        Effect.fail(new JobFailedForNow({ reason: "down", message: "no route", happened: "unknown" }))
    })
    const engine = await given.start({ machines, handlers: [handler], limits: { receiptDeadlineMs: 10_000 } })
    await until("it is given up", async () => {
      given.clock.advance(1000)
      return (await engine.types("worker/1")).includes("WorkFailed")
    })
    expect(handler.calls).toEqual([])
    expect((await engine.events("worker/1")).at(-1)!.data).toMatchObject({
      error: { reason: "inDoubt", message: "an attempt was made, and its receipt could not be had: no route" }
    })
  })

  it("is in doubt at once when nobody can tell, and is not sent again", async () => {
    await crashInAttempt("none")
    const handler = scripted([succeed], { idempotency: "none" })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.seen("worker/1", "WorkFailed")
    expect(handler.calls).toEqual([])
    expect((await engine.events("worker/1")).at(-1)!.data).toMatchObject({ error: { reason: "inDoubt" } })
  })

  it("is a dead letter in doubt when the machine has no answer", async () => {
    await crashInAttempt("none", "hopeful")
    const engine = await given.start({ machines, handlers: [scripted([succeed], { idempotency: "none" })] })
    await until("it is a dead letter", async () => (await jobs(engine))[0]?.state === "failed")
    expect(await jobs(engine)).toMatchObject([{ stream: "hopeful/1", reason: "inDoubt", attempts: 1 }])
  })

  it("goes by the input where the idempotency depends on it", async () => {
    const byInput: JobHandler["idempotency"] = (input) =>
      (input as { n?: number } | null)?.n === 1 ? "none" : "key"
    await crashInAttempt(byInput)
    const handler = scripted([succeed], { idempotency: byInput })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.seen("worker/1", "WorkFailed")
    expect(handler.calls).toEqual([])
  })

  it("asks for the receipt after a lost answer too, without any crash", async () => {
    const receipts = [Option.none(), Option.some("found")]
    const handler = scripted([lost, lost], {
      idempotency: "receipt",
      findReceipt: () => Effect.succeed(receipts.shift()!)
    })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("worker/1", begin)
    await engine.seen("worker/1", "WorkDone")
    expect(handler.calls.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect((await engine.events("worker/1")).at(-1)!.data).toEqual({ output: "found" })
  })

  it("is in doubt, and not failed, when a later attempt is refused: the first may have arrived", async () => {
    const refuse: Attempt = () => Effect.fail(new JobRefused({ reason: "invalidNumber", message: "no such" }))
    const handler = scripted([lost, refuse], { idempotency: "key" })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("worker/1", begin)
    await until("the first attempt has failed", async () => (await jobs(engine))[0]?.state === "unknown")
    given.clock.advance(60_000)
    await engine.seen("worker/1", "WorkFailed")
    expect((await engine.events("worker/1")).at(-1)!.data).toEqual({
      error: {
        reason: "inDoubt",
        message: "an attempt may have arrived, and then: invalidNumber: no such"
      }
    })
  })

  it("holds back its own actor and nobody else's", async () => {
    await crashInAttempt("receipt")
    const handler = scripted([succeed], {
      idempotency: "receipt",
      findReceipt: () =>
        Effect.fail(new JobFailedForNow({ reason: "down", message: "no route", happened: "unknown" }))
    })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("worker/2", begin)
    await engine.seen("worker/2", "WorkDone")
    expect(await engine.view("worker/1")).toMatchObject({
      value: "working",
      jobs: [{ job: "2.0", name: "work" }]
    })
  })

  it("is not begun by an owner that finds its lease run out, and is asked for by the next", async () => {
    const frozen = scripted([succeed], { idempotency: "receipt" })
    const first = await given.start({ machines, handlers: [frozen], holdsLease: () => false })
    await first.deliver("worker/1", begin)
    await until("the attempt is stored", async () => (await jobs(first))[0]?.state === "attempting")
    await first.quiet()
    await first.crash()
    expect(frozen.calls).toEqual([])
    const handler = scripted([succeed], {
      idempotency: "receipt",
      findReceipt: () => Effect.succeed(Option.none())
    })
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.seen("worker/1", "WorkDone")
    expect(handler.calls.map(({ attempt }) => attempt)).toEqual([2])
  })

  /** A dead letter of one attempt that was sent, put back to work by a person; gives the handler's calls. */
  const retried = async (first: Attempt, rest: Partial<JobHandler>) => {
    given.clock.advance(Date.now() - given.clock.now() + 3_600_000)
    const handler = scripted([first, succeed], rest)
    const engine = await given.start({ machines, handlers: [handler] })
    await engine.deliver("hopeful/1", begin)
    await until("it is a dead letter", async () => (await jobs(engine))[0]?.state === "failed")
    const [letter] = await jobs(engine)
    expect(await engine.run(engine.store.retryJob("acme", "hopeful/1", "2.0"))).toBe(true)
    await until("it is looked for and done", async () => {
      given.clock.advance(1000)
      return (await engine.types("hopeful/1")).includes("WorkDone")
    })
    return { reason: letter!.reason, calls: handler.calls.length, events: await engine.events("hopeful/1") }
  }

  it("is asked for, and not sent again, when a person retries what was sent and could not be stored", async () => {
    const unstorable: Attempt = () => Effect.succeed({ n: Number.NaN } as never)
    const found = { idempotency: "receipt", findReceipt: () => Effect.succeedSome("found") } as const
    const { reason, calls, events } = await retried(unstorable, found)
    expect([reason, calls]).toEqual(["wrongResult", 1])
    expect(events.find(({ type }) => type === "JobSucceeded")?.data).toMatchObject({ output: "found" })
  })

  it("is sent again when a person retries it and its receipt says that nothing was sent", async () => {
    const unstorable: Attempt = () => Effect.succeed({ n: Number.NaN } as never)
    const none = { idempotency: "receipt", findReceipt: () => Effect.succeedNone } as const
    expect(await retried(unstorable, none)).toMatchObject({ reason: "wrongResult", calls: 2 })
  })

  it("is sent again when a person, told of the doubt, retries what nobody can ask for", async () => {
    expect(await retried(lost, { idempotency: "none" })).toMatchObject({ reason: "inDoubt", calls: 2 })
  })

  it("is stored as an attempt before anything goes out", async () => {
    const states: Array<unknown> = []
    const attempt: Attempt = () =>
      Effect.promise(async () => {
        states.push((await jobs(running))[0])
        return null
      })
    const running = await given.start({ machines, handlers: [scripted([attempt], { idempotency: "key" })] })
    await running.deliver("worker/1", begin)
    await running.seen("worker/1", "WorkDone")
    const now = given.clock.now()
    expect(states).toMatchObject([{ state: "attempting", attempts: 1, firstAttemptAt: now }])
  })
})

/** What a result says of a job that ended at its first attempt while the clock stood still. */
const atOnce = ({ clock }: EngineSuite) => {
  const now = clock.now()
  return { attempts: 1, askedAt: now, firstAttemptAt: now, endedAt: now }
}

const did: Array<string> = []

/** Brings its own promise logic and its own functions. */
const selfMade = setup({
  types: { events: {} as { type: "Go"; n: number } },
  actors: {
    double: fromPromise<number, number>(async ({ input }) => {
      did.push(`double ${input}`)
      return input * 2
    }),
    refuse: fromPromise<number, number>(async () => {
      throw new RangeError("too far")
    })
  },
  actions: {
    note: (_, { n }: { n: number }) => {
      did.push(`note ${n}`)
    }
  }
}).createMachine({
  id: "selfMade",
  version: "1.0.0",
  initial: "idle",
  states: {
    idle: {
      on: {
        Go: { target: "doubling", actions: { type: "note", params: ({ event }) => ({ n: event.n }) } }
      }
    },
    doubling: {
      invoke: { id: "double", src: "double", input: ({ event }) => event.n, onDone: "refusing" }
    },
    refusing: { invoke: { id: "refuse", src: "refuse", input: 1, onError: "idle" } }
  }
})

const asked: Array<string> = []

/** Asks somebody who does not answer the first time. */
const asking = setup({
  actors: {
    ask: fromPromise<string>(async ({ self }) => {
      asked.push(self.id)
      return asked.length === 1 ? new Promise(() => {}) : "yes"
    })
  }
}).createMachine({
  id: "asking",
  version: "1.0.0",
  initial: "idle",
  states: {
    idle: { on: { Go: "waiting" } },
    waiting: { invoke: { id: "ask", src: "ask", onDone: "idle" } }
  }
})

describeEngine("what a machine brings with it", (given) => {
  const own = [{ machine: selfMade }]

  it("runs its promise logic anew after a crash, under the same id, and tells of both attempts", async () => {
    asked.length = 0
    const first = await given.start({ machines: [{ machine: asking }] })
    const began = given.clock.now()
    await first.deliver("asking/1", { type: "Go" })
    await until("it asks", () => asked.length === 1)
    await first.crash()
    given.clock.advance(5000)
    const engine = await given.start({ machines: [{ machine: asking }] })
    await engine.seen("asking/1", "JobSucceeded")
    const { data } = (await engine.events("asking/1")).find(({ type }) => type === "JobSucceeded")!
    expect(data).toMatchObject({ output: "yes", attempts: 2, firstAttemptAt: began })
    expect(asked).toEqual([asked[0], asked[0]])
    expect(asked[0]).toContain("asking/1")
  })

  it("runs its promise logic as jobs and its functions once, after the commit", async () => {
    did.length = 0
    const engine = await given.start({ machines: own })
    await engine.deliver("selfMade/1", { type: "Go", n: 4 })
    await engine.seen("selfMade/1", "JobFailed")
    await engine.quiet()
    expect([...did].sort()).toEqual(["double 4", "note 4"])
    const events = await engine.events("selfMade/1")
    expect(events.slice(2).map(({ type, data }) => [type, data])).toEqual([
      ["JobSucceeded", { job: "2.1", name: "double", output: 8, ...atOnce(given) }],
      [
        "JobFailed",
        { job: "3.0", name: "refuse", error: { reason: "RangeError", message: "too far" }, ...atOnce(given) }
      ]
    ])
  })

  it("finds its functions again by taking the step again, after a crash between the commit and the call", async () => {
    did.length = 0
    const first = await given.start({ machines: own, runJobs: false })
    await first.deliver("selfMade/1", { type: "Go", n: 1 })
    await first.crash()
    expect(did).toEqual([])
    const engine = await given.start({ machines: own })
    await engine.seen("selfMade/1", "JobFailed")
    await engine.quiet()
    expect([...did].sort()).toEqual(["double 1", "note 1"])
    await engine.stop()
    const again = await given.start({ machines: own })
    given.clock.advance(2000)
    await again.quiet()
    expect([...did].sort()).toEqual(["double 1", "note 1"])
  })

  it("lets a handler of the same name do the work instead", async () => {
    did.length = 0
    const handler = { ...scripted([() => Effect.succeed(100)]), name: "double" }
    const engine = await given.start({ machines: own, handlers: [handler] })
    await engine.deliver("selfMade/1", { type: "Go", n: 1 })
    await engine.seen("selfMade/1", "JobSucceeded")
    expect((await engine.events("selfMade/1"))[2]!.data).toEqual({
      ...{ job: "2.1", name: "double", output: 100 },
      ...atOnce(given)
    })
    expect(did).not.toContain("double 1")
  })
})
