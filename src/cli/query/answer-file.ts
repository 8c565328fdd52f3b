import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import { type CliFailure, failed } from "../cli-failure.ts"
import { openDraft } from "../export/export-file.ts"
import { counted, statusLine, write } from "../terminal.ts"
import { progressLine } from "../verify/progress-line.ts"

/** Where an answer is written, piece by piece. */
export interface AnswerSink {
  readonly write: (text: string, rows: number) => Effect.Effect<void, CliFailure>
  /** What the planner expects. */
  readonly expects: (rows: number) => void
  readonly end: Effect.Effect<void, CliFailure>
  readonly rows: () => number
  readonly bytes: () => number
}

/** To whoever reads our output, and no faster. */
export const outputSink = (): AnswerSink => {
  let rows = 0
  let bytes = 0
  return {
    write: (text, more) =>
      Effect.suspend(() => {
        rows += more
        bytes += Buffer.byteLength(text)
        return write(text)
      }),
    expects: () => {},
    end: Effect.void,
    rows: () => rows,
    bytes: () => bytes
  }
}

/** To a new file, which has its name once it is whole; tells on a terminal how far it is. Gone when the scope ends before. */
export const fileSink = Effect.fnUntraced(function* (out: string) {
  if (existsSync(out)) return yield* failed("FileExists", `${out} is there already`)
  const draft = yield* Effect.acquireRelease(
    Effect.sync(() => openDraft(out)),
    ({ remove }) => remove
  )
  const line = yield* Effect.acquireRelease(rowProgress, ({ clear }) => Effect.sync(clear))
  let rows = 0
  let bytes = 0
  return {
    write: (text, more) => {
      const piece = Buffer.from(text)
      rows += more
      bytes += piece.length
      line.tell(rows, bytes)
      return draft.write(piece)
    },
    expects: line.expects,
    end: draft.end,
    rows: () => rows,
    bytes: () => bytes
  } satisfies AnswerSink
})

/** One line on a terminal, written over and over. */
const rowProgress = Effect.map(statusLine(), (line) => {
  const began = performance.now()
  let expected = 0
  return {
    expects: (rows: number) => {
      expected = rows
    },
    tell: (rows: number, bytes: number) =>
      line.tell(() => {
        const seconds = (performance.now() - began) / 1000
        return expected === 0
          ? `${counted(rows, "row")}, ${sizeOf(bytes)}, ${Math.round(rows / seconds).toLocaleString("en-US")}/s`
          : `${progressLine({ done: rows, total: Math.max(rows, expected) }, seconds, "rows, about")}, ${sizeOf(bytes)}`
      }),
    clear: line.clear
  }
})

/** `812 bytes`, `3.4 MB`. */
export const sizeOf = (bytes: number): string => {
  if (bytes < 1000) return counted(bytes, "byte")
  const units = ["kB", "MB", "GB", "TB"]
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`
}
