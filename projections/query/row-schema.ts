import * as Schema from "effect/Schema"
import type { Column } from "../column.ts"
import type { ReadModel } from "../read-model.ts"
import { fieldOf, shownColumns } from "./field-names.ts"
import type { JsonRow } from "./row-json.ts"

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
