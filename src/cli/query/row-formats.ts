import { cellsOf, cellText } from "../../queries/row-text.ts"
import { cut, plain } from "../terminal.ts"

/** How rows are written. */
export const rowFormats = ["table", "json", "ndjson", "csv"] as const
export type RowFormat = (typeof rowFormats)[number]

/** The format that a file's name tells; undefined when it tells none. */
export const formatOf = (file: string): Exclude<RowFormat, "table"> | undefined => {
  const found = /\.(csv|json|ndjson|jsonl)(\.gz)?$/.exec(file)?.[1]
  return found === "jsonl" ? "ndjson" : (found as "csv" | "json" | "ndjson" | undefined)
}

/** What is written before the rows, for each row, between them and after them. */
export interface RowWriter {
  readonly head: (columns: ReadonlyArray<string>) => string
  /** `index` counts from 0 over all. */
  readonly row: (row: string, index: number) => string
  readonly foot: (rows: number) => string
}

/** As RFC 4180 has it, with `\n` at the end of lines; null is nothing, an empty text is `""`. */
const csvCell = (text: string | null): string => {
  if (text === null) return ""
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The formats that need not know all rows beforehand. */
export const rowWriters: Record<Exclude<RowFormat, "table">, RowWriter> = {
  csv: {
    head: (columns) => `${columns.map(csvCell).join(",")}\n`,
    row: (row) =>
      `${cellsOf(row)
        .map(({ value }) => csvCell(cellText(value)))
        .join(",")}\n`,
    foot: () => ""
  },
  ndjson: { head: () => "", row: (row) => `${row}\n`, foot: () => "" },
  json: {
    head: () => "[",
    row: (row, index) => `${index === 0 ? "\n" : ",\n"}${row}`,
    foot: (rows) => (rows === 0 ? "]\n" : "\n]\n")
  }
}

const gap = 2
/** No cell of a table is wider, wherever it is written. */
const widest = 200
/** Columns that would all be narrower than this are shown below each other instead. */
const narrowest = 10

/** Lines for people; `isCut` when some of a cell is left out. */
export interface ShownRows {
  readonly lines: ReadonlyArray<string>
  readonly isCut: boolean
}

/** Rows as a table fitted to so many columns of a terminal, or one value a line where they don't fit. */
export const tableLines = (
  columns: ReadonlyArray<string>,
  rows: ReadonlyArray<string>,
  width: number
): ShownRows => {
  const names = columns.map(plain)
  const values = rows.map((row) => cellsOf(row).map(({ value }) => value))
  const cells = values.map((row) => row.map((value) => plain(cellText(value) ?? "")))
  const natural = names.map((name, n) =>
    cells.reduce((most, row) => Math.max(most, row[n]?.length ?? 0), name.length)
  )
  const room = width - gap * (columns.length - 1)
  if (room < columns.length * narrowest && sum(natural) > room) return records(names, cells, width)
  const widths = fitted(natural, room)
  const isNumeric = names.map(
    (_, n) => values.length > 0 && values.every((row) => /^(-?\d|null$)/.test(row[n] ?? "null"))
  )
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, n) =>
        isNumeric[n] ? cut(cell, widths[n]!).padStart(widths[n]!) : cut(cell, widths[n]!).padEnd(widths[n]!)
      )
      .join(" ".repeat(gap))
      .trimEnd()
  return {
    lines: [line(names), widths.map((each) => "─".repeat(each)).join(" ".repeat(gap)), ...cells.map(line)],
    isCut: natural.some((each, n) => each > widths[n]!)
  }
}

const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((all, each) => all + each, 0)

/** The widest give way first, and share alike what there is. */
const fitted = (natural: ReadonlyArray<number>, room: number): ReadonlyArray<number> => {
  let most = Math.min(widest, Math.max(0, ...natural))
  const taken = () => natural.map((each) => Math.min(each, most))
  while (most > narrowest && sum(taken()) > room) most -= 1
  return taken()
}

const records = (
  names: ReadonlyArray<string>,
  cells: ReadonlyArray<ReadonlyArray<string>>,
  width: number
): ShownRows => {
  const named = Math.max(...names.map((name) => name.length))
  const most = Math.min(widest, width - named - gap)
  const lines = cells.flatMap((row, n) => [
    `── ${n + 1} ${"─".repeat(Math.max(0, Math.min(named + gap, width) - 4 - String(n + 1).length))}`,
    ...row.map((cell, column) => `${names[column]!.padEnd(named + gap)}${cut(cell, most)}`.trimEnd())
  ])
  return { lines, isCut: cells.some((row) => row.some((cell) => cell.length > most)) }
}
