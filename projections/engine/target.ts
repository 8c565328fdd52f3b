import type { ReadModel } from "../read-model.ts"
import { type TableSql, tableSql } from "./table-sql.ts"

/** A build of a read model at one company: the one that serves, or one that is being made. */
export interface Target {
  readonly model: ReadModel
  readonly build: number
  readonly state: "live" | "building"
  readonly sql: TableSql
  /** Streams that wait because their fold broke. */
  readonly parked: Set<string>
}

const known = new Map<ReadModel, { readonly live: TableSql; readonly building: TableSql }>()

/** The statements for a read model's table in this state; `<name>__next` while it is being built. */
export const sqlOf = (model: ReadModel, state: "live" | "building"): TableSql => {
  const both = known.get(model) ?? {
    live: tableSql(model, model.name),
    building: tableSql(model, `${model.name}__next`)
  }
  known.set(model, both)
  return both[state]
}
