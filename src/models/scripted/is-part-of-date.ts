import type { FoundNumber } from "./number-words.ts"

const month =
  "(?:jan|fev|feb|mar|abr|apr|mai|may|jun|jul|ago|aug|set|sep|out(?! of)|oct|nov|dez|dec|dic|ene|fevereiro|janeiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|january|february|march|april|june|july|august|september|october|november|december|enero|febrero|marzo|mayo|junio|julio|septiembre|octubre|noviembre|diciembre)"
const monthAfter = new RegExp(`^(?:o|º|st|nd|rd|th)?\\s*(?:de |of |[/-])?\\s*${month}\\b`, "u")
const monthBefore = new RegExp(`\\b${month},?\\s+(?:de |del |of |the )?$`, "u")
const dayBefore = /\b(?:dia|day)\s+$/u
// A hyphen between two numbers is a range ("10-15k"), among three a date.
const slashBefore = /(?<!\d)\d{1,2}\/$|\d-\d+-$|\d{4}-$/u
const slashAfter = /^(?:\/\d{1,4}(?!\d)(?!\s*(?:k|mil|thousand)\b)|-\d+-\d)/u
const durationAfter =
  /^\s*(?:(?:uteis|habiles|business|working)\s+)?(?:h|am|pm|horas?|hours?|minutos?|minutes?|dias?|days?|semanas?|weeks?|mes|meses|months?|anos?|years?)\b/u
const yearBefore = /\b(?:em|in|en|desde|since)\s+$/u
const yearOf = /\b(?:de|of|del|from)\s+$/u
const goesOn = /^\s*(?:-|a\b|e\b|ate|to\b|and|y\b|ou\b|or\b|reais|por|mil|k\b|\/)/u

const isYear = (before: string, after: string, number: FoundNumber): boolean =>
  number.digits &&
  number.value >= 1950 &&
  number.value < 2100 &&
  number.end - number.start === 4 &&
  (yearBefore.test(before) || (yearOf.test(before) && number.value > 2000 && !goesOn.test(after)))

/** Whether a number of the text is of a date, a time or a duration, and so no money and no count. */
export const isPartOfDate = (folded: string, number: FoundNumber): boolean => {
  const before = folded.slice(Math.max(0, number.start - 30), number.start)
  const after = folded.slice(number.end, number.end + 30)
  return (
    (number.scale === 1 && (slashBefore.test(before) || slashAfter.test(after))) ||
    monthAfter.test(after) ||
    monthBefore.test(before) ||
    dayBefore.test(before) ||
    durationAfter.test(after) ||
    isYear(before, after, number)
  )
}
