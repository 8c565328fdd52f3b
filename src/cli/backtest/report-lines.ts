import type {
  BacktestReport,
  Change,
  JobCost,
  TimerChange
} from "../../../actors/backtest/backtest-report.ts"
import { spanOf } from "../../../actors/backtest/backtest-words.ts"
import { counted, grouped, plain, table } from "../terminal.ts"
import { divergenceLines, stateText } from "./divergence-lines.ts"
import { outcomesOf } from "./outcomes.ts"

type Rows = ReadonlyArray<ReadonlyArray<string>>

/** Rows of one table at most; `--json` has all. */
const rowsMax = 12

/** The whole report for people; `shown` divergences in detail. */
export const reportLines = (
  report: BacktestReport,
  shown: number,
  columns: number
): ReadonlyArray<string> => [
  ...headLines(report),
  ...sections(report).flatMap(([heading, rows]) => section(heading, rows, columns)),
  ...shownLines(report, shown, columns),
  ...report.notes.map((note) => `note: ${plain(note)}`)
]

const sections = (report: BacktestReport): ReadonlyArray<readonly [heading: string, rows: Rows]> => [
  ["instead of each other", stateRows(report)],
  ["outcomes", [["", "gained", "lost"], ...outcomeRows(report)]],
  ["facts", changeRows(report.emitted)],
  ["jobs", changeRows(report.jobs)],
  ["messages", changeRows(report.messages)],
  ["timers", timerRows(report.timers)],
  ["model and other calls", costRows(report.costs)],
  ["no answer was recorded for", missingRows(report)],
  ["left out", skippedRows(report)]
]

const headLines = ({ machine, candidate, settings, ignored, streams, events, inputs }: BacktestReport) => {
  const compared = streams.same + streams.diverged
  // The two add up to 100.
  const sameTenths = Math.floor((1000 * streams.same) / compared)
  const percent = (tenths: number) => (compared === 0 ? "" : `${(tenths / 10).toFixed(1).padStart(5)} %`)
  const numbers = [streams.same, streams.diverged, streams.skipped].map(grouped)
  const wide = Math.max(...numbers.map((each) => each.length))
  const line = (label: string, count: string | undefined, rest: string) =>
    `  ${label.padEnd(9)} ${(count ?? "").padStart(wide)}  ${rest}`.trimEnd()
  return [
    `${machine} against ${plain(candidate)}${settings.map((each) => `, ${plain(each)}`).join("")}`,
    `${counted(streams.all, "actor")}, ${counted(events.all, "event")}, ${counted(inputs, "input")} compared`,
    ...(ignored.length > 0 ? [`not looked at: ${plain(ignored.join(", "))}`] : []),
    line("same", numbers[0], percent(sameTenths)),
    line("diverged", numbers[1], percent(1000 - sameTenths)),
    ...(streams.skipped > 0 ? [line("left out", numbers[2], "")] : []),
    ...(events.censored > 0
      ? [
          `${counted(events.censored, "event")} after a first divergence ${events.censored === 1 ? "is" : "are"} censored: answers to the recorded version, which count for nothing here`
        ]
      : [])
  ]
}

/** A heading and a table under it; nothing when there is no row but column names. */
const section = (heading: string, rows: Rows, columns: number): ReadonlyArray<string> => {
  const hasNames = rows[0]?.[0] === ""
  if (rows.length <= (hasNames ? 1 : 0)) return []
  const shown = rows.slice(0, rowsMax + (hasNames ? 1 : 0))
  const more = rows.length - shown.length
  const named = hasNames ? [[heading, ...shown[0]!.slice(1)], ...shown.slice(1)] : shown
  const lines = table(aligned(named), columns)
  const indented = hasNames ? lines : [heading, ...lines.map((line) => `  ${line}`)]
  return ["", ...indented, ...(more > 0 ? [`  and ${grouped(more)} more; --json lists them`] : [])]
}

/** Numbers end under each other. */
const aligned = (rows: Rows): Rows => {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => (row[n] ?? "").length)))
  return rows.map((row) => row.map((cell, n) => (n === 0 ? cell : cell.padStart(widths[n] ?? 0))))
}

const stateRows = ({ states }: BacktestReport) =>
  states.map(({ old, new: now, streams }) => [`${stateText(old)} -> ${stateText(now)}`, grouped(streams)])

const outcomeRows = (report: BacktestReport) =>
  outcomesOf(report).map(({ outcome, gained, lost }) => [`  ${outcome}`, grouped(gained), grouped(lost)])

const changeRows = (changes: ReadonlyArray<Change>) => [
  ["", "gained", "lost", "changed"],
  ...changes.map(({ name, gained, lost, changed }) => [
    `  ${plain(name)}`,
    grouped(gained),
    grouped(lost),
    grouped(changed)
  ])
]

const timerRows = (timers: ReadonlyArray<TimerChange>) => [
  ["", "diverged", "only earlier", "only later", "by"],
  ...timers.map(({ timer, diverged, earlier, later, shiftMs }) => [
    `  ${plain(timer)}`,
    grouped(diverged),
    grouped(earlier),
    grouped(later),
    earlier + later === 0 ? "" : `${shiftMs < 0 ? "-" : ""}${spanOf(Math.abs(shiftMs))}`
  ])
]

const costRows = (costs: ReadonlyArray<JobCost>) => [
  ["", "answers used", "censored", "calls more", "cost used", "cost more"],
  ...costs.map(({ job, used, usedUsd, censored, extra, extraUsd }) => [
    `  ${plain(job)}`,
    grouped(used),
    grouped(censored),
    signed(extra),
    `$${usedUsd.toFixed(2)}`,
    `${extraUsd < 0 ? "-" : ""}$${Math.abs(extraUsd).toFixed(2)}`
  ])
]

const signed = (count: number): string => (count > 0 ? `+${grouped(count)}` : grouped(count))

const missingRows = ({ missing }: BacktestReport) =>
  missing.map(({ job, times, first }) => [plain(job), grouped(times), `first at ${plain(first)}`])

const reasons: Readonly<Record<BacktestReport["skipped"][number]["reason"], string>> = {
  erased: "the person was erased",
  locked: "personal data can't be opened here: no master key",
  broken: "sealed data was altered: `centurion verify` names the place",
  unknownEvent: "an event of a type that no version here knows",
  unfaithful: "stored facts do not follow from the inputs",
  parked: "the history can't be folded"
}

const skippedRows = ({ skipped }: BacktestReport) =>
  skipped.map(({ reason, streams, first, detail }) => [
    reasons[reason],
    grouped(streams),
    `first ${plain(first)}: ${plain(detail)}`
  ])

const shownLines = (
  { divergences, streams }: BacktestReport,
  shown: number,
  columns: number
): ReadonlyArray<string> => {
  if (streams.diverged === 0 || shown <= 0) return []
  const first = divergences.slice(0, shown)
  return [
    "",
    `first divergences (${grouped(first.length)} of ${grouped(streams.diverged)})`,
    ...first.flatMap((each) => ["", ...divergenceLines(each, columns)]),
    ""
  ]
}
