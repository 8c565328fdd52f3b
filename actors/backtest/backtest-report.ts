import type { Json } from "../../eventstore/database/json.ts"
import { canonicalJson } from "../../eventstore/proof/hash.ts"
import type { Difference, DifferenceKind } from "./backtest-difference.ts"
import type { Answers, BacktestPlan, Divergence, SkipReason, StreamResult } from "./backtest-plan.ts"
import { formatSetting, type Setting } from "./backtest-setting.ts"

/** How often something of one name was done by one version only, or differently, at first divergences. */
export interface Change {
  readonly name: string
  /** Only the candidate did it. */
  readonly gained: number
  /** Only the recorded version did it. */
  readonly lost: number
  /** Both, with other data, in another order, or not called back. */
  readonly changed: number
}

/** The moments of one timer. */
export interface TimerChange {
  readonly timer: string
  /** Fired at another moment, and nothing else came of it. */
  readonly earlier: number
  readonly later: number
  /** By how much on average, ms; negative is earlier. */
  readonly shiftMs: number
  /** First divergences that came of its other moment. */
  readonly diverged: number
}

/** The calls of one job. Costs are in USD, as recorded answers say them in `costUsd`. */
export interface JobCost {
  readonly job: string
  /** Recorded answers that the candidate was given. */
  readonly used: number
  readonly usedUsd: number
  /** Recorded answers after a first divergence: to the recorded version alone. */
  readonly censored: number
  readonly censoredUsd: number
  /** Calls more (above 0) or less at first divergences, and what they cost at the recorded average. */
  readonly extra: number
  readonly extraUsd: number
}

export interface BacktestReport {
  readonly machine: string
  readonly candidate: string
  readonly settings: ReadonlyArray<string>
  /** Settings that had a place in no input: they changed nothing. */
  readonly unplaced: ReadonlyArray<string>
  readonly ignored: ReadonlyArray<string>
  readonly streams: {
    readonly all: number
    readonly same: number
    readonly diverged: number
    readonly skipped: number
  }
  readonly events: {
    readonly all: number
    readonly compared: number
    /** After a first divergence. */
    readonly censored: number
    readonly skipped: number
  }
  /** Compared inputs: steps of both versions. */
  readonly inputs: number
  /** Diverged streams by what their first divergence has; one may have several. */
  readonly kinds: Readonly<Partial<Record<DifferenceKind, number>>>
  /** States that the two reached instead of each other, the most frequent first. */
  readonly states: ReadonlyArray<{ readonly old: Json; readonly new: Json; readonly streams: number }>
  readonly emitted: ReadonlyArray<Change>
  readonly jobs: ReadonlyArray<Change>
  readonly messages: ReadonlyArray<Change>
  readonly timers: ReadonlyArray<TimerChange>
  readonly costs: ReadonlyArray<JobCost>
  /** Jobs that the candidate asks for and that no answer is recorded for, with the first place. */
  readonly missing: ReadonlyArray<{ readonly job: string; readonly times: number; readonly first: string }>
  readonly skipped: ReadonlyArray<{
    readonly reason: SkipReason
    readonly streams: number
    readonly first: string
    readonly detail: string
  }>
  /** The first `divergencesMax`, in the order in which they were found. */
  readonly divergences: ReadonlyArray<Divergence>
  /** What the reader must know to judge this. */
  readonly notes: ReadonlyArray<string>
}

/** Divergences that a report keeps; more are only counted. */
export const divergencesMax = 10_000

/** Adds up what came of the streams. A class because two dozen counts grow together. */
export class BacktestTotals {
  readonly plan: BacktestPlan
  readonly streams = { all: 0, same: 0, diverged: 0, skipped: 0 }
  readonly events = { all: 0, compared: 0, censored: 0, skipped: 0 }
  inputs = 0
  factsOnly = 0
  readonly placed = new Set<Setting>()
  readonly kinds = new Map<DifferenceKind, number>()
  readonly states = new Map<string, { old: Json; new: Json; streams: number }>()
  readonly changes = { emitted: new Counts(), job: new Counts(), message: new Counts() }
  readonly timers = new Map<string, { earlier: number; later: number; shiftMs: number; diverged: number }>()
  readonly used = new Map<string, Answers>()
  readonly recorded = new Map<string, Answers>()
  readonly missing = new Map<string, { times: number; first: string }>()
  readonly skipped = new Map<SkipReason, { streams: number; first: string; detail: string }>()
  readonly divergences: Array<Divergence> = []
  readonly unlisted = new Set<string>()

  constructor(plan: BacktestPlan) {
    this.plan = plan
  }

  add({ stream, events, answers, tally, divergence, skipped, placed }: StreamResult) {
    this.streams.all++
    this.events.all += events
    for (const setting of placed) this.placed.add(setting)
    if (skipped !== undefined) {
      this.streams.skipped++
      this.events.skipped += events
      const first = `${stream}@${skipped.version}`
      const known = this.skipped.get(skipped.reason)
      if (known === undefined) this.skipped.set(skipped.reason, { streams: 1, first, detail: skipped.detail })
      else known.streams++
      return
    }
    this.inputs += tally.inputs
    this.events.compared += tally.events
    this.events.censored += events - tally.events
    this.factsOnly += tally.factsOnly
    for (const version of tally.unlisted) this.unlisted.add(version)
    addAnswers(this.used, tally.answers)
    addAnswers(this.recorded, answers)
    for (const [name, { earlier, later, shiftMs }] of tally.shifts) {
      const timer = this.timerOf(name)
      timer.earlier += earlier
      timer.later += later
      timer.shiftMs += shiftMs
    }
    if (divergence === undefined) this.streams.same++
    else this.addDivergence(divergence)
  }

