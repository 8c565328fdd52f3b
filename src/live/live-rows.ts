import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import { inCompany } from "../../projections/engine/in-company.ts"
import { quoted, selected } from "../../projections/query/column-sql.ts"
import { memoize } from "../../projections/query/memoize.ts"
import { ownerExpression } from "../../projections/query/owner-rule.ts"
import { type JsonRow, rowReader } from "../../projections/query/row-json.ts"
import type { ReadModel } from "../../projections/read-model.ts"

/** What the read models say of an actor now: its row as the API gives it, and the user who owns its contact. */
export interface LiveRow {
  readonly row: JsonRow
  readonly owner: string | null
}

/** By stream. */
export type LiveRows = ReadonlyMap<string, LiveRow>

/** The rows of these streams of a company, each list of streams in its read model, all at one moment. */
export const readLiveRows = (
  database: Pick<Database["Service"], "transaction">,
  company: string,
  asked: ReadonlyMap<ReadModel, ReadonlyArray<string>>
): Effect.Effect<LiveRows, DatabaseError> =>
  inCompany(database, company, (query) =>
    Effect.gen(function* () {
      const found = new Map<string, LiveRow>()
      for (const [model, streams] of asked) {
        if (streams.length === 0) continue
        const read = rowReader(model)
        for (const [stream, owner, ...values] of yield* query(statementOf(model), [company, streams]))
          found.set(String(stream), { row: read(values), owner: owner === null ? null : String(owner) })
      }
      return found
    })
  )

/** $1 the company, $2 streams. Its text holds names of our own declarations only. */
const statementOf = memoize(
  (model: ReadModel) =>
    `select t.stream, ${ownerExpression(model, "$1")}, ${selected(model)} from ${quoted(model.name)} t
    where t.company = $1 and t.stream = any($2::text[])`
)
