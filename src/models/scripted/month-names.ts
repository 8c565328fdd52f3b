const names: ReadonlyArray<readonly [string, string]> = [
  ["janeiro|january|enero", "jan|ene"],
  ["fevereiro|february|febrero", "fev|feb"],
  ["marco|march|marzo", "mar"],
  ["abril|april", "abr|apr"],
  ["maio|mayo", "mai|may"],
  ["junho|june|junio", "jun"],
  ["julho|july|julio", "jul"],
  ["agosto|august", "ago|aug"],
  ["setembro|september|septiembre|setiembre", "set|sep|sept"],
  ["outubro|october|octubre", "out|oct"],
  ["novembro|november|noviembre", "nov"],
  ["dezembro|december|diciembre", "dez|dec|dic"]
]

const long = names.map(([each]) => each).join("|")
const short = names.map(([, each]) => each).join("|")
const before =
  "(?:em|in|en|mes de|until|ate|hasta|by|para|for|desde|from|since|a partir de|early|mid|late|\\d{1,2}(?:o|º|st|nd|rd|th)?(?: de| of|/|-)?)"

// A short name is also a word of its own ("may", "set", "mar", "dez"): only after a preposition, beside a day or a year.
const monthPattern = new RegExp(
  `\\b(${long})\\b|(?:\\b${before}|^)\\s*(${short})\\b(?=\\s*(?:[,.;!?/-]|'?\\d|(?:de|do|del|of)\\s+(?:20|ano|proximo|next|este)|ou\\b|or\\b|o\\b|$))|\\b(${short})(?=\\.?\\s*(?:\\d|/\\d))`,
  "u"
)
const yearAfter = /^\.?\s*(?:(?:de|do|del|of|em|,)\s*)*(20\d\d)\b|^\.?\s*(?:\/|')\s*(\d\d)(?!\d)/u

const numberOf = (name: string): number =>
  names.findIndex((each) => each.some((words) => words.split("|").includes(name))) + 1

/** The month that a folded text names first: its number, the year beside it, and where its name stands. */
export const findMonth = (
  folded: string
):
  | { readonly month: number; readonly year?: number; readonly start: number; readonly end: number }
  | undefined => {
  const found = monthPattern.exec(folded)
  if (found === null) return undefined
  const name = (found[1] ?? found[2] ?? found[3])!
  const start = found.index + found[0].lastIndexOf(name)
  const end = start + name.length
  const year = yearAfter.exec(folded.slice(end))
  const told = year?.[1] ?? (year?.[2] === undefined ? undefined : `20${year[2]}`)
  return { month: numberOf(name), start, end, ...(told === undefined ? {} : { year: Number(told) }) }
}
