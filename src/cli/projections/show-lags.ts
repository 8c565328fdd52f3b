import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Lag } from "../../../projections/engine/projections.ts"
import { Queries } from "../../queries/queries.ts"
import { exitCode } from "../cli-failure.ts"
import { companyAsked, withQueries } from "../query/open-queries.ts"
import { endsByCtrlC, grouped, Io, plain, print, printJson, printTable, write } from "../terminal.ts"

/** Of one company, or of all. */
export interface LagsAsked {
  readonly company: Option.Option<string>
  readonly json: boolean
}

/** The company's name once it is known to be there; null for all. */
export const companyOrAll = Effect.fnUntraced(function* (named: Option.Option<string>) {
  return Option.isSome(named) ? (yield* companyAsked(named.value)).company : null
})

/** Lists every build of every read model. */
export const listProjections = Effect.fnUntraced(function* ({ company, json }: LagsAsked) {
  const lags = yield* withQueries(() =>
    Effect.gen(function* () {
      const queries = yield* Queries
      return yield* queries.lags(yield* companyOrAll(company))
    })
  )
  if (json) return yield* Effect.forEach(lags, (lag) => printJson(lag), { discard: true })
  if (lags.length === 0) return yield* print("no read models yet: `centurion start` builds them")
  yield* printTable([heading, ...lags.map(rowOf)])
})

const heading = ["COMPANY", "READ MODEL", "VERSION", "STATE", "READ", "OF", "BEHIND", "LAG", "PARKED"]

const rowOf = ({ company, readModel, version, state, read, total, lagMs, parked }: Lag) => [
  plain(company),
  readModel,
  String(version),
  state,
  grouped(read),
  grouped(total),
  grouped(total - read),
  lagOf(lagMs),
  grouped(parked)
]

/** Age of the oldest event that is not read: `0 s`, `340 ms`, `12 s`, `3 h 12 min`. */
export const lagOf = (ms: number): string => {
  if (ms <= 0) return "0 s"
  if (ms < 1000) return `${Math.ceil(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** How far one company is behind: what serves of it, at its slowest. */
interface CompanyLag {
  readonly company: string
  readonly events: number
  readonly lagMs: number
  readonly slowest: string | null
  readonly parked: number
  /** What is being built, 0-1 of its events read. */
  readonly building: ReadonlyArray<{ readonly readModel: string; readonly share: number }>
}

const companyLags = (lags: ReadonlyArray<Lag>): ReadonlyArray<CompanyLag> =>
  [...new Set(lags.map(({ company }) => company))].map((company) => {
    const own = lags.filter((each) => each.company === company)
    const live = own.filter(({ state }) => state === "live")
    const slowest = live.toSorted((a, b) => a.read - b.read || b.lagMs - a.lagMs)[0]
    const isBehind = slowest !== undefined && slowest.read < slowest.total
    return {
      company,
      events: slowest === undefined ? 0 : slowest.total - slowest.read,
      lagMs: Math.max(0, ...live.map(({ lagMs }) => lagMs)),
      slowest: isBehind ? slowest.readModel : null,
      parked: own.reduce((sum, { parked }) => sum + parked, 0),
      building: own
        .filter(({ state }) => state === "building")
        .map(({ readModel, read, total }) => ({ readModel, share: total === 0 ? 1 : read / total }))
    }
  })

const lagRow = ({ company, events, lagMs, slowest, parked, building }: CompanyLag) => [
  plain(company),
  grouped(events),
  lagOf(lagMs),
  slowest ?? "",
  grouped(parked),
  building.map(({ readModel, share }) => `${readModel} ${Math.floor(100 * share)}%`).join(", ")
]

const lagHeading = ["COMPANY", "EVENTS", "LAG", "SLOWEST", "PARKED", "BEING BUILT"]
const watchEveryMs = 1000

/** Tells how far each company is behind, once or every second. */
export const showLag = Effect.fnUntraced(function* ({
  company,
  watch,
  json
}: LagsAsked & { readonly watch: boolean }) {
  yield* withQueries(() =>
    Effect.gen(function* () {
      const queries = yield* Queries
      const of = yield* companyOrAll(company)
      const look = Effect.map(queries.lags(of), companyLags)
      if (!watch) return yield* tellLags(yield* look, json, 0)
      let lines = 0
      while (true) {
        const lags = yield* look
        yield* tellLags(lags, json, lines)
        lines = lags.length + 1
        yield* Effect.sleep(watchEveryMs)
      }
    })
  ).pipe(Effect.onInterrupt(() => (watch ? endsByCtrlC(exitCode.ok) : Effect.void)))
})

/** On a terminal it is written over what stood there before. */
const tellLags = Effect.fnUntraced(function* (
  lags: ReadonlyArray<CompanyLag>,
  json: boolean,
  before: number
) {
  if (json) return yield* Effect.forEach(lags, (lag) => printJson(lag), { discard: true })
  const isOver = before > 0 && (yield* Io).stdout.isTTY === true
  if (isOver) yield* write(`\u001b[${before}A\u001b[0J`)
  yield* printTable([lagHeading, ...lags.map(lagRow)])
})
