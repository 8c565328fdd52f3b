import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import type { ActorState, PendingTimer } from "../machine/actor-state.ts"
import { stepInputOf } from "../machine/live-actor.ts"
import { type Step, type StepInput, takeStep } from "../machine/step.ts"
import type { Echo, Tolerance } from "./backtest-agreement.ts"
import type { Compared, JobPairs } from "./backtest-difference.ts"
import type { BacktestPlan } from "./backtest-plan.ts"
import { type Setting, withSettings } from "./backtest-setting.ts"

/** The candidate on one stream: it gets what was recorded, under the names that it has for it. */
export class CandidateSide {
  readonly plan: BacktestPlan
  state: ActorState | undefined
  /** Its jobs by the recorded jobs at their place, where the two are not called the same. */
  readonly pairs: JobPairs = new Map()
  /** Settings that had a place in an input. */
  readonly placed = new Set<Setting>()
  readonly exact: Tolerance

  constructor(plan: BacktestPlan) {
    this.plan = plan
    this.exact = { echoes: echoesOf(plan), shiftMs: 0, ignored: plan.ignored }
  }

  /** Throws when the machine can't start. */
  step(version: number, input: StepInput, at: number): Step {
    return takeStep(this.plan.candidate, this.state, version, input, at)
  }

  /** Lets one of its timers fire at its own moment. */
  fire({ timer, dueAt }: PendingTimer, version: number): Step {
    return this.step(version, { kind: "timerFired", timer }, dueAt)
  }

  tolerance(shiftMs: number): Tolerance {
    return shiftMs === 0 ? this.exact : { ...this.exact, shiftMs }
  }

  /** The input with the candidate's schema, the settings, and its own names of jobs. */
  inputOf(event: StoredEvent, upcasted: JsonObject, knowsJobs: boolean): StepInput {
    const { plan } = this
    const isSame = plan.upcasters === plan.registered.upcasters
    const data = isSame ? upcasted : upcast(plan.upcasters, event.type, event.schemaVersion, event.data)
    const input = stepInputOf(event.type, data)
    if (input.kind === "jobSucceeded" || input.kind === "jobFailed") {
      return { ...input, job: this.jobOf(input.job, String(data.name), knowsJobs) }
    }
    if (input.kind === "timerFired" || plan.settings.length === 0) return input
    const changed = withSettings(plan.settings, event.type, data, (setting) => this.placed.add(setting))
    return changed === data ? input : stepInputOf(event.type, changed)
  }

  private jobOf(job: string, name: string, knowsJobs: boolean): string {
    const paired = this.pairs.get(job)
    if (paired !== undefined) return paired
    const open = this.state?.jobs ?? []
    if (knowsJobs || open.some((each) => each.job === job)) return job
    return open.find((each) => each.name === name)?.job ?? job
  }

  /** With facts alone: the record shows a job or a timer that the candidate does not have. */
  unanswered(input: StepInput, data: JsonObject): Compared | undefined {
    const { timers, jobs } = this.state ?? { timers: [], jobs: [] }
    if (input.kind === "timerFired") {
      return timers.some(({ timer }) => timer === input.timer) ? undefined : lost("timer", input.timer)
    }
    const isJob = input.kind === "jobSucceeded" || input.kind === "jobFailed"
    if (!isJob || jobs.some(({ job }) => job === input.job)) return undefined
    return lost("job", String(data.name))
  }
}

const echoesOf = ({ settings }: BacktestPlan): ReadonlyArray<Echo> =>
  settings.map(({ path, value }) => ({ key: path.at(-1)!, value }))

const lost = (kind: "timer" | "job", name: string): Compared => ({
  differences: [{ kind, name, change: "lost", old: null, new: null }],
  missing: []
})
