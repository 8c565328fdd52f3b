import type { Columns, ReadModel } from "../read-model.ts"

/** A row in memory; values may be functions, called when the row is written. */
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
  JSON.stringify(
    rows.map(({ stream, row }) => ({ stream, ...row })),
    called
  )

const called = (_: string, value: unknown): unknown => (typeof value === "function" ? value() : value)

/** The row without personal data. */
export const redacted = (columns: Columns, row: Row): Row => {
  const bare: Record<string, unknown> = { ...row }
  for (const [name, { personal }] of Object.entries(columns)) if (personal) bare[name] = null
  return bare
}
