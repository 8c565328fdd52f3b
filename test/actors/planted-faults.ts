import type { AnyMachineSnapshot } from "xstate"
import type { ActorState } from "../../actors/machine/actor-state.ts"
import { type Step, takeStep } from "../../actors/machine/step.ts"
import type { TakeStep } from "./durable-actor.ts"
import type { Observed } from "./observed.ts"

/** A fault that an engine like ours could have, and the machines that are asked to show it. */
export interface Fault {
  readonly says: string
  readonly shapes: ReadonlyArray<string>
  /** What is seen to differ. */
  readonly seenIn: keyof Observed
  readonly step: TakeStep
}

const after =
  (change: (step: Step, before: ActorState | undefined) => Step): TakeStep =>
  (running, state, version, input, at) =>
    change(takeStep(running, state, version, input, at), state)

const withState = (step: Step, state: Partial<ActorState>): Step => ({
  ...step,
  state: { ...step.state, ...state }
})

const withSnapshot = (state: ActorState | undefined, change: Partial<AnyMachineSnapshot>) =>
  state && { ...state, snapshot: { ...state.snapshot, ...change } as AnyMachineSnapshot }

/** One for each thing that the law compares. */
export const faults: ReadonlyArray<Fault> = [
  {
    says: "a timer that is cancelled fires all the same",
    shapes: ["lights", "reminder", "fetcher"],
    seenIn: "timers",
    step: after((step) => withState(step, { timers: [...step.state.timers, ...step.cancelledTimers] }))
  },
  {
    says: "a timer is late by a millisecond",
    shapes: ["collector"],
    seenIn: "timers",
    step: after((step) =>
      withState(step, {
        timers: step.state.timers.map((timer) =>
          step.timers.includes(timer) ? { ...timer, dueAt: timer.dueAt + 1 } : timer
        )
      })
    )
  },
  {
    says: "the result of a job is delivered after its state was left",
    shapes: ["callCentre", "search"],
    seenIn: "jobs",
    step: after((step, before) => {
      const kept = (before?.jobs ?? []).filter((job) => step.cancelledJobs.includes(job.job))
      return withState(step, { jobs: [...step.state.jobs, ...kept] })
    })
  },
  {
    says: "a job that a step asks for is forgotten when another is open",
    shapes: ["pair"],
    seenIn: "jobs",
    step: after((step) => withState(step, { jobs: step.state.jobs.slice(0, 1) }))
  },
  {
    says: "the error of a job comes as its result",
    shapes: ["fragile"],
    seenIn: "value",
    step: (running, state, version, input, at) =>
      takeStep(
        running,
        state,
        version,
        input.kind === "jobFailed" ? { kind: "jobSucceeded", job: input.job, output: input.error } : input,
        at
      )
  },
  {
    says: "of two facts of one step the second is lost",
    shapes: ["reentry", "chorus"],
    seenIn: "emitted",
    step: after((step) => ({ ...step, emitted: step.emitted.slice(0, 1) }))
  },
  {
    says: "facts come in another order",
    shapes: ["reentry"],
    seenIn: "emitted",
    step: after((step) => ({ ...step, emitted: step.emitted.toReversed() }))
  },
  {
    says: "a message to another actor is sent twice",
    shapes: ["reporter", "teller"],
    seenIn: "messages",
    step: after((step) => ({ ...step, messages: [...step.messages, ...step.messages] }))
  },
  {
    says: "history is forgotten",
    shapes: ["washer", "editor"],
    seenIn: "value",
    step: (running, state, version, input, at) =>
      takeStep(running, withSnapshot(state, { historyValue: {} }), version, input, at)
  },
  {
    says: "regions go in the order of the chart, not in that of their last move",
    shapes: ["chorus"],
    seenIn: "emitted",
    step: (running, state, version, input, at) =>
      takeStep(
        running,
        withSnapshot(state, {
          _nodes: state?.snapshot._nodes.toSorted((a, b) => a.order - b.order) ?? []
        }),
        version,
        input,
        at
      )
  },
  {
    says: "an actor that has ended goes on",
    shapes: ["rain"],
    seenIn: "status",
    step: (running, state, version, input, at) =>
      takeStep(running, withSnapshot(state, { status: "active" } as never), version, input, at)
  },
  {
    says: "a step that throws leaves no trace",
    shapes: ["brittle"],
    seenIn: "status",
    step: after((step, before) =>
      step.state.snapshot.status === "error" && before !== undefined ? { ...step, state: before } : step
    )
  }
]
