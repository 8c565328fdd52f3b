import * as Effect from "effect/Effect"
import type { JsonObject } from "../../eventstore/database/json.ts"
import { EventStore, type StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { persist, restore } from "../machine/persisted-state.ts"
import { Replayer } from "../replay/replay.ts"
import type { BacktestPlan } from "./backtest-plan.ts"
import { positionBefore } from "./backtest-position.ts"
import type { BacktestReport } from "./backtest-report.ts"
import { withSettingsInContext } from "./backtest-setting.ts"
import { StreamBacktest } from "./backtest-stream.ts"
import { BacktestStreams, keyOf, type StreamFilter } from "./backtest-streams.ts"

/** Where a shadow begins: after this position of each partition. From there the same report comes out each time. */
export interface ShadowStart {
  readonly company: string
  readonly partition: number
  readonly position: number
}

/** What it follows. */
export interface ShadowScope extends StreamFilter {
  /** Default all, and those that come. */
  readonly company?: string
}

type Need = EventStore | History

/** Events of one read. */
const pageEvents = 1000

/** The ends of all partitions as they are now, or where they were at `since` (epoch ms). */
export const shadowStart = (
  company?: string,
  since?: number
): Effect.Effect<ReadonlyArray<ShadowStart>, StoreUnavailable, Need> =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const rows = yield* store.partitions(company)
    return yield* Effect.forEach(rows, ({ company, partition, position: end }) =>
      Effect.map(
        since === undefined ? Effect.succeed(end) : positionBefore(company, partition, end, since),
        (position) => ({ company, partition, position })
      )
    )
  })

/**
 * A candidate beside the live version, on new events. An actor that was there before begins with its live state, given
 * to the candidate as a migration would; so only what comes then is compared. Nothing that it asks for is done.
 */
export class Shadow {
  readonly plan: BacktestPlan
  readonly scope: ShadowScope
  readonly streams: BacktestStreams
  /** How far each partition was read, by company and number. */
  readonly positions = new Map<string, number>()
  /** When the last event seen was recorded, epoch ms. */
  lastAt = 0

  constructor(plan: BacktestPlan, scope: ShadowScope, start: ReadonlyArray<ShadowStart>) {
    this.plan = plan
    this.scope = scope
    this.streams = new BacktestStreams(plan, scope)
    for (const { company, partition, position } of start)
      this.positions.set(`${company}/${partition}`, position)
  }

  /** Takes all that is new; gives how many events that were. A partition that nobody knew is read from its beginning. */
  advance(): Effect.Effect<number, StoreUnavailable, Need> {
    const shadow = this
    return Effect.gen(function* () {
      const store = yield* EventStore
      let taken = 0
      for (const row of yield* store.partitions(shadow.scope.company)) taken += yield* shadow.read(row)
      return taken
    })
  }

  private read({
    company,
    partition,
    position: end
  }: Partition): Effect.Effect<number, StoreUnavailable, Need> {
    const shadow = this
    const key = `${company}/${partition}`
    return Effect.gen(function* () {
      const history = yield* History
      const begin = shadow.positions.get(key) ?? 0
      const touched = new Set<string>()
      for (let at = begin; at < end; ) {
        const page = yield* history.readPartition(company, partition, at, Math.min(pageEvents, end - at))
        if (page.length === 0) break
        for (const event of page) {
          if (!shadow.streams.isOurs(event)) continue
          if (shadow.streams.take(event) === "unknown") yield* shadow.begin(event)
          touched.add(keyOf(event))
        }
        at = page.at(-1)!.position
        shadow.positions.set(key, at)
        shadow.lastAt = Math.max(shadow.lastAt, page.at(-1)!.recordedAt)
      }
      // A commit stands whole or not at all: what was read up to a partition's end has all its facts.
      shadow.streams.settle(touched)
      return (shadow.positions.get(key) ?? 0) - begin
    })
  }

  /** An actor that was there before. */
  private begin(event: StoredEvent): Effect.Effect<void, StoreUnavailable, Need> {
    const shadow = this
    const { company, stream, version } = event
    return Effect.gen(function* () {
      const history = yield* History
      const replayer = new Replayer(shadow.plan.registered)
      let started: StoredEvent | undefined
      for (let after = 0; after < version - 1; ) {
        const page = yield* history.readStream(
          company,
          stream,
          after,
          Math.min(pageEvents, version - 1 - after)
        )
        if (page.length === 0) break
        started ??= page[0]
        for (const each of page) replayer.take(each)
        after = page.at(-1)!.version
      }
      if (started !== undefined && !shadow.streams.startsAsAsked(started)) return shadow.streams.leave(event)
      const backtest = new StreamBacktest(shadow.plan, keyOf(event), version - 1)
      beginWith(backtest, replayer)
      shadow.streams.add(keyOf(event), backtest)
      shadow.streams.take(event)
    })
  }

  /** What is known so far. */
  report(): BacktestReport {
    return this.streams.totals(undefined).report()
  }

  /** The last report: looks also at timers of the candidate's that are due by now. */
  finish(): BacktestReport {
    return this.streams.totals(this.lastAt).report()
  }
}

/** The live state as it is folded, and the same as the candidate's. */
const beginWith = (backtest: StreamBacktest, replayer: Replayer) => {
  const { plan } = backtest
  const { state, running, stopped, differing, withheld } = replayer
  if (withheld > 0) return backtest.leaveOut("erased", "its personal data is not to be had")
  if (stopped !== undefined) return backtest.leaveOut("parked", stopped.message)
  if (differing > 0 || state === undefined || running === undefined) {
    return backtest.leaveOut(
      "unfaithful",
      "what is stored before the shadow began does not follow from its inputs"
    )
  }
  try {
    const persisted = persist(state)
    if (persisted === undefined) throw new Error("its context is not plain data")
    const fitted = plan.migrate?.(persisted, running.version) ?? persisted
    const given = withSettingsInContext(plan.settings, fitted as JsonObject)
    backtest.beginAt(running, state, restore(plan.candidate, given))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    backtest.leaveOut("parked", `its state does not fit the candidate: ${why}; give "migrate"`)
  }
}
