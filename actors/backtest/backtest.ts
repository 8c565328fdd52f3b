import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { EventStore, type StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import type { BacktestPlan } from "./backtest-plan.ts"
import { positionBefore } from "./backtest-position.ts"
import type { BacktestReport } from "./backtest-report.ts"
import { StreamBacktest } from "./backtest-stream.ts"
import { BacktestStreams, keyOf, type StreamFilter } from "./backtest-streams.ts"

// How it flows:
// 1. Each partition is read once, in order, through `History`, pages ahead; nothing is written and no job runs.
// 2. An event of the machine goes to its stream's `StreamBacktest`, which holds an input until its facts are there.
// 3. `RecordedSide` takes the input with the version that took it then, and checks that the stored facts follow: so
//    jobs, timers and messages of the record are known too. Without that version the stored facts are all there is.
// 4. `CandidateSide` takes the same input, with the settings in it, under the same version number and its own job names.
// 5. Timers come from the record. One that the candidate has due at another moment fires with the recorded one as long
//    as nothing that matters came between the two moments; else that is where the two part. Its own ones fire alone.
// 6. `compareSteps` sets facts, jobs, messages and states against each other: the first difference ends the stream.
// 7. What comes after is counted as censored and looked at no more: it was an answer to the recorded version.
// 8. `BacktestTotals` adds up the streams when all is read.

/** What is read. Times are epoch ms. */
export interface BacktestScope extends StreamFilter {
  /** Default all. */
  readonly company?: string
  /** One actor of the company. */
  readonly id?: string
  /** Only streams that began at this time or later. */
  readonly since?: number
  /** Only what was recorded up to this time. */
  readonly until?: number
}

export interface BacktestProgress {
  readonly read: number
  readonly total: number
  readonly streams: number
  readonly diverged: number
}

export interface BacktestLimits {
  /** Events of one read. */
  readonly pageEvents: number
  /** Streams held with their state; of the others the history is read again when more of it comes. */
  readonly streamsInMemory: number
}

const defaultLimits: BacktestLimits = { pageEvents: 1000, streamsInMemory: 20_000 }

/** Pages on their way while one is compared. */
const pagesAhead = 3

type Need = EventStore | History

/** Folds recorded histories through the candidate and reports where it would have acted differently. Only reads. */
export const backtest = (
  plan: BacktestPlan,
  scope: BacktestScope,
  progress: (at: BacktestProgress) => void = () => {},
  limits: Partial<BacktestLimits> = {}
): Effect.Effect<BacktestReport, StoreUnavailable, Need> =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const rows = yield* store.partitions(scope.company)
    const until = Math.min(scope.until ?? Number.POSITIVE_INFINITY, lastTime(rows))
    const run = new Run(plan, scope, until, { ...defaultLimits, ...limits }, progress)
    if (scope.company !== undefined && scope.id !== undefined) {
      yield* run.readStream(scope.company, `${run.streams.prefix}${scope.id}`)
    } else {
      run.total = rows.reduce((sum, row) => sum + row.position, 0)
      for (const row of rows) yield* run.readPartition(row)
    }
    yield* run.bringBack()
    progress({ ...run.progress(), total: run.read })
    return run.streams.totals(until).report()
  })

/** When the last event was recorded: nobody knows what a timer did that is due after it. */
const lastTime = (rows: ReadonlyArray<Partition>): number =>
  rows.reduce((last, row) => Math.max(last, row.recordedAt), 0)

/** One reading of the store. A class because position, streams and limits go through all of it. */
class Run {
  readonly scope: BacktestScope
  readonly until: number
  readonly limits: BacktestLimits
  readonly streams: BacktestStreams
  readonly tell: (at: BacktestProgress) => void
  /** Streams whose state was let go to make room. */
  readonly away = new Map<string, number>()
  /** States in memory, the longest untouched first. */
  readonly open = new Set<string>()
  total = 0
  read = 0

  constructor(
    plan: BacktestPlan,
    scope: BacktestScope,
    until: number,
    limits: BacktestLimits,
    tell: (at: BacktestProgress) => void
  ) {
    this.scope = scope
    this.until = until
    this.limits = limits
    this.streams = new BacktestStreams(plan, scope)
    this.tell = tell
  }

