import * as Effect from "effect/Effect"
import type { Database, DatabaseError } from "../../eventstore/database/database.ts"
import { inCompany } from "../../projections/engine/in-company.ts"
import type { ReadModel } from "../../projections/read-model.ts"
import { shownColumns } from "../api/query/field-names.ts"
import { type JsonRow, readAs, rowReader } from "../api/query/row-json.ts"

/** What the read models say of an actor now: its row as the API gives it, and the user who owns its contact. */
export interface LiveRow {
  readonly row: JsonRow
  readonly owner: string | null
}

/** By stream. */
export type LiveRows = ReadonlyMap<string, LiveRow>

/** Columns that say which person a row is about, the most telling first. */
const personColumns = ["contact_id", "lead_id", "deal_id"] as const

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

const quoted = (name: string) => `"${name}"`

/** The same rule as for lists: the owner of a row is its own, or that of the contact it is about. */
const ownerOf = ({ columns }: ReadModel): string => {
  if (columns.owner_id !== undefined) return "t.owner_id"
  const person = personColumns.find((name) => columns[name] !== undefined)
  return person === undefined
    ? "null::text"
    : `(select o.owner_id from contact_records o where o.company = $1 and o.contact_id = t.${quoted(person)})`
}

const statements = new WeakMap<ReadModel, string>()

/** Its text holds names of our own declarations only. $1 the company, $2 streams. */
const statementOf = (model: ReadModel): string => {
  const known = statements.get(model)
  if (known !== undefined) return known
  const columns = Object.entries(shownColumns(model))
    .map(([name, column]) => readAs(`t.${quoted(name)}`, column))
    .join(", ")
  const made = `select t.stream, ${ownerOf(model)}, ${columns} from ${quoted(model.name)} t
    where t.company = $1 and t.stream = any($2::text[])`
  statements.set(model, made)
  return made
}
