import * as Effect from "effect/Effect"
import type { Database, DatabaseError, Query } from "../../eventstore/database/database.ts"
import type { ReadModel } from "../read-model.ts"
import { inCompany } from "./in-company.ts"
import { sqlOf, type Target } from "./target.ts"
import { shapeOf } from "./template.ts"

type Connections = Pick<Database["Service"], "transaction">

/** A target, and how far it has read each partition. */
export interface Reader {
  readonly target: Target
  readonly positions: Map<number, number>
}

/**
 * The company's schema and a line for each read model. What is served by another version, or is new beside others that
 * serve, is built beside; a company without any begins with all of them serving.
 */
export const ensureBuilds = (
  database: Connections,
  company: string,
  partitions: number,
  models: ReadonlyArray<ReadModel>
): Effect.Effect<void, DatabaseError> =>
  Effect.gen(function* () {
    yield* database.transaction((query) => query("select core.ensure_company($1)", [company]), company)
    yield* inCompany(database, company, (query) =>
      Effect.gen(function* () {
        // Two that look at once, in this process or in two, must not both begin.
        yield* query("select core.hold($1, 'builds')", [company])
        const rows = yield* query(
          "select read_model, version, shape, state from core.projection where company = $1",
          [company]
        )
        const isFirst = rows.length === 0
        for (const model of models) {
          const isOf = (state: string) =>
            rows.some(
              ([name, version, shape, of]) =>
                name === model.name &&
                of === state &&
                Number(version) === model.version &&
                shape === shapeOf(model)
            )
          if (isOf("live") || isOf("building")) continue
          yield* beginBuild(query, company, partitions, model, isFirst ? "live" : "building")
        }
      })
    )
  })

/** Whether the company was deleted: nothing is made for it any more. */
export const isDropped = (database: Connections, company: string): Effect.Effect<boolean, DatabaseError> =>
  Effect.map(
    inCompany(database, company, (query) =>
      query("select 1 from core.dropped where company = $1", [company])
    ),
    (rows) => rows.length > 0
  )

/** Begins anew, whatever was being built; within a transaction. */
export const beginBuild = Effect.fnUntraced(function* (
  query: Query,
  company: string,
  partitions: number,
  model: ReadModel,
  state: "live" | "building"
) {
  yield* query("delete from core.projection where company = $1 and read_model = $2 and state = 'building'", [
    company,
    model.name
  ])
  if (state === "building") yield* query("select core.begin_build($1, $2)", [company, model.name])
  const [last] = yield* query(
    `insert into core.projection (company, read_model, build, version, shape, state)
       select $1, $2, coalesce(max(build), 0) + 1, $3, $4, $5 from core.projection where company = $1 and read_model = $2
       returning build`,
    [company, model.name, model.version, shapeOf(model), state]
  )
  yield* query(
    `insert into core.checkpoint (company, read_model, build, partition)
       select $1, $2, $3, n from generate_series(1, $4::int) n`,
    [company, model.name, Number(last![0]), partitions]
  )
})

/** All builds of the company that the code at hand can go on with. */
export const loadReaders = (
  database: Connections,
  company: string,
  models: ReadonlyArray<ReadModel>
): Effect.Effect<ReadonlyArray<Reader>, DatabaseError> =>
  inCompany(database, company, (query) =>
    Effect.gen(function* () {
      const builds = yield* query(
        "select read_model, build, version, shape, state from core.projection where company = $1",
        [company]
      )
      const checkpoints = yield* query(
        "select read_model, build, partition, position::float8 from core.checkpoint where company = $1",
        [company]
      )
      const parked = yield* query("select read_model, build, stream from core.parked where company = $1", [
        company
      ])
      return builds.flatMap(([name, build, version, shape, state]) => {
        const model = models.find(
          (each) => each.name === name && each.version === Number(version) && shapeOf(each) === shape
        )
        if (model === undefined) return []
        const isOf = (row: ReadonlyArray<unknown>) => row[0] === name && row[1] === build
        const target: Target = {
          model,
          build: Number(build),
          state: state as Target["state"],
          sql: sqlOf(model, state as Target["state"]),
          parked: new Set(parked.filter(isOf).map((row) => String(row[2])))
        }
        const positions = new Map(
          checkpoints.filter(isOf).map(([, , partition, position]) => [Number(partition), Number(position)])
        )
        return [{ target, positions }]
      })
    })
  )

/** The build takes the place of the one that serves; whoever looks sees the one or the other. */
export const swapBuild = (
  database: Connections,
  company: string,
  { model, build }: Target
): Effect.Effect<void, DatabaseError> =>
  inCompany(database, company, (query) =>
    Effect.gen(function* () {
      yield* query("delete from core.projection where company = $1 and read_model = $2 and state = 'live'", [
        company,
        model.name
      ])
      yield* query(
        "update core.projection set state = 'live', since = now() where company = $1 and read_model = $2 and build = $3",
        [company, model.name, build]
      )
      yield* query("select core.swap($1, $2)", [company, model.name])
    })
  )
