import * as Effect from "effect/Effect"
import type { EngineStatus } from "../../actors/engine/engine.ts"
import type { Lag } from "../../projections/engine/projections.ts"
import { tryAgainWords } from "../resources/try-again-words.ts"
import { liveLimits } from "./live-limits.ts"
import type { LiveValue } from "./live-value.ts"

/** What the engine does, and how far the company's read models are behind. */
export interface EngineValue {
  readonly running: boolean
  readonly ready: boolean
  readonly why: string | null
  readonly partitions: number
  readonly actorsInMemory: number
  readonly waiting: number
  readonly jobsRunning: number
  readonly timersAhead: number
  readonly actorsInError: number
  readonly actorsParked: number
  /** Of the read model that is furthest behind. */
  readonly lag: { readonly events: number; readonly ms: number; readonly parked: number }
  /** 0-100; below 80 somebody should look. */
  readonly healthScore: number
}

/** A read model that is so far behind costs points. */
const lagMaxMs = 10_000

/** 0 while it is not ready; else 100, less 30 for old read models, 30 for a long queue, and 25 for parked streams. */
const healthOf = ({ ready, waiting }: EngineStatus, lag: EngineValue["lag"], waitingMax: number): number => {
  if (!ready) return 0
  const isBehind = lag.ms > lagMaxMs ? 30 : 0
  const isFull = waiting > waitingMax / 2 ? 30 : 0
  return 100 - isBehind - isFull - (lag.parked > 0 ? 25 : 0)
}

const worst = (lags: ReadonlyArray<Lag>): EngineValue["lag"] => {
  const live = lags.filter(({ state }) => state === "live")
  return {
    events: Math.max(0, ...live.map(({ read, total }) => total - read)),
    ms: Math.max(0, ...live.map(({ lagMs }) => lagMs)),
    parked: live.reduce((sum, { parked }) => sum + parked, 0)
  }
}

/** The engine's status for those who watch over it. */
export const engineValue: LiveValue = {
  everyMs: liveLimits.engineEveryMs,
  whenChanged: false,
  make: Effect.fnUntraced(function* ({ engineStatus, projections, waitingMax }, company) {
    const status = yield* engineStatus
    const lag = worst(yield* projections.lags(company))
    return {
      running: true,
      ready: status.ready,
      why: status.lacks === undefined ? null : tryAgainWords[status.lacks],
      partitions: status.partitions,
      actorsInMemory: status.actorsInMemory,
      waiting: status.waiting,
      jobsRunning: status.jobsRunning,
      timersAhead: status.timersAhead,
      actorsInError: status.actorsInError,
      actorsParked: status.actorsParked,
      lag,
      healthScore: healthOf(status, lag, waitingMax)
    } satisfies EngineValue
  })
}
