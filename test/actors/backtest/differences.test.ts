import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { type AnyStateMachine, assign, emit, fromPromise, sendTo, setup } from "xstate"
import { backtest } from "../../../actors/backtest/backtest.ts"
import { type PlanOptions, planOf } from "../../../actors/backtest/backtest-plan.ts"
import type { RegisteredMachine } from "../../../actors/machine/machine-registry.ts"
import { prepare } from "../../../actors/machine/running-machine.ts"
import { actorAt } from "../../../machines/listed-machine.ts"
import { registerOne } from "../stored-history.ts"
import { memoryStore } from "./memory-store.ts"
import { asPartition, Recording } from "./recording.ts"

const second = 1000

/** What a desk may be changed in; each value plants one difference. */
interface Change {
  readonly fact?: "another type" | "other data" | "none" | "twice"
  readonly job?: "another name" | "other input" | "none" | "kept" | "second"
  readonly action?: "other input"
  readonly message?: "another type" | "other data" | "another actor" | "none"
  readonly state?: "another name"
  readonly reminderMs?: number
  readonly alarmMs?: number
  readonly context?: "more"
  readonly throws?: boolean
}

type Event = { type: "Asked"; text: string } | { type: "Noted" } | { type: "Dropped" }

/** A desk that answers what it is asked: one fact, one job, one action, one message and one timer in each round. */
const desk = (change: Change = {}): AnyStateMachine => {
  const working = change.state === "another name" ? "busy" : "working"
  const other = change.message === "another actor" ? "b" : "a"
  return setup({
    types: { events: {} as Event, context: {} as { rounds: number; more?: string; urgent: boolean } },
    actors: {
      answer: fromPromise(async () => ({})),
      reply: fromPromise(async () => ({})),
      check: fromPromise(async () => ({}))
    },
    delays: { reminder: change.reminderMs ?? 10 * second, alarm: change.alarmMs ?? 0 },
    actions: {
      note: (_, _params: { readonly by: string }) => {},
      count: assign({
        rounds: ({ context }) => context.rounds + 1,
        ...(change.context === undefined ? {} : { more: "kept for itself" })
      }),
      tell: emit(({ context }) => ({
        type: change.fact === "another type" ? "RoundStarted" : "RoundBegan",
        round: context.rounds + (change.fact === "other data" ? 1 : 0)
      })),
      post: sendTo(() => actorAt("shelf", other), {
        type: change.message === "another type" ? "Filed" : "Kept",
        copies: change.message === "other data" ? 2 : 1
      }),
      trip: () => {}
    },
    guards: {
      trips: () => {
        if (change.throws === true) throw new Error("tripped")
        return true
      }
    }
  }).createMachine({
    id: "desk",
    context: { rounds: 0, urgent: false },
    initial: "idle",
    states: {
      idle: {
        on: {
          Asked: {
            guard: "trips",
            target: working,
            actions: [
              "count",
              ...(change.fact === "none" ? [] : (["tell"] as const)),
              ...(change.fact === "twice" ? (["tell"] as const) : []),
              ...(change.message === "none" ? [] : (["post"] as const)),
              { type: "note" as const, params: { by: change.action === undefined ? "desk" : "clerk" } }
            ]
          },
          Noted: {}
        },
        ...(change.alarmMs === undefined
          ? {}
          : { after: { alarm: { actions: emit({ type: "AlarmRang" }) } } })
      },
      [working]: {
        ...(change.job === "none"
          ? {}
          : {
              invoke: [
                {
                  id: "answer",
                  src: change.job === "another name" ? ("reply" as const) : ("answer" as const),
                  input: ({ context }: { context: { rounds: number } }) => ({
                    round: context.rounds,
                    ...(change.job === "other input" ? { tone: "kind" } : {})
                  }),
                  onDone: { target: "idle", actions: emit({ type: "Answered" }) }
                },
                ...(change.job === "second" ? [{ id: "check", src: "check" as const }] : [])
              ]
            }),
        on: {
          Noted: { actions: emit({ type: "NoteTaken" }) },
          Dropped: { target: change.job === "kept" ? working : "idle", reenter: false }
        },
        after: { reminder: { actions: emit({ type: "Reminded" }) } }
      }
    }
  }) as AnyStateMachine
}

const registered = registerOne({ machine: desk() })

