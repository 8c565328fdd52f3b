import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Database, type Query, type Row } from "../../../eventstore/database/database.ts"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { AsOfReadModels } from "../../../projections/engine/as-of-read-models.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { type Applied, Projections } from "../../../projections/engine/projections.ts"
import { projectionsLayer } from "../../../projections/engine/projections-layer.ts"
import { makeTemplate } from "../../../projections/engine/template.ts"
import type { AnalystView, ReadModel } from "../../../projections/read-model.ts"
import type { DatabaseKind, TestDatabase } from "../../databases.ts"
import { PartitionOwner, type Said } from "../../eventstore/owner.ts"

/** A database with partitions that a test writes by hand, and projectors that come and go. */
export interface ProjectionsWorld {
  readonly database: TestDatabase
  readonly own: (company: string, partitions: number) => Promise<ReadonlyArray<PartitionOwner>>
  readonly write: (owner: PartitionOwner, ...said: ReadonlyArray<readonly [string, Said]>) => Promise<void>
  /** Makes the template, and starts a projector that follows all. */
  readonly project: (
    models: ReadonlyArray<ReadModel>,
    views?: ReadonlyArray<AnalystView>
  ) => Promise<RunningProjections>
  readonly rows: (
    company: string,
    sql: string,
    params?: ReadonlyArray<unknown>,
    scratch?: string
  ) => Promise<ReadonlyArray<Row>>
  readonly past: <A, E>(
    models: ReadonlyArray<ReadModel>,
    use: (past: AsOfReadModels["Service"]) => Effect.Effect<A, E>
  ) => Promise<A>
  readonly close: () => Promise<void>
}

/** A projector that runs. */
export interface RunningProjections {
  readonly service: Projections["Service"]
  readonly applied: ReadonlyArray<Applied>
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  /** Comes back when this owner's partition is shown. */
  readonly shows: (...owners: ReadonlyArray<PartitionOwner>) => Promise<void>
  /** Comes back when nothing is being built. */
  readonly built: (company: string) => Promise<void>
  readonly stop: () => Promise<void>
}

export const openProjections = async (kind: DatabaseKind): Promise<ProjectionsWorld> => {
  const database = await kind.make()
  const runtime = ManagedRuntime.make(database.layer)
  const projectors = new Set<() => Promise<void>>()
  const hints = new Set<(commit: { company: string; partition: number; position: number }) => void>()
  return {
    database,
    own: (company, partitions) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const store = yield* EventStore
          yield* store.createCompany(company, partitions)
          const claimed = yield* store.claim("the-test", 600_000, 1000)
          return claimed.filter((each) => each.company === company).map((each) => new PartitionOwner(each))
        })
      ),
    write: async (owner, ...said) => {
      const batch = new Batch()
      owner.write(batch, ...said)
      await runtime.runPromise(Effect.flatMap(EventStore, (store) => store.append(batch)))
      const { company, partition, position } = owner
      for (const hint of hints) hint({ company, partition, position })
    },
    project: async (models, views = []) => {
      await Effect.runPromise(makeTemplate(database.connection, models, views))
      const layer = projectionsLayer({
        models,
        upcastersOf: () => undefined,
        owner: undefined,
        onCommit: (hear) =>
          Effect.sync(() => {
            hints.add(hear)
            return () => void hints.delete(hear)
          })
      })
      const services = await runtime.runPromise(Effect.context<Layer.Success<typeof database.layer>>())
      const own = ManagedRuntime.make(Layer.provide(layer, Layer.succeedContext(services)))
      const service = Context.get(await own.runPromise(Effect.context<Projections>()), Projections)
      const applied: Array<Applied> = []
      await own.runPromise(service.onApplied((page) => applied.push(page)))
      const stop = async () => {
        projectors.delete(stop)
        await own.dispose()
      }
      projectors.add(stop)
      const run = <A, E>(effect: Effect.Effect<A, E>) => own.runPromise(effect)
      return {
        service,
        applied,
        run,
        stop,
        shows: async (...owners) => {
          for (const { company, partition, position } of owners)
            if (!(await run(service.waitFor(company, partition, position, 20_000))))
              throw new Error(`partition ${partition} of ${company} is not shown up to ${position}`)
        },
        built: (company) =>
          run(
            Effect.flatMap(Effect.andThen(service.ensureCompany(company), service.lags(company)), (lags) =>
              lags.some(({ state }) => state === "building") ? Effect.fail("building") : Effect.void
            ).pipe(Effect.eventually)
          )
      }
    },
    rows: (company, sql, params, scratch) =>
      runtime.runPromise(
        Effect.flatMap(Database, (connections) =>
          inCompany(connections, company, (query: Query) => query(sql, params), scratch)
        )
      ),
    past: (models, use) =>
      runtime.runPromise(
        Effect.flatMap(AsOfReadModels, use).pipe(
          Effect.provide(AsOfReadModels.layer({ models, upcastersOf: () => undefined }))
        )
      ),
    close: async () => {
      for (const stop of [...projectors]) await stop()
      await runtime.dispose()
      await database.drop()
    }
  }
}