  private addDivergence(divergence: Divergence) {
    this.streams.diverged++
    if (this.divergences.length < divergencesMax) this.divergences.push(divergence)
    for (const kind of new Set(divergence.differences.map((each) => each.kind))) {
      this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1)
    }
    for (const each of divergence.differences) this.addDifference(each)
    for (const job of divergence.missing) {
      const known = this.missing.get(job)
      if (known !== undefined) known.times++
      else this.missing.set(job, { times: 1, first: `${divergence.address}@${divergence.version}` })
    }
  }

  private addDifference({ kind, name, change, old, new: now }: Difference) {
    if (kind === "timer") this.timerOf(name).diverged++
    else if (kind === "state") {
      const key = canonicalJson([old, now])
      const known = this.states.get(key)
      if (known !== undefined) known.streams++
      else this.states.set(key, { old, new: now, streams: 1 })
    } else if (kind !== "error") this.changes[kind].add(name, change)
  }

  private timerOf(name: string) {
    const timer = this.timers.get(name) ?? { earlier: 0, later: 0, shiftMs: 0, diverged: 0 }
    this.timers.set(name, timer)
    return timer
  }

  report(notes: ReadonlyArray<string> = []): BacktestReport {
    const { plan } = this
    return {
      machine: plan.registered.listed.machine.id,
      candidate: plan.candidate.version,
      settings: plan.settings.map(formatSetting),
      unplaced: plan.settings.filter((each) => !this.placed.has(each)).map(formatSetting),
      ignored: [...plan.ignored],
      streams: { ...this.streams },
      events: { ...this.events },
      inputs: this.inputs,
      kinds: Object.fromEntries(this.kinds),
      states: [...this.states.values()].sort((a, b) => b.streams - a.streams),
      emitted: this.changes.emitted.list(),
      jobs: this.changes.job.list(),
      messages: this.changes.message.list(),
      timers: [...this.timers].map(([timer, { earlier, later, shiftMs, diverged }]) => ({
        timer,
        earlier,
        later,
        shiftMs: earlier + later === 0 ? 0 : Math.round(shiftMs / (earlier + later)),
        diverged
      })),
      costs: this.costs(),
      missing: [...this.missing].map(([job, each]) => ({ job, ...each })),
      skipped: [...this.skipped].map(([reason, each]) => ({ reason, ...each })),
      divergences: [...this.divergences],
      notes: [...this.notes(), ...notes]
    }
  }

  private costs(): ReadonlyArray<JobCost> {
    return [...this.recorded].map(([job, all]) => {
      const used = this.used.get(job) ?? { calls: 0, priced: 0, costUsd: 0 }
      const extra = this.changes.job.extra(job)
      return {
        job,
        used: used.calls,
        usedUsd: usd(used.costUsd),
        censored: all.calls - used.calls,
        censoredUsd: usd(all.costUsd - used.costUsd),
        extra,
        extraUsd: all.priced === 0 ? 0 : usd((extra * all.costUsd) / all.priced)
      }
    })
  }

  private notes(): ReadonlyArray<string> {
    const { factsOnly, unlisted, plan } = this
    const isStandIn = plan.standIn !== undefined
    return [
      ...[...unlisted].map(
        (each) =>
          `version ${each} is not listed any more: of its steps only the stored facts, answered jobs and fired timers were compared`
      ),
      ...(factsOnly > 0 && !isStandIn
        ? [
            `${factsOnly} of ${this.inputs} inputs were compared so; --recorded-by <module> names the machine that took them`
          ]
        : []),
      ...(plan.settings.length === 0 &&
      unlisted.size === 0 &&
      [...plan.registered.versions.keys()].includes(plan.candidate.version)
        ? ["the candidate is a version of the list: what it recorded itself can't differ"]
        : [])
    ]
  }
}

/** Micro-dollars are as fine as anybody counts. */
const usd = (value: number): number => Math.round(value * 1e6) / 1e6

const addAnswers = (to: Map<string, Answers>, from: ReadonlyMap<string, Answers>) => {
  for (const [name, { calls, priced, costUsd }] of from) {
    const each = to.get(name) ?? { calls: 0, priced: 0, costUsd: 0 }
    to.set(name, each)
    each.calls += calls
    each.priced += priced
    each.costUsd += costUsd
  }
}

/** Counts by name. */
class Counts {
  readonly byName = new Map<string, { gained: number; lost: number; changed: number }>()

  add(name: string, change: Difference["change"]) {
    const counts = this.byName.get(name) ?? { gained: 0, lost: 0, changed: 0 }
    this.byName.set(name, counts)
    if (change === "gained" || change === "lost") counts[change]++
    else counts.changed++
  }

  /** Above 0: the candidate did it more often. */
  extra(name: string): number {
    const { gained, lost } = this.byName.get(name) ?? { gained: 0, lost: 0 }
    return gained - lost
  }

  list(): ReadonlyArray<Change> {
    const size = ({ gained, lost, changed }: Change) => gained + lost + changed
    return [...this.byName].map(([name, counts]) => ({ name, ...counts })).sort((a, b) => size(b) - size(a))
  }
}
