import * as Effect from "effect/Effect"
import type { Moment } from "../../../projections/engine/moment.ts"
import type { SqlQuestion } from "../../queries/ask-sql.ts"
import { Queries } from "../../queries/queries.ts"
import { readLimits } from "../../queries/read-limits.ts"
import { counted, grouped, note, print, printJson, width } from "../terminal.ts"
import { tellProgress } from "../verify/progress-line.ts"
import { fileSink, outputSink, sizeOf } from "./answer-file.ts"
import { type RowFormat, rowWriters, tableLines } from "./row-formats.ts"
import { refusalOf } from "./show-refusal.ts"

/** A question, as of when, and how its answer is shown. */
export interface AnswerAsked extends Omit<SqlQuestion, "rowsMax" | "estimates"> {
  readonly asOf: Moment | null
  /** Whether a server keeps its read models up to date. */
  readonly kept: boolean
  readonly format: RowFormat
  /** A new file; undefined for our output. */
  readonly out: string | undefined
  readonly json: boolean
}

/** Asks, and shows the answer: as a table for people, or row by row as it comes. */
export const showAnswer = Effect.fnUntraced(function* (asked: AnswerAsked) {
  if (!asked.json && asked.asOf === null) yield* noteLag(asked)
  const { format } = asked
  const work = format === "table" ? showTable(asked) : showRows(asked, format)
  yield* Effect.catchTag(Effect.scoped(work), "SqlRefused", (error) => refusalOf(error, asked.sql))
})

/** A read model is behind for a moment after every event; from this age on it is told. */
const lagToldMs = 2000

/** Where nobody keeps the read models, they stay behind until somebody does. */
const noteLag = Effect.fnUntraced(function* ({ company, kept }: AnswerAsked) {
  const queries = yield* Queries
  const behind = (yield* queries.lags(company)).filter(
    ({ state, lagMs }) => state === "live" && lagMs > lagToldMs
  )
  const events = Math.max(0, ...behind.map(({ total, read }) => total - read))
  if (events > 0) {
    const why = kept
      ? "the server reads on"
      : "no server keeps them; `centurion start` brings them up, and so does `centurion projections rebuild`"
    yield* note(`the read models of ${company} are ${counted(events, "event")} behind: ${why}`)
  }
})

/** Building a past moment takes as long as reading all its history. */
export const pastProgress = (json: boolean) => {
  const telling = tellProgress("events for that moment", !json)
  return Effect.map(telling, (tell) => (done: number, total: number) => tell({ done, total }))
}

const showTable = Effect.fnUntraced(function* (asked: AnswerAsked) {
  const queries = yield* Queries
  const began = performance.now()
  const most = readLimits.tableRows
  const rows: Array<string> = []
  let columns: ReadonlyArray<string> = []
  yield* queries.ask(
    // One more tells that there are more.
    { ...asked, rowsMax: most + 1, estimates: false },
    asked.asOf,
    {
      columns: (names) =>
        Effect.sync(() => {
          columns = names
        }),
      expects: () => Effect.void,
      rows: (more) => Effect.sync(() => void rows.push(...more))
    },
    yield* pastProgress(asked.json)
  )
  const { lines, isCut } = tableLines(columns, rows.slice(0, most), yield* width)
  if (columns.length > 0) yield* print(lines.join("\n"))
  const took = `${grouped(Math.round(performance.now() - began))} ms`
  yield* note(
    rows.length > most
      ? `(the first ${grouped(most)} rows, ${took}; there are more: --format csv or --out shows all)`
      : `(${counted(rows.length, "row")}, ${took})`
  )
  if (isCut) yield* note("(cells are cut to the terminal; --format csv or ndjson shows them whole)")
})

const showRows = Effect.fnUntraced(function* (asked: AnswerAsked, format: Exclude<RowFormat, "table">) {
  const queries = yield* Queries
  const began = performance.now()
  const { out } = asked
  const sink = out === undefined ? outputSink() : yield* fileSink(out)
  const writer = rowWriters[format]
  // What can't be written ends the question.
  const write = (text: string, rows: number) => Effect.orDie(sink.write(text, rows))
  yield* queries.ask(
    { ...asked, rowsMax: null, estimates: out !== undefined },
    asked.asOf,
    {
      columns: (names) => write(writer.head(names), 0),
      expects: (rows) => Effect.sync(() => sink.expects(rows)),
      rows: (rows) => {
        const first = sink.rows()
        return write(rows.map((row, n) => writer.row(row, first + n)).join(""), rows.length)
      }
    },
    yield* pastProgress(asked.json)
  )
  yield* write(writer.foot(sink.rows()), 0)
  yield* sink.end
  if (out === undefined) return
  const seconds = (performance.now() - began) / 1000
  const written = { file: out, rows: sink.rows(), bytes: sink.bytes(), seconds: Number(seconds.toFixed(3)) }
  yield* asked.json
    ? printJson(written)
    : print(`${out}: ${counted(written.rows, "row")}, ${sizeOf(written.bytes)}, ${seconds.toFixed(1)} s`)
})
