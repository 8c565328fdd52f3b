import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Database, DatabaseError, Query } from "../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import type { History } from "../../eventstore/log/history.ts"
import type { Upcasters } from "../../eventstore/log/upcast.ts"
import type { PastEvent, ReadModel } from "../read-model.ts"
import { pageEvents } from "./company-projector.ts"
import { inCompany } from "./in-company.ts"
import { pastEvent } from "./past-event.ts"
import { tableSql } from "./table-sql.ts"
import type { Target } from "./target.ts"
import { shapeOf } from "./template.ts"
import { writeTargets } from "./write-page.ts"

/** What serves was not made by the code at hand, so that both can't be compared. */
export class BuildsDiffer extends Schema.TaggedError<BuildsDiffer>()("BuildsDiffer", {
  message: Schema.String
}) {}

/** A column that both have otherwise; personal data is not told. */
export interface DifferingColumn {
  readonly column: string
  /** JSON; null when the column is personal. */
  readonly live: string | null
  readonly rebuilt: string | null
}

/** A row that both don't have alike. */
export interface DifferingRow {
  readonly key: ReadonlyArray<string>
  readonly stream: string
  /** `missing`: what serves lacks it. `extra`: what was rebuilt lacks it. */
  readonly how: "differs" | "missing" | "extra"
  readonly columns: ReadonlyArray<DifferingColumn>
}

/** A read model that serves against one built from history up to the same positions. */
export interface BuildComparison {
  readonly company: string
  readonly readModel: string
  readonly events: number
  readonly liveRows: number
  readonly rebuiltRows: number
  readonly differing: number
  readonly missing: number
  readonly extra: number
  /** Streams that don't fold: in what serves, and now. */
  readonly parked: { readonly live: number; readonly rebuilt: number }
  /** The first of them by their keys. */
  readonly rows: ReadonlyArray<DifferingRow>
}

export interface ComparePorts {
  /** One session for all, as temporary tables live in one and end with it: a connection of its own, or the embedded one. */
  readonly database: Pick<Database["Service"], "transaction">
  readonly history: Pick<History["Service"], "readPartition">
  readonly upcastersOf: (machine: string) => Upcasters | undefined
}

interface Pair {
  readonly live: string
  readonly rebuilt: string
}

/** What serves is copied with its positions, and built again from history up to just these; both are temporary tables. */
export const compareBuilds = (
  ports: ComparePorts,
  company: string,
  model: ReadModel,
  rowsMax: number,
  progress: (read: number, total: number) => void
): Effect.Effect<BuildComparison, DatabaseError | StoreUnavailable | BuildsDiffer> => {
  const mark = randomBytes(6).toString("hex")
  const pair = { live: `live_${mark}`, rebuilt: `rebuilt_${mark}` }
  const work = Effect.gen(function* () {
    const { positions, parked } = yield* copyLive(ports.database, company, model, pair)
    const rebuilt = yield* rebuild(ports, company, model, pair, positions, progress)
    const found = yield* inCompany(ports.database, company, (query) => compare(query, model, pair, rowsMax))
    const events = [...positions.values()].reduce((sum, position) => sum + position, 0)
    return { company, readModel: model.name, events, parked: { live: parked, rebuilt }, ...found }
  })
  return Effect.ensuring(
    work,
    Effect.ignore(
      ports.database.transaction((query) =>
        query(`drop table if exists pg_temp."${pair.live}", pg_temp."${pair.rebuilt}"`)
      )
    )
  )
}

/** Rows and positions of one moment. */
const copyLive = (database: ComparePorts["database"], company: string, model: ReadModel, pair: Pair) =>
  database.transaction(
    (query) =>
      Effect.gen(function* () {
        yield* query("set transaction isolation level repeatable read")
        yield* query("select core.enter($1)", [company])
        const checkpoints = yield* query(
          `select c.partition, c.position::float8, p.version, p.shape,
            (select count(*) from core.parked k
              where k.company = p.company and k.read_model = p.read_model and k.build = p.build)::float8
          from core.projection p
          join core.checkpoint c on c.company = p.company and c.read_model = p.read_model and c.build = p.build
          where p.company = $1 and p.read_model = $2 and p.state = 'live' order by c.partition`,
          [company, model.name]
        )
        const [first] = checkpoints
        if (first === undefined)
          return yield* new BuildsDiffer({ message: `${model.name} does not serve ${company} yet` })
        if (Number(first[2]) !== model.version || first[3] !== shapeOf(model)) {
          return yield* new BuildsDiffer({
            message: `${model.name} of ${company} serves as version ${first[2]}, which is not what the code at hand declares (${model.version}): rebuild it first`
          })
        }
        yield* query(`create temporary table "${pair.live}" as select * from "${model.name}"`)
        yield* query(`create temporary table "${pair.rebuilt}" (like "${model.name}" including all)`)
        return {
          positions: new Map(checkpoints.map(([partition, at]) => [Number(partition), Number(at)])),
          parked: Number(first[4])
        }
      }),
    company
  )

