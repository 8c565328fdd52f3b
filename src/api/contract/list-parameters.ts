import * as OpenApi from "effect/http-api/OpenApi"
import type { Column } from "../../../projections/column.ts"
import { momentShape } from "../../../projections/engine/moment.ts"
import { fieldOf } from "../../../projections/query/field-names.ts"
import { filterable, operatorsOf } from "../../../projections/query/filters.ts"
import { defaultOrder, sortable } from "../../../projections/query/order.ts"
import { queryLimits } from "../../../projections/query/query-limits.ts"
import type { ReadModel } from "../../../projections/read-model.ts"

type Parameter = Readonly<Record<string, unknown>>

/** A parameter of the query string that may be left out, in the OpenAPI document. */
export const inQuery = (
  name: string,
  description: string,
  schema: unknown,
  example?: unknown
): Parameter => ({
  name,
  in: "query",
  required: false,
  description,
  schema,
  ...(example === undefined ? {} : { example })
})

/** Waiting for one's own write. */
export const waitForParameter = inQuery(
  "waitFor",
  "What a write answered in the header `Centurion-Wait-For`: the answer then shows that write.",
  { type: "string", pattern: "^\\d{1,6}:\\d{1,15}$" }
)

/** How much of a list is given. */
export const pageParameters = (most: number = queryLimits.pageMax, usual: number = queryLimits.pageDefault) =>
  inQuery("limit", "How many there are on a page.", {
    type: "integer",
    minimum: 1,
    maximum: most,
    default: usual
  })

const asOfParameter = inQuery(
  "asOf",
  `The list as it was then: ${momentShape}. The first time this takes as long as reading history does.`,
  { type: "string", maxLength: 500 }
)

const cursorParameter = inQuery("cursor", "`next` of the page before; left out for the first page.", {
  type: "string",
  maxLength: queryLimits.cursorMax
})

const schemaOf = ({ kind, values }: Column): unknown => {
  if (values !== undefined) return { type: "string", example: values[0] }
  if (kind === "integer") return { type: "integer" }
  if (kind === "number") return { type: "number" }
  if (kind === "boolean") return { type: "boolean" }
  if (kind === "time") return { type: "string", format: "date-time" }
  return { type: "string", maxLength: queryLimits.filterValueMax }
}

const filterParameters = (field: string, column: Column): ReadonlyArray<Parameter> => {
  const { about, values } = column
  const one = values === undefined ? "" : ` One of ${values.join(", ")}.`
  const brackets = operatorsOf(column).filter((operator) => operator !== "eq")
  return [
    inQuery(field, `${about}${one} Several values with commas.`, schemaOf(column)),
    ...brackets.map((operator) =>
      inQuery(
        `${field}[${operator}]`,
        `${about} As above, ${words[operator]}.`,
        operator === "null" ? { type: "boolean" } : schemaOf(column)
      )
    )
  ]
}

const words: Readonly<Record<string, string>> = {
  ne: "anything else",
  gt: "greater or later",
  gte: "at least, or not before",
  lt: "less or earlier",
  lte: "at most, or not after",
  null: "whether it is missing"
}

/** The parameters of a read model's list, from its columns. */
const listParametersOf = (readModel: ReadModel): ReadonlyArray<Parameter> => {
  const orders = sortable(readModel.columns).map(fieldOf)
  const filters = [...new Set(filterable(readModel.columns).values())]
  const usual = defaultOrder(readModel).name
  const sort = inQuery("sort", "The order; `-` before it turns it round.", {
    type: "string",
    enum: orders.flatMap((order) => [order, `-${order}`]),
    ...(orders.includes(usual) ? { default: usual } : {})
  })
  return [
    pageParameters(),
    cursorParameter,
    ...(orders.length === 0 ? [] : [sort]),
    waitForParameter,
    asOfParameter,
    ...filters.flatMap((name) => filterParameters(fieldOf(name), readModel.columns[name]!))
  ]
}

/** Adds parameters to an operation of the OpenAPI document; the request is read by our own code. */
export const withParameters = (parameters: ReadonlyArray<Parameter>) =>
  OpenApi.annotations({
    transform: (operation) => ({
      ...operation,
      parameters: [...((operation.parameters as ReadonlyArray<unknown> | undefined) ?? []), ...parameters]
    })
  })

/** The parameters of a read model's list. */
export const withListParameters = (readModel: ReadModel) => withParameters(listParametersOf(readModel))

/** A header of a request, in the OpenAPI document. */
export const headerParameter = (name: string, description: string, example: string): Parameter => ({
  name,
  in: "header",
  required: false,
  description,
  schema: { type: "string" },
  example
})

/** The headers of a write. */
export const writeHeaders: ReadonlyArray<Parameter> = [
  headerParameter(
    "If-Match",
    "The ETag that you read: the write is refused with 412 when it has changed since.",
    '"v7"'
  ),
  headerParameter(
    "If-None-Match",
    "`*`: this is the first event of a new one. Refused with 412 when there is such a one; without it, with 404 when there is none.",
    "*"
  ),
  headerParameter(
    "Idempotency-Key",
    "Any text of your own: a request that comes again by it gets the first answer, for a day.",
    "8f14e45f-ceea-4672-9c2a-5a0e0b4b8f8a"
  )
]
