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

const after = "(?:em|in|en|de|until|ate|hasta|by|para|for|desde|from|since|a partir de)"
const year = "(?:\\s*(?:de|del|of|,|/)?\\s*(20\\d\\d))?"

// A short name is also a word of its own ("may", "set", "mar", "dez"): only after a preposition or beside a day.
const patterns = names.map(([long, short], index) => ({
  month: index + 1,
  dayFirst: new RegExp(
    `(?<![\\d/.,])(\\d{1,2})(?:o|º|st|nd|rd|th)?\\s*(?:de |of |/|-)?\\s*(?:${long}|${short})\\b${year}`,
    "u"
  ),
  dayAfter: new RegExp(
    `\\b(?:${long}|${short})\\s+(?:the )?(\\d{1,2})(?!\\d)(?:st|nd|rd|th)?\\b${year}`,
    "u"
  ),
  alone: new RegExp(
    `\\b(?:${long})\\b${year}|(?:\\b${after}|^)\\s*(?:${short})\\b(?=\\s*(?:[,.;!/]|20\\d\\d|$))${year}`,
    "u"
  )
}))

/** The month that a folded text names, with the day and the year if they stand beside it. */
export const findMonthDay = (
  folded: string
): { readonly month: number; readonly day?: number; readonly year?: number } | undefined => {
  for (const { month, dayFirst, dayAfter, alone } of patterns) {
    const withDay = dayFirst.exec(folded) ?? dayAfter.exec(folded)
    if (withDay)
      return {
        month,
        day: Number(withDay[1]),
        ...(withDay[2] === undefined ? {} : { year: Number(withDay[2]) })
      }
    const found = alone.exec(folded)
    if (found) {
      const named = found[1] ?? found[2]
      return { month, ...(named === undefined ? {} : { year: Number(named) }) }
    }
  }
  return undefined
}