/** Folds all history up to these positions; gives how many streams it can't fold. */
const rebuild = Effect.fnUntraced(function* (
  { database, history, upcastersOf }: ComparePorts,
  company: string,
  model: ReadModel,
  pair: Pair,
  positions: ReadonlyMap<number, number>,
  progress: (read: number, total: number) => void
) {
  const sql = tableSql(model, pair.rebuilt)
  const target: Target = { model, build: 0, state: "building", sql, parked: new Set() }
  const total = [...positions.values()].reduce((sum, position) => sum + position, 0)
  let read = 0
  for (const [partition, end] of positions) {
    for (let after = 0; after < end; ) {
      const stored = yield* history.readPartition(
        company,
        partition,
        after,
        Math.min(pageEvents, end - after)
      )
      const last = stored.at(-1)
      if (last === undefined) break
      const events = stored.map((event) => pastEvent(event, upcastersOf, () => false))
      yield* write(database, company, target, events)
      after = last.position
      read += stored.length
      progress(read, total)
    }
  }
  return target.parked.size
})

/** A row that the database refuses is looked for by halves; its stream ends there, as it would when it is built. */
const write = (
  database: ComparePorts["database"],
  company: string,
  target: Target,
  events: ReadonlyArray<PastEvent>
): Effect.Effect<void, DatabaseError> =>
  inCompany(database, company, (query) => writeTargets(query, { company, events }, [target])).pipe(
    Effect.flatMap((poisons) =>
      Effect.sync(() => {
        for (const { found } of poisons) for (const { stream } of found) target.parked.add(stream)
      })
    ),
    Effect.catch((error) => {
      if (error.unreachable) return Effect.fail(error)
      const middle = events.length >> 1
      if (middle === 0) return Effect.sync(() => void target.parked.add(events[0]!.stream))
      return Effect.andThen(
        write(database, company, target, events.slice(0, middle)),
        write(database, company, target, events.slice(middle))
      )
    })
  )

const compare = Effect.fnUntraced(function* (query: Query, model: ReadModel, pair: Pair, rowsMax: number) {
  const names = ["stream", ...Object.keys(model.columns)]
  const both = `"${pair.live}" l full join "${pair.rebuilt}" r
    on ${["company", ...model.key].map((name) => `l."${name}" = r."${name}"`).join(" and ")}`
  const unlike = `(${names.map((name) => `l."${name}" is distinct from r."${name}"`).join(" or ")})`
  const [counts = []] = yield* query(
    `select count(l.company)::float8, count(r.company)::float8,
        (count(*) filter (where l.company is not null and r.company is not null and ${unlike}))::float8,
        (count(*) filter (where l.company is null))::float8, (count(*) filter (where r.company is null))::float8
      from ${both}`
  )
  const keys = model.key.map((name) => `coalesce(l."${name}", r."${name}")`)
  const rows = yield* query(
    `select l.company is null, r.company is null, coalesce(l.stream, r.stream),
        ${keys.map((key) => `${key}::text`).join(", ")},
        ${names.map((name) => `to_jsonb(l."${name}")::text, to_jsonb(r."${name}")::text`).join(", ")}
      from ${both} where ${unlike} order by ${keys.join(", ")} limit ${Math.trunc(rowsMax)}`
  )
  const [liveRows, rebuiltRows, differing, missing, extra] = counts.map(Number) as [
    number,
    number,
    number,
    number,
    number
  ]
  return {
    ...{ liveRows, rebuiltRows, differing, missing, extra },
    rows: rows.map((row) => differingRow(model, names, row))
  }
})

const differingRow = (
  model: ReadModel,
  names: ReadonlyArray<string>,
  [isMissing, isExtra, stream, ...values]: ReadonlyArray<unknown>
): DifferingRow => {
  const key = values.slice(0, model.key.length).map(String)
  const how = isMissing === true ? "missing" : isExtra === true ? "extra" : "differs"
  const differing = names.flatMap((column, n): ReadonlyArray<DifferingColumn> => {
    const [live, rebuilt] = values.slice(model.key.length + 2 * n) as [string | null, string | null]
    if (live === rebuilt) return []
    const isPersonal = model.columns[column]?.personal === true
    return [isPersonal ? { column, live: null, rebuilt: null } : { column, live, rebuilt }]
  })
  return { key, stream: String(stream), how, columns: how === "differs" ? differing : [] }
}
