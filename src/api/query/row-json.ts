import * as Schema from "effect/Schema"
import type { Column } from "../../../projections/column.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import { fieldOf, shownColumns } from "./field-names.ts"
import { isoTime } from "./iso-time.ts"

/** A row as the API gives it: names in camelCase, times as ISO in UTC. */
export type JsonRow = Readonly<Record<string, unknown>>

/** How a column's value is asked for: whole numbers as numbers; what is JSON in an answer, lists too, as its text. */
export const readAs = (value: string, { kind }: Column): string => {
  if (kind === "integer") return `${value}::float8`
  if (kind === "texts") return `array_to_json(${value})::text`
  return kind === "json" ? `${value}::text` : value
}

/** Turns values that were asked for by `readAs` into rows of the API. */
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

const schemaOf = ({ kind, values }: Column): Schema.Top => {
  switch (kind) {
    case "integer":
      return Schema.Int
    case "number":
      return Schema.Finite
    case "boolean":
      return Schema.Boolean
    case "time":
      return Schema.String.annotate({ format: "date-time" })
    case "json":
      return Schema.Unknown
    case "texts":
      return Schema.Array(Schema.String)
    default:
      return values === undefined ? Schema.String : Schema.Literals(values)
  }
}

const exampleOf = ({ kind, values, nullable }: Column): unknown => {
  if (values !== undefined) return values[0]
  switch (kind) {
    case "integer":
      return 42
    case "number":
      return 0.5
    case "boolean":
      return true
    case "time":
      return "2026-01-31T12:00:00.000Z"
    case "json":
      return {}
    case "texts":
      return ["one"]
    default:
      return nullable ? null : "a1b2c3"
  }
}

/** What a row of the read model looks like, for the OpenAPI document. */
export const rowSchema = (readModel: ReadModel): Schema.Top =>
  Schema.Struct(
    Object.fromEntries(
      Object.entries(shownColumns(readModel)).map(([name, column]) => {
        const schema = schemaOf(column)
        const whole = column.nullable ? Schema.NullOr(schema) : schema
        return [fieldOf(name), whole.annotate({ description: column.about })]
      })
    )
  )

/** A row to show in the OpenAPI document. */
export const rowExample = (readModel: ReadModel): JsonRow =>
  Object.fromEntries(
    Object.entries(shownColumns(readModel)).map(([name, column]) => [fieldOf(name), exampleOf(column)])
  )
