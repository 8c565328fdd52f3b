import type { Language } from "../../../machines/conversation/events.ts"
import {
  addMonths,
  type CalendarDay,
  dayOf,
  firstOfMonth,
  formatDay,
  parseDay,
  partsOf
} from "./calendar-day.ts"
import { findMonthDay } from "./month-names.ts"
import { findNumbers } from "./number-words.ts"

/** Further ahead than this is a slip of the pen. */
const yearsAheadMax = 20

type Reader = (folded: string, today: CalendarDay, language: Language) => CalendarDay | undefined

const asap =
  /\b(?:hoje|today|hoy|agora|now|ahora|imediatamente|immediately|inmediatamente|de imediato|de inmediato|o quanto antes|o mais rapido possivel|quanto antes|cuanto antes|lo antes posible|as soon as possible|asap|right away|straight away|esta semana|this week|este mes|this month|ja ja|ya mismo|pra ontem)\b|^(?:ja|ya)\b/u

const fixed: ReadonlyArray<readonly [RegExp, (today: CalendarDay) => CalendarDay]> = [
  [/\b(?:depois de amanha|day after tomorrow|pasado manana)\b/u, (today) => today + 2],
  [/\b(?:amanha|tomorrow)\b|(?<!\b(?:la|por la|de la) )\bmanana\b/u, (today) => today + 1],
  [
    /\b(?:semana que vem|proxima semana|next week|semana que viene|semana proxima)\b/u,
    (today) => today + ((8 - partsOf(today).weekday) % 7 || 7)
  ],
  [
    /\b(?:mes que vem|proximo mes|next month|mes que viene|mes proximo)\b/u,
    (today) => firstOfMonth(partsOf(today).year, partsOf(today).month + 1)
  ],
  [
    /\b(?:ano que vem|proximo ano|next year|ano que viene)\b/u,
    (today) => firstOfMonth(partsOf(today).year + 1, 1)
  ],
  [
    /\b(?:(?:fim|final) d[oe] mes|end of (?:the|this) month|(?:fin|final|fines) de(?:l)? mes)\b/u,
    (today) => firstOfMonth(partsOf(today).year, partsOf(today).month + 1) - 1
  ],
  [
    /\b(?:(?:fim|final) d[oe] ano|end of (?:the|this) year|(?:fin|final|fines) de(?:l)? ano)\b/u,
    (today) => firstOfMonth(partsOf(today).year + 1, 1) - 1
  ],
  [
    /\b(?:proximo trimestre|next quarter|trimestre que vem|trimestre que viene)\b/u,
    (today) => firstOfMonth(partsOf(today).year, Math.floor((partsOf(today).month - 1) / 3) * 3 + 4)
  ],
  [asap, (today) => today]
]

const byFixedWords: Reader = (folded, today) => fixed.find(([pattern]) => pattern.test(folded))?.[1](today)

/** A two-digit year is of this century. */
const fullYear = (text: string) => (text.length === 2 ? 2000 + Number(text) : Number(text))

/** Without a year: this year's, or next year's if that is over. */
const nextTime = (today: CalendarDay, month: number, day: number): CalendarDay | undefined => {
  const { year } = partsOf(today)
  const here = dayOf(year, month, day)
  return here !== undefined && here >= today ? here : dayOf(year + 1, month, day)
}

