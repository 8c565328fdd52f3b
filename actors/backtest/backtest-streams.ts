import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { same } from "./backtest-agreement.ts"
import type { BacktestPlan } from "./backtest-plan.ts"
import { BacktestTotals } from "./backtest-report.ts"
import type { Setting } from "./backtest-setting.ts"
import { StreamBacktest } from "./backtest-stream.ts"

/** Which streams of the machine count. */
export interface StreamFilter {
  /** Only streams that hold an event of each of these types. */
  readonly having: ReadonlyArray<string>
  /** Only streams that started with these values in their input. */
  readonly where: ReadonlyArray<Setting>
}

interface Tracked {
  readonly backtest: StreamBacktest
  /** Types of `having` that have not come yet. */
  readonly lacking: Set<string>
}

/** The streams under way, the longest untouched first. */
export class BacktestStreams {
  readonly plan: BacktestPlan
  readonly filter: StreamFilter
  readonly prefix: string
  readonly tracked = new Map<string, Tracked>()
  /** Streams that the filter leaves out, by how they started. */
  readonly left = new Set<string>()
  diverged = 0
  seen = 0

  constructor(plan: BacktestPlan, filter: StreamFilter) {
    this.plan = plan
    this.filter = filter
    this.prefix = `${plan.registered.listed.machine.id}/`
  }

  isOurs({ stream }: StoredEvent): boolean {
    return stream.startsWith(this.prefix)
  }

  /** `unknown` when the stream's beginning is not at hand: `add` it, or leave it. */
  take(event: StoredEvent): "taken" | "unknown" {
    const key = keyOf(event)
    let tracked = this.tracked.get(key)
    if (tracked === undefined) {
      if (this.left.has(key)) return "taken"
      if (event.version > 1) return "unknown"
      if (!this.startsAsAsked(event)) {
        this.left.add(key)
        return "taken"
      }
      tracked = this.add(key, new StreamBacktest(this.plan, key))
    }
    if (tracked.lacking.size > 0) tracked.lacking.delete(event.type)
    this.seen++
    const { backtest } = tracked
    const wasOpen = backtest.divergence === undefined
    backtest.take(event)
    if (wasOpen && backtest.divergence !== undefined) this.diverged++
    return "taken"
  }

  add(key: string, backtest: StreamBacktest): Tracked {
    const tracked = { backtest, lacking: new Set(this.filter.having) }
    this.tracked.set(key, tracked)
    return tracked
  }

  leave(event: StoredEvent) {
    this.left.add(keyOf(event))
  }

  /** All that was read of these streams is whole: an input whose facts could still have come is compared. */
  settle(keys: Iterable<string>) {
    for (const key of keys) {
      const backtest = this.tracked.get(key)?.backtest
      const wasOpen = backtest?.divergence === undefined
      backtest?.settle()
      if (wasOpen && backtest?.divergence !== undefined) this.diverged++
    }
  }

  /** Adds up what is known now; `until` (epoch ms) ends every stream there, for good. */
  totals(until: number | undefined): BacktestTotals {
    const totals = new BacktestTotals(this.plan)
    for (const { backtest, lacking } of this.tracked.values()) {
      if (lacking.size > 0) continue
      totals.add(until === undefined ? backtest.result() : backtest.finish(until))
    }
    return totals
  }

  startsAsAsked({ data }: StoredEvent): boolean {
    return this.filter.where.every(({ path, value }) => same(valueAt(data.input as JsonObject, path), value))
  }
}

/** `acme/conversation/7f3` */
export const keyOf = ({ company, stream }: StoredEvent): string => `${company}/${stream}`

const valueAt = (data: JsonObject, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, key) => (inner as JsonObject | null | undefined)?.[key], data)
