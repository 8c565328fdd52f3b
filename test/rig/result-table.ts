import { table } from "../../src/cli/terminal.ts"
import type { Played } from "./scenario.ts"

/** How one proof ended. */
export interface Result {
  readonly promise: string
  readonly about: string
  readonly seconds: number
  /** Undefined when it broke. */
  readonly played: Played | undefined
  readonly broke: string | undefined
}

/** Every figure is as wanted. */
export const isOk = ({ played }: Result): boolean => played?.figures.every(({ ok }) => ok) ?? false

/** The table of all results: promise, what was done, figure, wanted, seen, ok. */
export const resultTable = (results: ReadonlyArray<Result>): ReadonlyArray<string> => {
  const rows = results.flatMap(({ promise, about, seconds, played, broke }) => [
    [promise, about, "", "", ""],
    ["", `${played?.did ?? "broke off"} (${seconds.toFixed(0)} s)`, "", "", ""],
    ...(played?.figures ?? []).map(({ what, wanted, seen, ok }) => [
      "",
      `  ${what}`,
      wanted,
      seen,
      ok ? "ok" : "WRONG"
    ]),
    ...(broke === undefined ? [] : [["", `  ${broke}`, "", "", "WRONG"]])
  ])
  const heads = new Set(
    rows.filter(([promise, , wanted]) => promise !== "" || wanted === "").map((row) => row[1]!)
  )
  // What stands alone in its line must not widen the columns of the figures.
  const figures = table(
    [["", "  figure", "wanted", "seen", ""], ...rows.filter((row) => !heads.has(row[1]!))],
    Number.POSITIVE_INFINITY
  )
  const lines = [figures[0]!]
  let next = 1
  for (const row of rows) {
    if (heads.has(row[1]!)) lines.push(`${row[0]!.padEnd(2)}  ${row[1]}${row[4] === "" ? "" : `  ${row[4]}`}`)
    else lines.push(figures[next++]!)
  }
  return lines
}
