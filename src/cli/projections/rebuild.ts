import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Lag } from "../../../projections/engine/projections.ts"
import { readModels } from "../../../projections/index.ts"
import { Queries } from "../../queries/queries.ts"
import { failed } from "../cli-failure.ts"
import { companyAsked, withQueries } from "../query/open-queries.ts"
import { counted, note, plain, print, printJson } from "../terminal.ts"
import { tellProgress } from "../verify/progress-line.ts"
import type { LagsAsked } from "./show-lags.ts"

/** Which read model, or `all`. */
export interface RebuildAsked extends LagsAsked {
  readonly readModel: string
}

const lookEveryMs = 200
/** Nothing moving for so long is told. */
const stallToldMs = 15_000

/** The names that are meant; fails when nothing is called so. */
export const modelsAsked = Effect.fnUntraced(function* (name: string) {
  const names = readModels.map((model) => model.name)
  if (name === "all") return names
  if (names.includes(name)) return [name]
  return yield* failed("UnknownReadModel", `no read model is called "${name}"; there are ${names.join(", ")}`)
})

/** Begins builds and follows them until they serve; where no server runs, this process builds. */
export const rebuild = Effect.fnUntraced(function* ({ readModel, company, json }: RebuildAsked) {
  const models = yield* modelsAsked(readModel)
  yield* withQueries(({ keep, mayFold }) =>
    Effect.gen(function* () {
      const queries = yield* Queries
      const there = yield* queries.companies
      const meant = Option.isSome(company) ? [yield* companyAsked(company.value)] : there
      if (meant.length === 0) yield* companyAsked(undefined)
      const isKept = there.some(({ kept }) => kept)
      const builds = meant.flatMap(({ company }) => models.map((model) => ({ company, model })))
      if (!isKept) yield* mayFold
      // Before a projector of ours looks what there is to do.
      for (const { company, model } of builds) yield* queries.beginRebuild(company, model)
      if (!isKept && !json) yield* note("no server runs, so this command builds")
      const following = follow(builds, isKept, json)
      yield* isKept ? following : keep(following)
      yield* tellBuilt(builds, json)
    })
  )
})

interface Build {
  readonly company: string
  readonly model: string
}

const lagsOf = Effect.fnUntraced(function* (builds: ReadonlyArray<Build>) {
  const queries = yield* Queries
  const companies = new Set(builds.map(({ company }) => company))
  const lags = yield* queries.lags(companies.size === 1 ? [...companies][0]! : null)
  return lags.filter((lag) =>
    builds.some((each) => each.company === lag.company && each.model === lag.readModel)
  )
})

/** Until nothing is being built any more, and what serves shows all that there was when it began. */
const follow = Effect.fnUntraced(function* (builds: ReadonlyArray<Build>, isKept: boolean, json: boolean) {
  const tell = yield* tellProgress("events", !json)
  const ends = new Map((yield* lagsOf(builds)).map(({ company, total }) => [company, total]))
  let last = { read: -1, at: performance.now(), isLogged: false }
  while (true) {
    const open = (yield* lagsOf(builds)).filter(
      ({ state, read, company }) => state === "building" || read < (ends.get(company) ?? 0)
    )
    const left = open.reduce((sum, lag) => sum + Math.max(0, lag.total - lag.read), 0)
    const total = builds.reduce((sum, { company }) => sum + (ends.get(company) ?? 0), 0)
    tell({ done: Math.max(0, open.length === 0 ? total : Math.min(total - left, total - 1)), total })
    if (open.length === 0) return
    const now = performance.now()
    if (left !== last.read) last = { read: left, at: now, isLogged: last.isLogged }
    else if (!last.isLogged && now - last.at > stallToldMs) {
      last = { ...last, isLogged: true }
      yield* note(stalled(open[0]!, isKept))
    }
    yield* Effect.sleep(lookEveryMs)
  }
})

const stalled = ({ company, readModel }: Lag, isKept: boolean) =>
  isKept
    ? `nothing was read into ${readModel} of ${plain(company)} for ${stallToldMs / 1000} s: the server that keeps it may be busy, or of a version without it; waiting on`
    : `nothing was read into ${readModel} of ${plain(company)} for ${stallToldMs / 1000} s; waiting on`

const tellBuilt = Effect.fnUntraced(function* (builds: ReadonlyArray<Build>, json: boolean) {
  const live = (yield* lagsOf(builds)).filter(({ state }) => state === "live")
  for (const { company, readModel, version, read, parked } of live) {
    if (json) yield* printJson({ company, readModel, version, events: read, parked })
    else {
      const waits = parked === 0 ? "" : `; ${counted(parked, "stream")} parked`
      yield* print(`${readModel} of ${plain(company)} serves anew: ${counted(read, "event")} read${waits}`)
    }
  }
})
