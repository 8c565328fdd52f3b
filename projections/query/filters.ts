import * as Result from "effect/Result"
import { isStorable } from "../../eventstore/database/storable-text.ts"
import type { Column, ColumnKind } from "../column.ts"
import type { Columns } from "../read-model.ts"
import { fieldOf } from "./field-names.ts"
import { memoize } from "./memoize.ts"
import { queryLimits } from "./query-limits.ts"
import type { QueryValues } from "./query-values.ts"
import { type WrongParameter, wrongParameter } from "./wrong-parameter.ts"

/** One condition of a list: everything but `value` is from our own closed lists. */
export interface Filter {
  readonly column: string
  readonly kind: ColumnKind
  readonly operator: Operator
  readonly value: unknown
}

/** How a column may be asked. `null` takes `true` or `false`. */
export type Operator = "in" | "ne" | "gt" | "gte" | "lt" | "lte" | "null"

const ordered: ReadonlySet<ColumnKind> = new Set(["integer", "number", "time"])

/** The operators that a column takes, as they stand in brackets; `eq` is written without any, too. */
export const operatorsOf = ({ kind, nullable }: Column): ReadonlyArray<string> => [
  "eq",
  "ne",
  ...(ordered.has(kind) ? ["gt", "gte", "lt", "lte"] : []),
  ...(nullable ? ["null"] : [])
]

/** The columns that a list may be filtered by, under the names of the API. */
export const filterable = memoize((columns: Columns): ReadonlyMap<string, string> => {
  const names = Object.keys(columns).filter(
    (name) => columns[name]!.filters && columns[name]!.kind !== "json"
  )
  return new Map([
    ...names.map((name) => [name, name] as const),
    ...names.map((name) => [fieldOf(name), name] as const)
  ])
})

/** Names that a list understands beside its filters. */
export const listParameters: ReadonlySet<string> = new Set(["limit", "cursor", "sort", "waitFor", "asOf"])

const shape = /^([A-Za-z][A-Za-z0-9_]*)(?:\[([a-z]+)\])?$/

/** Reads the filters out of a query string; everything that is no parameter of lists must be one. */
export const readFilters = (
  columns: Columns,
  query: QueryValues
): Result.Result<ReadonlyArray<Filter>, WrongParameter> => {
  const names = filterable(columns)
  const filters: Array<Filter> = []
  for (const [parameter, given] of Object.entries(query)) {
    if (listParameters.has(parameter)) continue
    const [, field = "", bracket] = shape.exec(parameter) ?? []
    const name = names.get(field)
    if (name === undefined) return unknownFilter(parameter, names)
    const column = columns[name]!
    const operator = bracket ?? "eq"
    if (!operatorsOf(column).includes(operator)) {
      const known = operatorsOf(column).join(", ")
      return wrong(parameter, `${field} can't be asked by [${operator.slice(0, 40)}]; there are ${known}`)
    }
    for (const text of typeof given === "string" ? [given] : given) {
      if (filters.length >= queryLimits.filtersMax)
        return wrong(parameter, `a list takes ${queryLimits.filtersMax} conditions at most`)
      const filter = readOne(name, column, operator, bracket === undefined, text)
      if (typeof filter === "string") return wrong(parameter, `${field}: ${filter}`)
      filters.push(filter)
    }
  }
  return Result.succeed(filters)
}

const unknownFilter = (parameter: string, names: ReadonlyMap<string, string>) => {
  const known = [...new Set([...names.values()].map(fieldOf))]
  const there = known.length === 0 ? "this list has none" : `there are ${known.join(", ")}`
  return wrong(parameter, `"${parameter.slice(0, 60)}" is no filter; ${there}`)
}

const wrong = (parameter: string, detail: string) => Result.fail(wrongParameter(parameter, detail))

/** One condition, or what is wrong with it. A list of values is written with commas where no operator is named. */
const readOne = (
  name: string,
  column: Column,
  operator: string,
  mayBeMany: boolean,
  text: string
): Filter | string => {
  const { kind } = column
  if (operator === "null") {
    const value = booleanOf(text)
    return value === undefined ? "true or false is expected" : { column: name, kind, operator, value }
  }
  const parts = mayBeMany ? text.split(",") : [text]
  if (parts.length > queryLimits.filterValuesMax) return `${queryLimits.filterValuesMax} values at most`
  const values: Array<unknown> = []
  for (const part of parts) {
    const value = parseValue(column, part)
    if (value === undefined) return expected(column)
    values.push(value)
  }
  if (operator === "eq") return { column: name, kind, operator: "in", value: values }
  return { column: name, kind, operator: operator as Operator, value: values[0] }
}

const expected = ({ kind, values }: Column): string => {
  if (values !== undefined) return `one of ${values.join(", ")} is expected`
  if (kind === "time") return "a time as 2026-01-31T12:00:00Z or a date as 2026-01-31 is expected"
  if (kind === "boolean") return "true or false is expected"
  if (kind === "integer") return "a whole number is expected"
  if (kind === "number") return "a number is expected"
  return `a text of at most ${queryLimits.filterValueMax} characters is expected`
}

const booleanOf = (text: string): boolean | undefined =>
  text === "true" ? true : text === "false" ? false : undefined

const timeShape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/

/** The value as it is bound; undefined when it is none of the column's kind. */
export const parseValue = ({ kind, values }: Pick<Column, "kind" | "values">, text: string): unknown => {
  if (text.length > queryLimits.filterValueMax) return undefined
  switch (kind) {
    case "integer":
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
    case "number":
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined
    case "boolean":
      return booleanOf(text)
    case "time": {
      const at = timeShape.test(text) ? Date.parse(text) : Number.NaN
      return Number.isNaN(at) ? undefined : new Date(at)
    }
    default:
      if (values !== undefined && !values.includes(text)) return undefined
      // What is stored is composed, whatever the keyboard of whoever asks makes.
      return isStorable(text) ? text.normalize("NFC") : undefined
  }
}
