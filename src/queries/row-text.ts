/** A column of a row of JSON, with its value as it stands there: numbers keep every digit, columns may share a name. */
export interface RowCell {
  readonly name: string
  /** JSON: `null`, `"a"`, `12`, `{"b":1}`. */
  readonly value: string
}

const string = /"(?:[^"\\]|\\.)*"/y

/** The cells of one row as `row_to_json` writes it, in order. */
export const cellsOf = (row: string): ReadonlyArray<RowCell> => {
  const cells: Array<RowCell> = []
  let at = row.indexOf("{") + 1
  while (true) {
    const from = row.indexOf('"', at)
    if (from === -1) return cells
    const afterName = endOfString(row, from)
    const begins = row.indexOf(":", afterName) + 1
    at = endOfValue(row, begins)
    cells.push({
      name: JSON.parse(row.slice(from, afterName)) as string,
      value: row.slice(begins, at).trim()
    })
  }
}

const endOfString = (row: string, from: number): number => {
  string.lastIndex = from
  return string.test(row) ? string.lastIndex : row.length
}

/** The comma or brace behind the value that begins here. */
const endOfValue = (row: string, from: number): number => {
  let depth = 0
  for (let at = from; at < row.length; at += 1) {
    const each = row[at]
    if (each === '"') at = endOfString(row, at) - 1
    else if (each === "{" || each === "[") depth += 1
    else if (each === "," && depth === 0) return at
    else if (each === "}" || each === "]") {
      if (depth === 0) return at
      depth -= 1
    }
  }
  return row.length
}

/** A value as text, as a person or a spreadsheet takes it; null for null. */
export const cellText = (value: string): string | null => {
  if (value === "null") return null
  return value.startsWith('"') ? (JSON.parse(value) as string) : value
}