  readPartition({
    company,
    partition,
    position: end
  }: Partition): Effect.Effect<void, StoreUnavailable, Need> {
    const run = this
    const { pageEvents } = this.limits
    return Effect.gen(function* () {
      const history = yield* History
      let asked = yield* positionBefore(company, partition, end, run.scope.since)
      run.passed(asked)
      // Positions are dense, so every page is known beforehand.
      const reading: Array<Fiber.Fiber<ReadonlyArray<StoredEvent>, StoreUnavailable>> = []
      while (asked < end || reading.length > 0) {
        while (asked < end && reading.length < pagesAhead) {
          const page = history.readPartition(company, partition, asked, Math.min(pageEvents, end - asked))
          reading.push(yield* Effect.forkChild(page, { startImmediately: true }))
          asked += pageEvents
        }
        const page = yield* Fiber.join(reading.shift()!)
        const isBeyond = yield* run.takePage(page)
        run.passed(page.length)
        if (isBeyond) break
      }
      yield* Fiber.interruptAll(reading)
    })
  }

  readStream(company: string, stream: string): Effect.Effect<void, StoreUnavailable, Need> {
    const run = this
    return Effect.gen(function* () {
      const history = yield* History
      for (let after = 0; ; ) {
        const page = yield* history.readStream(company, stream, after, run.limits.pageEvents)
        const isBeyond = yield* run.takePage(page)
        run.passed(page.length)
        if (isBeyond || page.length < run.limits.pageEvents) return
        after = page.at(-1)!.version
      }
    })
  }

  /** True when the page goes beyond the time asked for. */
  private takePage(page: ReadonlyArray<StoredEvent>): Effect.Effect<boolean, StoreUnavailable, Need> {
    const run = this
    return Effect.gen(function* () {
      for (const event of page) {
        if (event.recordedAt > run.until) return true
        if (!run.streams.isOurs(event)) continue
        const key = keyOf(event)
        if (run.away.has(key)) yield* run.fetch(event.company, event.stream, run.away.get(key)!)
        // It began before the time asked for.
        if (run.streams.take(event) === "unknown") run.streams.leave(event)
        run.touch(key)
      }
      run.makeRoom()
      return false
    })
  }

  private touch(key: string) {
    const tracked = this.streams.tracked.get(key)
    this.open.delete(key)
    if (tracked !== undefined && !tracked.backtest.isDecided) this.open.add(key)
  }

  private makeRoom() {
    for (const key of this.open) {
      if (this.open.size <= this.limits.streamsInMemory) return
      this.open.delete(key)
      this.away.set(key, this.streams.tracked.get(key)!.backtest.version)
      this.streams.tracked.delete(key)
    }
  }

  /** The same again from the beginning: what was compared once comes out the same. */
  private fetch(company: string, stream: string, upTo: number): Effect.Effect<void, StoreUnavailable, Need> {
    const run = this
    const key = `${company}/${stream}`
    return Effect.gen(function* () {
      const history = yield* History
      run.away.delete(key)
      const { backtest, lacking } = run.streams.add(key, new StreamBacktest(run.streams.plan, key))
      while (backtest.version < upTo) {
        const most = Math.min(run.limits.pageEvents, upTo - backtest.version)
        const page = yield* history.readStream(company, stream, backtest.version, most)
        if (page.length === 0) return
        for (const event of page) {
          lacking.delete(event.type)
          backtest.take(event)
        }
      }
    })
  }

  /** Streams that were let go end like the others. */
  bringBack(): Effect.Effect<void, StoreUnavailable, Need> {
    const run = this
    return Effect.gen(function* () {
      for (const [key, version] of [...run.away]) {
        const slash = key.indexOf("/")
        yield* run.fetch(key.slice(0, slash), key.slice(slash + 1), version)
        // It lets go of its state: one more than fits is in memory at a time.
        run.streams.tracked.get(key)!.backtest.finish(run.until)
      }
    })
  }

  private passed(events: number) {
    this.read += events
    this.tell(this.progress())
  }

  progress(): BacktestProgress {
    const { read, total, streams, away } = this
    return { read, total, streams: streams.tracked.size + away.size, diverged: streams.diverged }
  }
}
