import type { Column, ColumnKind } from "../column.ts"
import type { ReadModel } from "../read-model.ts"
import { shownColumns } from "./field-names.ts"
import { memoize } from "./memoize.ts"

/** As what a value of a column is bound. */
export const sqlTypes: Record<ColumnKind, string> = {
  text: "text",
  integer: "bigint",
  number: "float8",
  boolean: "boolean",
  time: "timestamptz",
  json: "text",
  texts: "text"
}

/** A name of ours in a statement. */
export const quoted = (name: string): string => `"${name}"`

/** A column of the row that a statement calls `t`. */
export const at = (column: string): string => `t.${quoted(column)}`

/** How a column's value is asked for: whole numbers as numbers; what is JSON in an answer, lists too, as its text. */
const readAs = (value: string, { kind }: Column): string => {
  if (kind === "integer") return `${value}::float8`
  if (kind === "texts") return `array_to_json(${value})::text`
  return kind === "json" ? `${value}::text` : value
}

/** The shown columns of the row `t`, as `rowReader` and `rowWriter` take them. */
export const selected = memoize((readModel: ReadModel) =>
  Object.entries(shownColumns(readModel))
    .map(([name, column]) => readAs(at(name), column))
    .join(", ")
)