/** Two rounds: the first answered at once, the second after the reminder; then one that is dropped. */
const aHistory = (of: RegisteredMachine = registered) => {
  const recording = new Recording(of, "1", null)
  recording.say("Asked", { text: "a" })
  recording.wait(4 * second)
  recording.answer("answer", {})
  recording.wait(second)
  recording.say("Asked", { text: "b" })
  recording.wait(12 * second, 3)
  recording.say("Noted")
  recording.wait(second)
  recording.answer("answer", {})
  recording.wait(60 * second)
  recording.say("Asked", { text: "c" })
  recording.wait(second)
  recording.say("Dropped")
  return recording
}

const run = (
  recordings: ReadonlyArray<Recording>,
  change: Change | AnyStateMachine,
  options: PlanOptions = {},
  of: RegisteredMachine = registered
) => {
  const machine = "config" in change ? change : desk(change)
  const plan = planOf(of, { running: prepare(machine) }, options)
  const store = memoryStore(asPartition(recordings))
  return Effect.runPromise(Effect.provide(backtest(plan, { having: [], where: [] }), store.layer))
}

/** Version, input and what differs in one line each. */
const found = ({ divergences }: Awaited<ReturnType<typeof run>>) =>
  divergences.map(({ version, input, differences }) => [
    version,
    input,
    ...differences.map(({ kind, name, change }) => `${kind} ${name} ${change}`)
  ])

/** 1 ActorStarted, 2 Asked 3 RoundBegan, 4 JobSucceeded 5 Answered, 6 Asked … */
describe("a planted difference is found at its version", () => {
  it.each<[string, Change, ReadonlyArray<unknown>]>([
    ["no difference", {}, []],
    ["what only the context shows", { context: "more" }, []],
    [
      "another fact",
      { fact: "another type" },
      [2, "Asked", "emitted RoundBegan lost", "emitted RoundStarted gained"]
    ],
    ["other data of a fact", { fact: "other data" }, [2, "Asked", "emitted RoundBegan changed"]],
    ["a fact less", { fact: "none" }, [2, "Asked", "emitted RoundBegan lost"]],
    ["a fact more", { fact: "twice" }, [2, "Asked", "emitted RoundBegan gained"]],
    ["another job", { job: "another name" }, [2, "Asked", "job answer lost", "job reply gained"]],
    ["another question to the job", { job: "other input" }, [2, "Asked", "job answer changed"]],
    ["a job less", { job: "none" }, [2, "Asked", "job answer lost"]],
    ["a job more", { job: "second" }, [2, "Asked", "job check gained"]],
    ["other parameters of an action", { action: "other input" }, [2, "Asked", "job note changed"]],
    [
      "another message",
      { message: "another type" },
      [2, "Asked", "message shelf Kept lost", "message shelf Filed gained"]
    ],
    ["other data of a message", { message: "other data" }, [2, "Asked", "message shelf Kept changed"]],
    ["a message less", { message: "none" }, [2, "Asked", "message shelf Kept lost"]],
    ["another state", { state: "another name" }, [2, "Asked", "state state changed"]],
    [
      "a job that is not called back",
      { job: "kept" },
      [16, "Dropped", "state state changed", "job answer kept"]
    ],
    [
      "a machine that throws",
      { throws: true },
      [
        2,
        "Asked",
        "error error gained",
        "emitted RoundBegan lost",
        "job note lost",
        "job answer lost",
        "message shelf Kept lost"
      ]
    ]
  ])("%s", async (_, change, expected) => {
    expect(found(await run([aHistory()], change))).toEqual(expected.length === 0 ? [] : [expected])
  })

  it("names the job that no answer was recorded for", async () => {
    const { missing, divergences } = await run([aHistory()], { job: "another name" })
    expect(missing).toEqual([{ job: "reply", times: 1, first: "acme/desk/1@2" }])
    expect(divergences[0]?.missing).toEqual(["reply"])
  })

  it("says what each of the two did, and from which state", async () => {
    const { divergences } = await run([aHistory()], { fact: "other data" })
    expect(divergences).toEqual([
      {
        address: "acme/desk/1",
        version: 2,
        at: expect.any(Number),
        input: "Asked",
        before: "idle",
        differences: [
          { kind: "emitted", name: "RoundBegan", change: "changed", old: { round: 1 }, new: { round: 2 } }
        ],
        missing: [],
        because: null
      }
    ])
  })

  it("counts what comes after as censored, and no answer of it as the candidate's", async () => {
    const { events, costs, inputs } = await run([aHistory()], { fact: "other data" })
    expect([events, inputs]).toEqual([{ all: 16, compared: 3, censored: 13, skipped: 0 }, 2])
    expect(costs).toEqual([
      { job: "answer", used: 0, usedUsd: 0, censored: 2, censoredUsd: 0, extra: 0, extraUsd: 0 }
    ])
  })
})

