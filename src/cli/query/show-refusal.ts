import type { SqlRefused } from "../../queries/sql-refused.ts"
import { failed } from "../cli-failure.ts"
import { plain } from "../terminal.ts"

/** What a line of the question shows at most, around the place. */
const shownMax = 100

/** The sentence, the line of the question that it is about with a mark under the place, and the way out. */
export const refusalLines = ({ message, at, hint }: SqlRefused, sql: string): ReadonlyArray<string> => {
  const way = hint === null ? [] : [hint]
  if (at === null) return [message, ...way]
  const before = sql.slice(0, at)
  const begins = before.lastIndexOf("\n") + 1
  const ends = sql.indexOf("\n", at)
  const line = sql.slice(begins, ends === -1 ? sql.length : ends)
  const place = at - begins
  const from = Math.max(0, place - Math.floor(shownMax / 2))
  const number = `${before.split("\n").length}`
  const head = sql.includes("\n") ? `line ${number}: ` : ""
  return [
    message,
    `${head}${plain(line.slice(from, from + shownMax))}`,
    `${" ".repeat(head.length + plain(line.slice(from, place)).length)}^`,
    ...way
  ]
}

/** The same as a failure of a command. */
export const refusalOf = (error: SqlRefused, sql: string) =>
  failed("SqlRefused", refusalLines(error, sql).join("\n"))
