import type { ActorState } from "../../actors/machine/actor-state.ts"
import { persist, restore } from "../../actors/machine/persisted-state.ts"
import { prepare, type RunningMachine } from "../../actors/machine/running-machine.ts"
import { type NewJob, type Step, type StepInput, takeStep } from "../../actors/machine/step.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { asJson, type Observed, type Subject, seen } from "./observed.ts"
import type { Shape } from "./shapes/shape.ts"

/** An input as the stream would hold it. */
export interface Recorded {
  readonly version: number
  readonly input: StepInput
  readonly at: number
  readonly emitted: ReadonlyArray<Json>
}

/** How the actor lives between two events: stopped and loaded again, or kept in memory. */
export type Life = "loaded" | "kept"

/** The part under test; a test may plant a fault in it. */
export type TakeStep = typeof takeStep

const epoch = 1_700_000_000_000

/** Our engine's actor with nothing around it: steps, and time moved by hand. */
export const durableActor = (
  shape: Shape,
  life: Life,
  step: TakeStep = takeStep
): Subject & { readonly recorded: ReadonlyArray<Recorded> } => {
  const actor = new DurableActor(shape, life, step)
  actor.take({ kind: "start", input: shape.input ?? null })
  return actor
}

/** A class because time, jobs and lists change together. */
class DurableActor implements Subject {
  readonly running: RunningMachine
  readonly life: Life
  readonly step: TakeStep
  readonly recorded: Array<Recorded> = []
  readonly jobs = new Map<string, NewJob>()
  brought: Pick<Observed, "emitted" | "actions" | "messages" | "logs"> = nothing
  state: ActorState | undefined
  now = epoch

  constructor(shape: Shape, life: Life, step: TakeStep) {
    this.running = prepare(shape.machine)
    this.life = life
    this.step = step
  }

  take(input: StepInput) {
    const version = this.recorded.length + 1
    const before = this.state === undefined ? undefined : JSON.stringify(persist(this.state))
    const taken = this.step(this.running, this.load(), version, input, this.now)
    if (before !== undefined && JSON.stringify(persist(this.state!)) !== before) {
      throw new Error("the step changed the state that it was given")
    }
    this.state = taken.state
    for (const job of taken.jobs) this.jobs.set(job.job, job)
    const emitted = taken.emitted.map(asJson)
    this.recorded.push({ version, input, at: this.now, emitted })
    this.bring(taken, emitted)
  }

  bring(taken: Step, emitted: ReadonlyArray<Json>) {
    const { actions, messages, logs } = this.brought
    this.brought = {
      emitted: [...this.brought.emitted, ...emitted],
      actions: [
        ...actions,
        ...taken.jobs
          .filter((job) => job.child === undefined)
          .map((job) => asJson({ name: job.name, input: job.input }))
      ],
      messages: [...messages, ...taken.messages.map(asJson)],
      logs: [...logs, ...taken.logs.map(asJson)]
    }
  }

  /** Stopped and loaded: through the text that the store would hold, or by replay. */
  load(): ActorState | undefined {
    if (this.life === "kept" || this.state === undefined) return this.state
    const persisted = persist(this.state)
    if (persisted !== undefined) return restore(this.running, JSON.parse(JSON.stringify(persisted)))
    return replay(this.running, this.recorded).state
  }

  look(): Observed {
    const { snapshot, timers, jobs } = this.state!
    const brought = this.brought
    this.brought = nothing
    return {
      ...seen(snapshot),
      ...brought,
      jobs: jobs.map(({ job, child, name }) =>
        asJson({ child, name, input: this.jobs.get(job)?.input ?? null })
      ),
      timers: timers
        .toSorted((a, b) => a.dueAt - b.dueAt)
        .map(({ timer, dueAt }) => ({ timer: timer.replace(/#\d+$/, ""), inMs: dueAt - this.now }))
    }
  }

  async send(event: { readonly type: string }) {
    this.take({ kind: "event", event })
    return this.look()
  }

  async advance(ms: number) {
    const end = this.now + ms
    for (;;) {
      const next = this.state!.timers.toSorted((a, b) => a.dueAt - b.dueAt)[0]
      if (next === undefined || next.dueAt > end) break
      this.now = next.dueAt
      this.take({ kind: "timerFired", timer: next.timer })
    }
    this.now = end
    return this.look()
  }

  async settle(nth: number, ok: boolean, value: Json) {
    return this.end(
      this.state!.jobs.map((each) => each.job),
      nth,
      ok,
      value
    )
  }

  async late(nth: number, ok: boolean, value: Json) {
    const open = new Set(this.state!.jobs.map((each) => each.job))
    const over = [...this.jobs.values()].filter((each) => each.child !== undefined && !open.has(each.job))
    return this.end(
      over.map((each) => each.job),
      nth,
      ok,
      value
    )
  }

  end(jobs: ReadonlyArray<string>, nth: number, ok: boolean, value: Json) {
    const job = jobs[nth % Math.max(1, jobs.length)]
    if (job !== undefined) {
      this.take(ok ? { kind: "jobSucceeded", job, output: value } : { kind: "jobFailed", job, error: value })
    }
    return this.look()
  }
}

const nothing = { emitted: [], actions: [], messages: [], logs: [] }

/** Takes the recorded inputs again from the start. */
export const replay = (
  running: RunningMachine,
  recorded: ReadonlyArray<Recorded>
): { readonly state: ActorState | undefined; readonly emitted: ReadonlyArray<ReadonlyArray<Json>> } => {
  let state: ActorState | undefined
  const emitted: Array<ReadonlyArray<Json>> = []
  for (const { version, input, at } of recorded) {
    const taken = takeStep(running, state, version, asJsonb(input), at)
    state = taken.state
    emitted.push(taken.emitted.map(asJson))
  }
  return { state, emitted }
}

/** As jsonb gives it back: keys by length, then by their bytes. */
const asJsonb = (input: StepInput): StepInput => sorted(JSON.parse(JSON.stringify(input))) as never

const sorted = (value: Json): Json => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value)
  entries.sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
