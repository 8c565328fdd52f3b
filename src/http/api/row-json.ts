import * as Schema from "effect/Schema"
import type { Column } from "../../../projections/column.ts"
import type { ReadModel } from "../../../projections/read-model.ts"
import { fieldOf, shownColumns } from "./field-names.ts"
import { isoTime } from "./iso-time.ts"

/** A row as the API gives it: names in camelCase, times as ISO in UTC. */
export type JsonRow = Readonly<Record<string, unknown>>

/** Turns the values that `list-sql.ts` selects into rows of the API. */
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

/** The same as JSON text: what is JSON in the database stays as it is written there. */
export const rowWriter = (readModel: ReadModel): ((values: ReadonlyArray<unknown>) => string) => {
  const fields = Object.entries(shownColumns(readModel)).map(([name, { kind }], n) => {
    const before = `${n === 0 ? "{" : ","}${JSON.stringify(fieldOf(name))}:`
    return { before, empty: `${before}null`, textOf: textsOf[kind] }
  })
  return (values) => {
    let text = ""
    for (let n = 0; n < fields.length; n++) {
      const { before, empty, textOf } = fields[n]!
      const value = values[n] ?? null
      text += value === null ? empty : before + textOf(value as never)
    }
    return `${text}}`
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
  texts: (value: ReadonlyArray<string>) => (value.length === 0 ? "[]" : `[${value.map(quoted).join(",")}]`)
}

/** A value of a column as the API gives it. */
export const jsonValue = (kind: Column["kind"], value: unknown): unknown => {
  if (value instanceof Date) return isoTime(value)
  return kind === "json" && typeof value === "string" ? JSON.parse(value) : value
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