const byDigits: Reader = (folded, today, language) => {
  const iso = /(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/u.exec(folded)
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const written = /(?<![\d/.,])(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?(?![\d/])/u.exec(folded)
  if (!written) return undefined
  const [first, second] = [Number(written[1]), Number(written[2])]
  // 03/15 can only be March; 03/04 is March 4 in English and the 3rd of April elsewhere.
  const monthFirst = second > 12 || (language === "en" && first <= 12)
  const [month, day] = monthFirst ? [first, second] : [second, first]
  return written[3] === undefined ? nextTime(today, month, day) : dayOf(fullYear(written[3]), month, day)
}

const byMonthName: Reader = (folded, today) => {
  const found = findMonthDay(folded)
  if (found === undefined) return undefined
  const { month, day, year } = found
  if (day !== undefined) return year === undefined ? nextTime(today, month, day) : dayOf(year, month, day)
  if (year !== undefined) return firstOfMonth(year, month)
  const now = partsOf(today)
  if (now.month === month) return today
  return firstOfMonth(now.month < month ? now.year : now.year + 1, month)
}

const unitAfter =
  /^\s*(?:(?:uteis|habiles|business|working)\s+)?(dia|day|semana|week|mes|month|ano|year)(?:s|es)?\b/u
const half: ReadonlyArray<readonly [RegExp, number]> = [[/\b(?:quinzena|quincena|fortnight)\b/u, 14]]

/** "em duas semanas", "in a month", "daqui a 15 dias"; of a range the first. */
const byDuration: Reader = (folded, today) => {
  const text = folded.replaceAll(/\ban?\b(?= (?:day|week|month|year))/gu, "one")
  for (const number of findNumbers(text)) {
    const range = /^\s*(?:a|ou|o|or|to|-)\s*\S+/u.exec(text.slice(number.end))
    const unit =
      unitAfter.exec(text.slice(number.end)) ??
      (range ? unitAfter.exec(text.slice(number.end + range[0].length)) : null)
    if (unit === null || !Number.isInteger(number.value) || number.value > 366 * yearsAheadMax) continue
    if (unit[1] === "dia" || unit[1] === "day") return today + number.value
    if (unit[1] === "semana" || unit[1] === "week") return today + 7 * number.value
    return addMonths(today, number.value * (unit[1] === "mes" || unit[1] === "month" ? 1 : 12))
  }
  const word = half.find(([pattern]) => pattern.test(folded))
  return word === undefined ? undefined : today + word[1]
}

const weekdays: ReadonlyArray<RegExp> = [
  /\b(?:domingo|sunday)\b/u,
  /\b(?:segunda|segunda-feira|monday|lunes)\b/u,
  /\b(?:terca|terca-feira|tuesday|martes)\b/u,
  /\b(?:quarta|quarta-feira|wednesday|miercoles)\b/u,
  /\b(?:quinta|quinta-feira|thursday|jueves)\b/u,
  /\b(?:sexta|sexta-feira|friday|viernes)\b/u,
  /\b(?:sabado|saturday)\b/u
]

const byWeekday: Reader = (folded, today) => {
  const wanted = weekdays.findIndex((pattern) => pattern.test(folded))
  return wanted < 0 ? undefined : today + ((wanted - partsOf(today).weekday + 7) % 7 || 7)
}

const ordinals: ReadonlyArray<RegExp> = [
  /\b(?:q1|primeiro trimestre|1o trimestre|first quarter|primer trimestre)\b/u,
  /\b(?:q2|segundo trimestre|2o trimestre|second quarter)\b/u,
  /\b(?:q3|terceiro trimestre|3o trimestre|third quarter|tercer trimestre)\b/u,
  /\b(?:q4|quarto trimestre|4o trimestre|fourth quarter|cuarto trimestre)\b/u
]

const byQuarter: Reader = (folded, today) => {
  const quarter = ordinals.findIndex((pattern) => pattern.test(folded))
  if (quarter < 0) return undefined
  const year = /\b(20\d\d)\b/u.exec(folded)?.[1]
  const start = (of: number) => firstOfMonth(of, quarter * 3 + 1)
  if (year !== undefined) return start(Number(year))
  const now = partsOf(today)
  if (Math.floor((now.month - 1) / 3) === quarter) return today
  return start(now.year) > today ? start(now.year) : start(now.year + 1)
}

/** "dia 15", "the 15th": the next one. */
const byDayOfMonth: Reader = (folded, today) => {
  const day = Number(/\b(?:dia|el|the)\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d/.,])/u.exec(folded)?.[1])
  if (Number.isNaN(day)) return undefined
  const { year, month } = partsOf(today)
  const here = dayOf(year, month, day)
  if (here !== undefined && here >= today) return here
  const { year: nextYear, month: nextMonth } = partsOf(firstOfMonth(year, month + 1))
  return dayOf(nextYear, nextMonth, day)
}

const byYear: Reader = (folded, today) => {
  const year = Number(/\b(?:em|in|en|de|para|for)\s+(20\d\d)\b/u.exec(folded)?.[1])
  if (Number.isNaN(year) || year < partsOf(today).year) return undefined
  return year === partsOf(today).year ? today : firstOfMonth(year, 1)
}

// The surest first: "15 de março" is no "março", and "em 2 semanas" no "hoje".
const readers = [byDigits, byQuarter, byMonthName, byDuration, byFixedWords, byWeekday, byYear, byDayOfMonth]

/**
 * The day that the lead names, as `2027-01-10`, counted from `today` (`2026-11-20`): "semana que vem" is its Monday,
 * "em janeiro" the 1st, "o quanto antes" today.
 */
export const understandDate = (folded: string, today: string, language: Language): string | undefined => {
  const from = parseDay(today)
  if (from === undefined) return undefined
  for (const reader of readers) {
    const day = reader(folded, from, language)
    if (day !== undefined && Math.abs(day - from) <= 366 * yearsAheadMax) return formatDay(day)
  }
  return undefined
}
