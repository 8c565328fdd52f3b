/** What a column holds, as Postgres has it. */
export type ColumnKind = "text" | "integer" | "number" | "boolean" | "time" | "json" | "texts"

/** A column of a read model: what it holds, for the database, the data dictionary and the API alike. */
export interface Column<Value = unknown> {
  readonly kind: ColumnKind
  /** One sentence for the data dictionary. */
  readonly about: string
  readonly nullable: boolean
  /** Personal data: empty once the person is erased. */
  readonly personal: boolean
  /** Lists may be filtered by it. */
  readonly filters: boolean
  /** Lists may be sorted by it; has an index. */
  readonly sorts: boolean
  /** The only values there are. */
  readonly values?: ReadonlyArray<string>
  /** Never there: carries the type of a value. */
  readonly Value?: Value
}

/** How lists may be asked by a column, and whether it is personal. */
export interface ColumnOptions {
  readonly personal?: boolean
  readonly filters?: boolean
  readonly sorts?: boolean
}

const column = <Value>(
  kind: ColumnKind,
  about: string,
  { personal = false, filters = false, sorts = false }: ColumnOptions,
  nullable: boolean,
  values?: ReadonlyArray<string>
): Column<Value> => ({
  kind,
  about,
  personal,
  filters,
  sorts,
  // What is erased is empty.
  nullable: nullable || personal,
  ...(values === undefined ? {} : { values })
})

/** A text; `oneOf` for one of a few. */
export const text = (about: string, options: ColumnOptions = {}) =>
  column<string>("text", about, options, false)
export const maybeText = (about: string, options: ColumnOptions = {}) =>
  column<string | null>("text", about, options, true)

/** A text that is personal data, so it may be missing. */
export const personalText = (about: string, options: ColumnOptions = {}) =>
  column<string | null>("text", about, { ...options, personal: true }, true)

/** One of these texts. */
export const oneOf = <const Values extends ReadonlyArray<string>>(
  values: Values,
  about: string,
  options: ColumnOptions = {}
) => column<Values[number]>("text", about, options, false, values)
export const maybeOneOf = <const Values extends ReadonlyArray<string>>(
  values: Values,
  about: string,
  options: ColumnOptions = {}
) => column<Values[number] | null>("text", about, options, true, values)

/** A whole number, as `bigint` in the database. */
export const integer = (about: string, options: ColumnOptions = {}) =>
  column<number>("integer", about, options, false)
export const maybeInteger = (about: string, options: ColumnOptions = {}) =>
  column<number | null>("integer", about, options, true)

/** A number with a fraction, as `double precision`. */
export const number = (about: string, options: ColumnOptions = {}) =>
  column<number>("number", about, options, false)
export const maybeNumber = (about: string, options: ColumnOptions = {}) =>
  column<number | null>("number", about, options, true)

export const boolean = (about: string, options: ColumnOptions = {}) =>
  column<boolean>("boolean", about, options, false)

/** A moment: epoch ms in folds, `timestamptz` in the database. */
export const time = (about: string, options: ColumnOptions = {}) =>
  column<number>("time", about, options, false)
export const maybeTime = (about: string, options: ColumnOptions = {}) =>
  column<number | null>("time", about, options, true)

/** Anything that JSON holds, as `jsonb`. */
export const json = <Value = unknown>(about: string, options: ColumnOptions = {}) =>
  column<Value>("json", about, options, false)
export const maybeJson = <Value = unknown>(about: string, options: ColumnOptions = {}) =>
  column<Value | null>("json", about, options, true)

/** A list of texts, as `text[]`. */
export const texts = (about: string, options: ColumnOptions = {}) =>
  column<ReadonlyArray<string>>("texts", about, options, false)
