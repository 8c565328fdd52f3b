import type { StoredEvent } from "../eventstore/log/stored-event.ts"
import type { ModuleName } from "../machines/listed-machine.ts"
import type { Column } from "./column.ts"

/** An event as a fold sees it: opened and brought to the present schema, with its place in words. */
export interface PastEvent
  extends Pick<
    StoredEvent,
    | "company"
    | "partition"
    | "position"
    | "stream"
    | "version"
    | "kind"
    | "type"
    | "occurredAt"
    | "recordedAt"
    | "principal"
    | "causation"
    | "correlation"
    | "machineVersion"
  > {
  /** The machine and the id of the stream. */
  readonly machine: string
  readonly id: string
  // biome-ignore lint/suspicious/noExplicitAny: a fold knows the shapes of the events that it takes
  readonly data: any
  /** Its personal data is gone: what stands in its place is empty. */
  readonly isWithheld: boolean
}

export type Columns = Readonly<Record<string, Column>>

/** A row as a fold has it: times are epoch ms. */
export type RowOf<Of extends Columns> = {
  readonly [Name in keyof Of]: Of[Name] extends Column<infer Value> ? Value : never
}

/** What an event does to one row. */
export interface RowChange<Of extends Columns = Columns, Beside = unknown> {
  /** The values of the key columns, in their order, without the company. */
  readonly key: ReadonlyArray<string | number>
  /** The row after the event; null takes it away, the same object leaves it. Pure. */
  readonly change: (row: (RowOf<Of> & Beside) | null) => (RowOf<Of> & Beside) | null
}

/** What an actor of these machines, or of every machine, is followed for. */
export interface ReadModelOptions<Of extends Columns, Beside = unknown> {
  /** Of the table too: lower case with underscores, in the plural. */
  readonly name: string
  /** Raise it when the columns or the fold change: a new table is built beside the old one and takes its place. */
  readonly version: number
  /** One or two sentences for the data dictionary. */
  readonly about: string
  /** The machines whose events it follows; left out, all. */
  readonly machines?: ReadonlyArray<string>
  /** The part of the permission matrix that it belongs to; left out, that of the first machine that it follows. */
  readonly module?: ModuleName
  /** `false`: the API has no list of it. */
  readonly api?: false
  /** Columns that it keeps for itself: neither the API nor live updates show them. */
  readonly hidden?: ReadonlyArray<keyof Of & string>
  /** The names of the key columns, without the company, which always stands first. */
  readonly key: ReadonlyArray<keyof Of & string>
  readonly columns: Of
  /** The columns of a foreign id that rows are looked up by; each list is an index after the company. */
  readonly indexes?: ReadonlyArray<ReadonlyArray<keyof Of & string>>
  /** The rows that an event changes. Keys come from the event alone, so that they can be read before. Pure. */
  readonly fold: (event: PastEvent) => ReadonlyArray<RowChange<Of, Beside>>
  /**
   * The row to store of one that the fold made: for what is dear to make, and needed of the last event of a page alone.
   * A row may hold optional fields beside its columns, `Beside`, until then. Pure.
   */
  readonly onWrite?: (row: RowOf<Of> & Beside) => RowOf<Of>
}

/** A table that follows events: of one company, in that company's schema, with the company first in its key. */
export interface ReadModel
  extends Omit<ReadModelOptions<Columns>, "fold" | "onWrite" | "key" | "indexes" | "hidden"> {
  readonly key: ReadonlyArray<string>
  readonly hidden?: ReadonlyArray<string>
  readonly indexes: ReadonlyArray<ReadonlyArray<string>>
  // biome-ignore lint/suspicious/noExplicitAny: each fold knows its own rows
  readonly fold: (event: PastEvent) => ReadonlyArray<RowChange<any, any>>
  // biome-ignore lint/suspicious/noExplicitAny: and so does what writes them
  readonly onWrite?: (row: any) => any
}

/**
 * Columns that every table has and no fold sees, `text collate "C" not null`: the company, and the stream
 * (`machine/id`) that the row comes from, by which an erased person's rows are found. A row comes from one stream.
 */
export const systemColumns = {
  company: "The company; stands first in every key.",
  stream: "The stream that the row comes from, as `machine/id`."
} as const

/** Declares a read model; the list in `projections/index.ts` makes it live. Throws when it can't be a table. */
export const readModel = <const Of extends Columns, Beside = unknown>(
  options: ReadModelOptions<Of, Beside>
): ReadModel => {
  const { name, columns, key, indexes = [] } = options
  for (const column of Object.keys(columns)) {
    if (Object.hasOwn(systemColumns, column)) {
      throw new Error(`read model ${name} declares the column "${column}", which every table has by itself`)
    }
  }
  for (const column of key) {
    const declared = columns[column]
    if (declared === undefined || declared.nullable) {
      throw new Error(
        `the key of read model ${name} needs the column "${column}", which is missing or may be null`
      )
    }
  }
  return { ...options, indexes }
}

/** A view for analysts over the tables of a company's schema. */
export interface AnalystView {
  readonly name: string
  readonly about: string
  /** Its columns in order, each with a sentence. */
  readonly columns: Readonly<Record<string, string>>
  /** A `select` over tables and views that stand before it in the list; it sees one company's rows. */
  readonly sql: string
}
