import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type BacktestScope, backtest } from "../../../actors/backtest/backtest.ts"
import { failed, wrongUse } from "../cli-failure.ts"
import { partitionsOf } from "../find-place.ts"
import { withStore } from "../open-store.ts"
import { tellProgress } from "../verify/progress-line.ts"
import { type CompareAsked, parseTime } from "./compare-asked.ts"
import { prepareCompare, printReport } from "./prepare-compare.ts"

/** What `centurion backtest` was asked. */
export interface BacktestAsked extends CompareAsked {
  readonly id: Option.Option<string>
  readonly since: Option.Option<string>
  readonly until: Option.Option<string>
}

/** Runs the candidate over what is recorded and prints where it differs; fails by `--fail-above`. */
export const showBacktest = Effect.fnUntraced(function* (asked: BacktestAsked) {
  const { plan, filter, failAbove } = yield* prepareCompare(asked)
  const scope = yield* scopeOf(asked)
  const began = performance.now()
  const tell = yield* tellProgress("events", !asked.json)
  const report = yield* withStore(
    Effect.gen(function* () {
      if (scope.company !== undefined) yield* partitionsOf(scope.company)
      return yield* backtest(plan, { ...scope, ...filter }, ({ read: done, total }) => tell({ done, total }))
    })
  )
  if (report.streams.all === 0) {
    return yield* failed(
      "NoStreams",
      `no history of ${asked.machine} is there as it was asked for: nothing was compared`
    )
  }
  if (report.unplaced.length > 0) {
    return yield* failed(
      "SettingUnused",
      `no input of ${asked.machine} holds a value at ${report.unplaced.join(", ")}: the candidate would have got nothing else than what was recorded`
    )
  }
  yield* printReport(asked, failAbove, report, (performance.now() - began) / 1000)
})

const scopeOf = Effect.fnUntraced(function* (asked: BacktestAsked) {
  const since = yield* parseTime("since", asked.since)
  const until = yield* parseTime("until", asked.until)
  const company = Option.getOrUndefined(asked.company)
  const id = Option.getOrUndefined(asked.id)
  if (id !== undefined && company === undefined) return yield* wrongUse("--id needs --company")
  return {
    ...(company === undefined ? {} : { company }),
    ...(id === undefined ? {} : { id }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until })
  } satisfies Partial<BacktestScope>
})
