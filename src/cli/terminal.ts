import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** What a command has around it: the process, or what a test gives it. Node's own streams, for `readline` takes no others. */
export interface Io {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** The exit code if it is interrupted: a command for which Ctrl-C is the ordinary end says so here. */
  exitCode?: number | string | null | undefined
}

/** The one at hand. */
export const Io = Context.Reference<Io>("centurion/cli/Io", { defaultValue: () => process })

/** Text for whoever reads the result; waits while the reader is slower than we are. */
export const write = (text: string): Effect.Effect<void> =>
  Effect.flatMap(Io, ({ stdout }) =>
    Effect.callback<void>((resume) => {
      if (text === "" || stdout.write(text)) return resume(Effect.void)
      const go = () => resume(Effect.void)
      stdout.once("drain", go)
      return Effect.sync(() => stdout.off("drain", go))
    })
  )

/** A line of it. */
export const print = (text: string): Effect.Effect<void> => write(`${text}\n`)

/** One JSON value on a line of its own. */
export const printJson = (value: unknown): Effect.Effect<void> => print(JSON.stringify(value))

/** A line beside the result, for a person. */
export const note = (text: string): Effect.Effect<void> =>
  Effect.map(Io, ({ stderr }) => void stderr.write(`${text}\n`))

/** Columns of the terminal; no limit when the output goes elsewhere. */
export const width: Effect.Effect<number> = Effect.map(Io, ({ stdout }) =>
  stdout.isTTY === true ? stdout.columns : Number.POSITIVE_INFINITY
)

/** Whether a person can be asked. */
export const canAsk: Effect.Effect<boolean> = Effect.map(
  Io,
  ({ stdin, stderr }) => stdin.isTTY === true && stderr.isTTY === true
)

/** Says that Ctrl-C is how a command ends, and with which exit code. */
export const endsByCtrlC = (code: number): Effect.Effect<void> =>
  Effect.map(Io, (io) => {
    io.exitCode = code
  })

/** A line beside the result that is written over and over. */
export interface StatusLine {
  readonly isSeen: boolean
  /** Not more often than one can read. */
  readonly tell: (words: () => string) => void
  readonly clear: () => void
}

const tellEveryMs = 200

/** One on a terminal; elsewhere, or where it is not wanted, it shows nothing. */
export const statusLine = (isWanted = true): Effect.Effect<StatusLine> =>
  Effect.map(Io, ({ stderr }) => {
    const isSeen = isWanted && stderr.isTTY === true
    let last = performance.now()
    let isShown = false
    return {
      isSeen,
      tell: (words) => {
        const now = performance.now()
        if (!isSeen || now - last < tellEveryMs) return
        last = now
        isShown = true
        stderr.write(`\r\u001b[2K${words()}`)
      },
      clear: () => {
        if (isShown) stderr.write("\r\u001b[2K")
        isShown = false
      }
    }
  })

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

/** Rows with columns as wide as their widest cell, the last one cut so that it fits. */
export const table = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  columns = Number.POSITIVE_INFINITY
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

/** Prints them. */
export const printTable = (rows: ReadonlyArray<ReadonlyArray<string>>): Effect.Effect<void> =>
  Effect.flatMap(width, (columns) => print(table(rows, columns).join("\n")))
