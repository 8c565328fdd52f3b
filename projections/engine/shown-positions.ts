import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import type { ReadModel } from "../read-model.ts"
import { inCompany } from "./in-company.ts"
import { shapeOf } from "./template.ts"

/**
 * Gives, by partition, the position that all read models which serve a company have reached; undefined while none
 * serves. One that serves until its successor is built stands still, and does not count.
 */
export const shownPositions = (
  database: Pick<Database["Service"], "transaction">,
  models: ReadonlyArray<ReadModel>
): ((company: string) => Effect.Effect<ReadonlyMap<number, number> | undefined, DatabaseError>) => {
  const known = [
    models.map(({ name }) => name),
    models.map(({ version }) => version),
    models.map(shapeOf)
  ] as const
  return (company) =>
    inCompany(database, company, (query) => query(shownSql, [company, ...known])).pipe(
      Effect.map((rows) =>
        rows.length === 0
          ? undefined
          : new Map(rows.map(([partition, position]) => [Number(partition), Number(position)]))
      )
    )
}

const shownSql = `
  select c.partition, min(c.position)::float8
    from core.checkpoint c
    join core.projection p on p.company = c.company and p.read_model = c.read_model and p.build = c.build
    join unnest($2::text[], $3::int[], $4::text[]) as known (read_model, version, shape)
      on known.read_model = p.read_model and known.version = p.version and known.shape = p.shape
    where c.company = $1 and p.state = 'live'
    group by c.partition
    order by c.partition`
