import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type BacktestPlan, planOf } from "../../../actors/backtest/backtest-plan.ts"
import type { BacktestReport } from "../../../actors/backtest/backtest-report.ts"
import type { StreamFilter } from "../../../actors/backtest/backtest-streams.ts"
import { type RegisteredMachine, registerMachines } from "../../../actors/machine/machine-registry.ts"
import { machines } from "../../../machines/index.ts"
import { AlreadyTold, failed } from "../cli-failure.ts"
import { print, printJson, timeOf, width } from "../terminal.ts"
import { type CompareAsked, type FailAbove, isAbove, parseFailAbove, parseSetting } from "./compare-asked.ts"
import { loadCandidate } from "./load-candidate.ts"
import { outcomesOf } from "./outcomes.ts"
import { reportLines } from "./report-lines.ts"

/** What both commands need before they read anything. */
export interface Comparison {
  readonly plan: BacktestPlan
  readonly filter: StreamFilter
  readonly failAbove: FailAbove | undefined
}

/** Reads what was asked and loads the candidate; fails with what is wrong and the way out. */
export const prepareCompare = Effect.fnUntraced(function* (asked: CompareAsked) {
  const settings = yield* Effect.forEach(asked.set, (text) => parseSetting("set", text))
  const where = yield* Effect.forEach(asked.where, (text) => parseSetting("where", text))
  const failAbove = yield* parseFailAbove(asked.failAbove)
  const registered = yield* machineOfList(asked.machine)
  const candidate = yield* loadCandidate(asked.against, registered)
  const standIn = Option.isNone(asked.recordedBy)
    ? {}
    : { standIn: (yield* loadCandidate(asked.recordedBy.value, registered)).running }
  const plan = planOf(registered, candidate, { settings, ignored: asked.ignore, ...standIn })
  return { plan, filter: { having: asked.having, where }, failAbove } satisfies Comparison
})

const machineOfList = Effect.fnUntraced(function* (name: string) {
  // No job runs here, so every job that is asked for counts as one that has its handler.
  const handlers = machines.flatMap(({ jobs }) => Object.keys(jobs ?? {}))
  const registry = yield* Effect.fromResult(registerMachines(machines, handlers, () => {}))
  const registered: RegisteredMachine | undefined = registry.get(name)
  if (registered !== undefined) return registered
  return yield* failed(
    "UnknownMachine",
    `no machine is called "${name}"; there are ${[...registry.keys()].join(", ")}`
  )
})

/** The report as one JSON object: times as ISO, and the outcomes that a business counts. */
export const reportAsJson = (report: BacktestReport, more: object = {}) => ({
  ...report,
  outcomes: outcomesOf(report),
  divergences: report.divergences.map((each) => ({ ...each, at: timeOf(each.at) })),
  ...more
})

/** Prints the report; fails when nothing was compared, or when more diverged than was allowed. */
export const printReport = Effect.fnUntraced(function* (
  asked: CompareAsked,
  failAbove: FailAbove | undefined,
  report: BacktestReport,
  seconds: number
) {
  const ok = !isAbove(failAbove, report.streams)
  const took = {
    seconds: Number(seconds.toFixed(3)),
    eventsPerSecond: Math.round(report.events.all / seconds)
  }
  if (asked.json) yield* printJson(reportAsJson(report, { ok, ...took }))
  else yield* print(reportLines(report, asked.show, yield* width).join("\n"))
  if (!asked.json && !ok && Option.isSome(asked.failAbove)) {
    yield* print(`failed: more than ${asked.failAbove.value} diverged`)
  }
  if (!ok) return yield* new AlreadyTold({ exitCode: 1 })
})
