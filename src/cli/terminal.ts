import * as Effect from "effect/Effect"

/** A line for whoever reads the result; waits while the reader is slower than we are. */
export const print = (text: string): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (process.stdout.write(`${text}\n`)) return resume(Effect.void)
    process.stdout.once("drain", () => resume(Effect.void))
  })

/** One JSON value on a line of its own. */
export const printJson = (value: unknown): Effect.Effect<void> => print(JSON.stringify(value))

/** A line beside the result, for a person. */
export const note = (text: string): Effect.Effect<void> =>
  Effect.sync(() => void process.stderr.write(`${text}\n`))

/** Columns of the terminal; no limit when the output goes elsewhere. */
export const width = (): number =>
  process.stdout.isTTY === true ? process.stdout.columns : Number.POSITIVE_INFINITY

/** Whether a person can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** Whether a line that is written over again makes sense. */
export const showsProgress = (): boolean => process.stderr.isTTY === true

/** Text from outside as a terminal may show it: no control characters, so that nobody writes over what was said. */
export const plain = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (each) =>
    each === "\n" || each === "\t" ? " " : `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** At most so many columns, the end cut away. */
export const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`

/** 1234567 as `1,234,567`. */
export const grouped = (count: number): string => count.toLocaleString("en-US")

/** One or more: `1 event`, `2 events`. */
export const counted = (count: number, noun: string): string =>
  `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`

/** Epoch ms as `2026-06-01T13:00:05.123Z`, which `--to` understands too. */
export const timeOf = (ms: number): string => new Date(ms).toISOString()

/** Rows with columns as wide as their widest cell, the last one cut to the terminal. */
export const table = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  columns = width()
): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => (row[n] ?? "").length)))
  return rows.map((row) =>
    cut(
      row
        .map((cell, n) => (n === row.length - 1 ? cell : cell.padEnd(widths[n] ?? 0)))
        .join("  ")
        .trimEnd(),
      columns
    )
  )
}
