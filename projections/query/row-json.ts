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

/** The same as JSON text: what is JSON in the database stays as it is written there. */
export const rowWriter = (readModel: ReadModel): ((values: ReadonlyArray<unknown>) => string) => {
  const columns = Object.entries(shownColumns(readModel))
  const names = columns.map(([name], n) => `${n === 0 ? "{" : ","}${JSON.stringify(fieldOf(name))}:`)
  const nulls = names.map((name) => `${name}null`)
  const writes = columns.map(([, { kind }]) => textsOf[kind])
  return (values) => {
    let text = ""
    for (let n = 0; n < writes.length; n++) {
      const value = values[n] ?? null
      text += value === null ? nulls[n]! : names[n]! + writes[n]!(value as never)
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
  texts: (value: string) => value
}

/** A value of a column as the API gives it. */
export const jsonValue = (kind: Column["kind"], value: unknown): unknown => {
  if (value instanceof Date) return isoTime(value)
  return (kind === "json" || kind === "texts") && typeof value === "string" ? JSON.parse(value) : value
}
