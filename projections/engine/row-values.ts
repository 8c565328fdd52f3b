import type { Columns, ReadModel } from "../read-model.ts"

/** A row in memory. */
export type Row = { readonly [column: string]: unknown }

/** A row of `TableSql.select`. */
export const readRow = (columns: Columns, values: ReadonlyArray<unknown>): Row => {
  const row: Record<string, unknown> = {}
  Object.entries(columns).forEach(([name, { kind }], index) => {
    const value = values[index]
    row[name] = kind === "json" && typeof value === "string" ? JSON.parse(value) : value
  })
  return row
}

/** The values of a row's key, as one text. */
export const keyText = (key: ReadonlyArray<unknown>): string =>
  key.length === 1 ? String(key[0]) : JSON.stringify(key)

/** The arrays that `select` and `remove` take: one for each key column. */
export const keyColumns = (
  { key }: ReadModel,
  keys: ReadonlyArray<ReadonlyArray<string | number>>
): ReadonlyArray<ReadonlyArray<string | number>> => key.map((_, index) => keys.map((each) => each[index]!))

/** Rows as the JSON that `TableSql.upsert` takes. */
export const rowsJson = (rows: ReadonlyArray<{ readonly stream: string; readonly row: Row }>): string =>
  JSON.stringify(rows.map(({ stream, row }) => ({ stream, ...row })))

/** The row's columns without personal data; what else the fold keeps beside them is gone too. */
export const redacted = (columns: Columns, row: Row): Row =>
  Object.fromEntries(
    Object.entries(columns).map(([name, { personal }]) => [name, personal ? null : row[name]])
  )
