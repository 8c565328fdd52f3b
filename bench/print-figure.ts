import { type Figure, meetsTargets, type Target } from "./figure.ts"

const columns = [
  ["case", 20],
  ["value", 20],
  ["floor", 10],
  ["ratio", 9],
  ["p50", 11],
  ["p99", 11]
] as const

const grouped = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 })
const number = (value: number | undefined, after = "") =>
  value === undefined ? "" : `${grouped.format(value)}${after}`

const units = { value: "", ratio: "x", p50Ms: " ms", p99Ms: " ms" } as const
const names = { value: "", ratio: "", p50Ms: "p50 ", p99Ms: "p99 " } as const
const signs = { ">=": "≥", "<=": "≤" } as const
const targetText = ({ of, is, than }: Target) => `${names[of]}${signs[is]} ${number(than, units[of])}`

const line = (cells: ReadonlyArray<string>) =>
  columns.map(([, width], n) => (n === 0 ? cells[n]!.padEnd(width) : cells[n]!.padStart(width))).join("")

/** The heading of one bench's table. */
export const headingText = (name: string, about: string): string =>
  `\n${name}: ${about}\n${line(columns.map(([column]) => column))}  target`

/** A row of the table; a target stands beside what it is a target for, with whether it is reached. */
export const figureText = (figure: Figure): string => {
  const cells = [
    figure.case,
    `${number(figure.value)} ${figure.unit}`,
    number(figure.floor),
    number(figure.ratio, "x"),
    number(figure.p50Ms, " ms"),
    number(figure.p99Ms, " ms")
  ]
  const met = meetsTargets(figure)
  const verdict = met === undefined ? "" : met ? "ok" : "missed"
  const targets = (figure.targets ?? []).map(targetText).join(", ")
  return `${line(cells)}  ${verdict.padEnd(verdict === "" ? 0 : 7)}${targets}`.trimEnd()
}

/** A line for machines. */
export const figureJson = (figure: Figure): string => {
  const { targets, ...measured } = figure
  const met = meetsTargets(figure)
  return JSON.stringify(targets === undefined ? measured : { ...measured, targets, ok: met })
}
