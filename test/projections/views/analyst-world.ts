import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Database } from "../../../eventstore/database/database.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { sqlOf } from "../../../projections/engine/target.ts"
import { makeTemplate } from "../../../projections/engine/template.ts"
import { writeTargets } from "../../../projections/engine/write-page.ts"
import { analystViews, readModels } from "../../../projections/index.ts"
import type { PastEvent } from "../../../projections/read-model.ts"
import type { DatabaseKind, TestDatabase } from "../../databases.ts"

/** A row by the names of its columns. */
export type NamedRow = { readonly [column: string]: unknown }

/** A database with every read model and view, whose companies a test fills with histories. */
export interface AnalystWorld {
  readonly database: TestDatabase
  /** Makes the company, and folds these events into its read models. */
  readonly fill: (company: string, events: ReadonlyArray<PastEvent>) => Promise<void>
  /** What a company's analyst gets. */
  readonly ask: (
    company: string,
    sql: string,
    params?: ReadonlyArray<unknown>
  ) => Promise<ReadonlyArray<NamedRow>>
  readonly close: () => Promise<void>
}

export const openAnalystWorld = async (kind: DatabaseKind): Promise<AnalystWorld> => {
  const database = await kind.make()
  const runtime = ManagedRuntime.make(database.layer)
  await Effect.runPromise(makeTemplate(database.connection, readModels, analystViews))
  return {
    database,
    fill: (company, events) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const store = yield* EventStore
          const connections = yield* Database
          yield* store.createCompany(company, 1)
          yield* connections.query("select core.ensure_company($1)", [company])
          yield* inCompany(connections, company, (query) =>
            Effect.gen(function* () {
              const targets = readModels.map((model) => ({
                model,
                build: 1,
                state: "live" as const,
                sql: sqlOf(model, "live"),
                parked: new Set<string>()
              }))
              const poisons = (yield* writeTargets(query, { company, events }, targets)).filter(
                ({ found }) => found.length > 0
              )
              if (poisons.length > 0) return yield* Effect.die(new Error(JSON.stringify(poisons)))
            })
          )
        })
      ),
    ask: (company, sql, params) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const connections = yield* Database
          const rows = yield* inCompany(connections, company, (query) =>
            query(`select to_jsonb(asked)::text from (${sql}) asked`, params)
          )
          return rows.map(([row]) => JSON.parse(String(row)) as NamedRow)
        })
      ),
    close: async () => {
      await runtime.dispose()
      await database.drop()
    }
  }
}