describe("what is not looked at", () => {
  it.each<[string, Change, ReadonlyArray<string>]>([
    ["a fact", { fact: "other data" }, ["RoundBegan"]],
    ["a field of a fact", { fact: "other data" }, ["RoundBegan.round"]],
    ["a message", { message: "none" }, ["shelf Kept"]],
    ["states", { state: "another name" }, ["state"]],
    ["the question of a job whose answer is taken as it was", { job: "other input" }, ["answer"]]
  ])("is no difference: %s", async (_, change, ignored) => {
    const { streams, events } = await run([aHistory()], change, { ignored })
    expect([streams.same, events.compared]).toEqual([1, events.all])
  })

  it("still ends where a job without a recorded answer is asked for", async () => {
    const report = await run([aHistory()], { job: "second" }, { ignored: ["check"] })
    expect(report.missing).toEqual([{ job: "check", times: 1, first: "acme/desk/1@2" }])
  })
})

describe("timers", () => {
  it("that fire at another moment with nothing between are only counted", async () => {
    const later = await run([aHistory()], { reminderMs: 11 * second })
    expect([later.streams.same, later.timers]).toEqual([
      1,
      [{ timer: "reminder", earlier: 0, later: 1, shiftMs: 997, diverged: 0 }]
    ])
    const earlier = await run([aHistory()], { reminderMs: 8 * second })
    expect([earlier.streams.same, earlier.timers]).toEqual([
      1,
      [{ timer: "reminder", earlier: 1, later: 0, shiftMs: -2000, diverged: 0 }]
    ])
  })

  it("that are over before what stopped the recorded one diverge there, and say when they fire", async () => {
    const report = await run([aHistory()], { reminderMs: 3 * second })
    expect(found(report)).toEqual([
      [4, "JobSucceeded answer", "timer reminder earlier", "emitted Reminded gained"]
    ])
    expect(report.divergences[0]?.because).toBe(
      "in the new version reminder fires at 2026-06-01T13:00:03.000Z, before JobSucceeded answer: 7 s earlier"
    )
  })

  it("that are not yet over when something comes diverge where the recorded one fired", async () => {
    const report = await run([aHistory()], { reminderMs: 20 * second })
    expect(found(report)).toEqual([
      [8, "TimerFired reminder", "timer reminder later", "emitted Reminded lost"]
    ])
    expect(report.divergences[0]?.because).toBe(
      "in the new version reminder fires at 2026-06-01T13:00:25.000Z, after JobSucceeded answer of version 12"
    )
    // The note between the two moments is taken by both; and what was compared up to there was not the candidate's.
    expect(report.events).toEqual({ all: 16, compared: 9, censored: 7, skipped: 0 })
  })

  it("that the recorded version does not have fire at their moment", async () => {
    const report = await run([aHistory()], { alarmMs: 30 * second })
    expect(found(report)).toEqual([[14, "Asked", "timer alarm gained", "emitted AlarmRang gained"]])
  })

  it("that are over by the end of what is recorded, where the recorded one is not, are found", async () => {
    const open = new Recording(registered, "1", null).say("Asked", { text: "a" })
    const other = new Recording(registered, "2", null, open.now + 5 * second)
    const report = await run([open, other], { reminderMs: 2 * second })
    expect(found(report)).toEqual([[3, null, "timer reminder earlier", "emitted Reminded gained"]])
    expect(found(await run([open, other], { reminderMs: 6 * second }))).toEqual([])
  })

  it("that were late in the record are no difference", async () => {
    const late = new Recording(registered, "1", null).say("Asked", { text: "a" })
    late.now += 15 * second
    late.say("Noted").take("TimerFired", { timer: "reminder" }).answer("answer", {})
    expect(found(await run([late], {}))).toEqual([])
  })
})
