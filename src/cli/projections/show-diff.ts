import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BuildComparison, DifferingRow } from "../../../projections/engine/compare-builds.ts"
import { Queries } from "../../queries/queries.ts"
import { AlreadyTold, wrongUse } from "../cli-failure.ts"
import { companyAsked, withQueries } from "../query/open-queries.ts"
import { counted, cut, grouped, plain, print, printJson } from "../terminal.ts"
import { tellProgress } from "../verify/progress-line.ts"
import { modelsAsked, type RebuildAsked } from "./rebuild.ts"

/** Builds a read model from history and compares it with what serves; fails when they differ. */
export const showDiff = Effect.fnUntraced(function* ({ readModel, company, json }: RebuildAsked) {
  const [model, another] = yield* modelsAsked(readModel)
  if (model === undefined || another !== undefined)
    return yield* wrongUse("diff takes one read model at a time")
  const found = yield* withQueries(() =>
    Effect.gen(function* () {
      const queries = yield* Queries
      const asked = yield* companyAsked(Option.getOrUndefined(company))
      const tell = yield* tellProgress("events", !json)
      return yield* queries.compare(asked.company, model, (done, total) => tell({ done, total }))
    })
  )
  yield* json ? printJson(found) : print(resultLines(found).join("\n"))
  if (found.differing + found.missing + found.extra > 0) return yield* new AlreadyTold({ exitCode: 1 })
})

const resultLines = (found: BuildComparison): ReadonlyArray<string> => {
  const { company, readModel, events, liveRows, rebuiltRows, differing, missing, extra, rows } = found
  const unlike = differing + missing + extra
  const more = unlike > rows.length ? [`… and ${grouped(unlike - rows.length)} more`] : []
  const words =
    unlike === 0
      ? "all alike"
      : `${grouped(differing)} differ, ${grouped(missing)} missing, ${grouped(extra)} extra`
  const { parked } = found
  const parkedLine =
    parked.live + parked.rebuilt === 0
      ? []
      : [`streams that don't fold: ${parked.live} in what serves, ${parked.rebuilt} when it is built now`]
  return [
    ...rows.flatMap(rowLines),
    ...more,
    `${readModel} of ${plain(company)} after ${counted(events, "event")}: ${counted(liveRows, "row")} ${liveRows === 1 ? "serves" : "serve"}, ${grouped(rebuiltRows)} rebuilt; ${words}`,
    ...parkedLine
  ]
}

/** A value of a differing column at most. */
const valueMax = 60

const rowLines = ({ how, key, stream, columns }: DifferingRow): ReadonlyArray<string> => [
  `${how.padEnd(8)}${plain(key.join(" "))} (${plain(stream)})`,
  ...columns.map(({ column, live, rebuilt }) =>
    live === null && rebuilt === null
      ? `        ${column}: personal data, not shown`
      : `        ${column}: ${shown(live)} → ${shown(rebuilt)}`
  )
]

const shown = (value: string | null) => cut(plain(value ?? "null"), valueMax)
