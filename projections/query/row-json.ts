import type { Column } from "../column.ts"
import type { ReadModel } from "../read-model.ts"
import { fieldOf, shownColumns } from "./field-names.ts"
import { isoTime } from "./iso-time.ts"

/** A row as the API gives it: names in camelCase, times as ISO in UTC. */
export type JsonRow = Readonly<Record<string, unknown>>

/** Turns values that were asked for by `selected` into rows of the API. */
export const rowReader = (readModel: ReadModel): ((values: ReadonlyArray<unknown>) => JsonRow) => {
  const fields = Object.entries(shownColumns(readModel)).map(
    ([name, { kind }]) => [fieldOf(name), kind] as const
  )
  return (values) => {
    const row: Record<string, unknown> = {}
    for (let n = 0; n < fields.length; n++) {
      const [field, kind] = fields[n]!
      row[field] = jsonValue(kind, values[n] ?? null)
    }
    return row
  }
}

/**
 * A column on the way through a row: the text since the last value, up to and with the column's name, and where it goes on
 * behind a null and behind a value. Rows of a list are mostly null in the same columns, so they take the same way.
 */
interface Place {
  readonly before: string
  afterNull: Place | undefined
  afterValue: Place | undefined
}

/** There are as many ways as sets of columns; what is known of them is forgotten beyond this. */
const placesMax = 2000

/** The same as JSON text: what is JSON in the database stays as it is written there. */
export const rowWriter = (readModel: ReadModel): ((values: ReadonlyArray<unknown>) => string) => {
  const columns = Object.entries(shownColumns(readModel))
  const writes = columns.map(([, { kind }]) => textsOf[kind])
  const names = columns.map(([name], n) => `${n === 0 ? "{" : ","}${JSON.stringify(fieldOf(name))}:`)
  let places = 0
  /** In front of this column, or at the end of the row. */
  const placeAt = (column: number, pending = ""): Place => {
    places++
    const before = pending + (names[column] ?? "}")
    return { before, afterNull: undefined, afterValue: undefined }
  }
  let first = placeAt(0)
  return (values) => {
    if (places > placesMax) {
      places = 0
      first = placeAt(0)
    }
    let text = ""
    let place = first
    for (let n = 0; n < writes.length; n++) {
      const value = values[n] ?? null
      if (value === null) place = place.afterNull ??= placeAt(n + 1, `${place.before}null`)
      else {
        text += place.before + writes[n]!(value as never)
        place = place.afterValue ??= placeAt(n + 1)
      }
    }
    return text + place.before
  }
}

/** What JSON escapes in a text, and halves of surrogate pairs. */
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/

/** Most texts of a row are ids, names and words that stand as they are. */
const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : `"${text}"`)

/** The JSON text of a value that is there, as the driver gives it. */
const textsOf: Record<Column["kind"], (value: never) => string> = {
  text: quoted,
  integer: String,
  number: JSON.stringify,
  boolean: String,
  time: (value: Date) => `"${isoTime(value)}"`,
  json: (value: string) => value,
  texts: (value: string) => value
}

/** A value of a column as the API gives it. */
export const jsonValue = (kind: Column["kind"], value: unknown): unknown => {
  if (value instanceof Date) return isoTime(value)
  return (kind === "json" || kind === "texts") && typeof value === "string" ? JSON.parse(value) : value
}
