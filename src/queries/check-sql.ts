import * as Result from "effect/Result"
import { readLimits } from "./read-limits.ts"
import { refused, type SqlRefused } from "./sql-refused.ts"
import { type SqlPiece, sqlPieces } from "./sql-words.ts"

/** A question that may be asked: one statement, without the `;` behind it. */
export interface CheckedSql {
  readonly sql: string
  readonly explains: boolean
}

/** What a statement that reads begins with. */
const beginnings = ["select", "with", "values", "table", "explain"]

/**
 * Functions that undo what keeps a question within its company and from writing, run SQL from a text, or reach into
 * the server. A transaction that is read-only lets all of these through.
 */
const farReaching = [
  /^set_config$/,
  /^(query|table|schema|database|cursor)_to_xml/,
  /^ts_(stat|rewrite)$/,
  /^dblink/,
  /^crosstab|^connectby$/,
  /^lo_/,
  /^pg_(read|ls|stat)_(binary_)?(file|dir|logdir|waldir|archive_statusdir|tmpdir)/,
  /^pg_(terminate|cancel)_backend$/,
  /^pg_(try_)?advisory_/,
  /^pg_(notify|sleep\w*|reload_conf|rotate_logfile|promote|switch_wal|log_backend_memory_contexts)$/,
  /^pg_(create|drop|copy|advance|logical|replication|wal_replay|backup|export_snapshot)/
]

/** The statement, or why it is not asked. `schemas` are those that a question may not name. */
export const checkSql = (
  text: string,
  schemas: ReadonlySet<string>
): Result.Result<CheckedSql, SqlRefused> => {
  if (text.length > readLimits.sqlMaxChars)
    return Result.fail(
      refused(`the question has ${text.length} characters, ${readLimits.sqlMaxChars} are the most`)
    )
  const pieces = sqlPieces(text)
  const first = pieces.find(({ text: each }) => each !== "(")
  if (first === undefined || first.text === ";")
    return Result.fail(refused("there is no question: nothing was given"))
  const wrong = unreadable(pieces) ?? notReading(first) ?? farOf(pieces, schemas) ?? unbalanced(pieces)
  return wrong === undefined ? oneStatement(text, pieces) : Result.fail(wrong)
}

const unreadable = (pieces: ReadonlyArray<SqlPiece>) => {
  const last = pieces.at(-1)
  if (last?.kind === "open") return refused(`what begins here with ${last.text} never ends`, last.at)
  return last?.kind === "escaped"
    ? refused("names are written as they are, not with escapes", last.at)
    : undefined
}

/** The question is asked within brackets of ours, which it must not close. */
const unbalanced = (pieces: ReadonlyArray<SqlPiece>) => {
  const open: Array<number> = []
  for (const { kind, text, at } of pieces) {
    if (kind !== "symbol") continue
    if (text === "(") open.push(at)
    if (text === ")" && open.pop() === undefined) return refused("this bracket closes none", at)
  }
  const last = open.at(-1)
  return last === undefined ? undefined : refused("this bracket is never closed", last)
}

const notReading = (first: SqlPiece) =>
  first.kind === "name" && beginnings.includes(first.text)
    ? undefined
    : refused(
        `a question begins with ${beginnings.join(", ")}, not with ${first.text}`,
        first.at,
        "read models change by events alone: nothing is written here"
      )

const farOf = (pieces: ReadonlyArray<SqlPiece>, schemas: ReadonlySet<string>) => {
  for (const [n, piece] of pieces.entries()) {
    if (piece.kind !== "name") continue
    if (pieces[n + 1]?.text === "." && schemas.has(piece.text)) {
      return refused(
        `the schema ${piece.text} is not to be had here: a question sees the tables and views of one company`,
        piece.at,
        "tables are named without a schema; `select * from pg_class` and the like are allowed"
      )
    }
    if (farReaching.some((name) => name.test(piece.text)) && pieces[n + 1]?.text === "(")
      return refused(`${piece.text} is not to be called here: it reaches beyond reading`, piece.at)
  }
  return undefined
}

const oneStatement = (
  text: string,
  pieces: ReadonlyArray<SqlPiece>
): Result.Result<CheckedSql, SqlRefused> => {
  const end = pieces.findIndex(({ kind, text: each }) => kind === "symbol" && each === ";")
  const more = end === -1 ? undefined : pieces.slice(end).find(({ text: each }) => each !== ";")
  if (more !== undefined) return Result.fail(refused("one question at a time: here begins another", more.at))
  return Result.succeed({
    sql: end === -1 ? text : text.slice(0, pieces[end]!.at),
    explains: pieces.find(({ text: each }) => each !== "(")!.text === "explain"
  })
}
