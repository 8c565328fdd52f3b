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
import { findMonth } from "./month-names.ts"
import { type FoundNumber, findNumbers } from "./number-words.ts"
import { readCorrected } from "./words/corrections.ts"
import {
  datesOnly,
  dayOfMonthIn,
  monthsAheadIn,
  partIn,
  stretchIn,
  weekdayIn,
  weeksAheadIn,
  yearIn
} from "./words/date-words.ts"
import { withoutCodes } from "./words/without-codes.ts"

/** Further ahead than this is a slip of the pen. */
const yearsAheadMax = 20

/** A day, `doubt` when two parts of the date don't go together, undefined when the text says nothing of the kind. */
type Found = CalendarDay | "doubt" | undefined
type Reader = (text: string, today: CalendarDay, language: Language) => Found

/** A two-digit year is of this century. */
const fullYear = (text: string) => (text.length === 2 ? 2000 + Number(text) : Number(text))

/** Without a year: this year's, or next year's if that is over. */
const nextTime = (today: CalendarDay, month: number, day: number): CalendarDay | undefined => {
  const { year } = partsOf(today)
  const here = dayOf(year, month, day)
  return here !== undefined && here >= today ? here : dayOf(year + 1, month, day)
}

const written = /(?<![\d/.,])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d/])(?!\2\d)/u
/** "10/12 pessoas" and "2-3 semanas" are no dates. */
const counts =
  /^\s*(?:%|k\b|mil\b|pessoa|people|person|persona|usuari|user|funcionari|vendedor|colaborador|emplead|employee|loja|cliente|pedido|reais|ano|dia|day|semana|week|mes|month|hora|h\b)/u

const byDigits: Reader = (text, today, language) => {
  const iso = /(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/u.exec(text)
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3])) ?? "doubt"
  const monthOf = /(?<![\d/.,-])(\d{1,2})[/-](20\d\d)(?!\d)/u.exec(text)
  if (monthOf && Number(monthOf[1]) <= 12) return firstOfMonth(Number(monthOf[2]), Number(monthOf[1]))
  const found = written.exec(text)
  if (!found || counts.test(text.slice(found.index + found[0].length))) return undefined
  // "1.5" and "20.01" may be sums; "20.01.2027" is a date.
  if (found[2] === "." && found[4] === undefined) return undefined
  const [first, second] = [Number(found[1]), Number(found[3])]
  // 03/15 can only be March; 03/04 is March 4 in English and the 3rd of April elsewhere.
  const monthFirst = second > 12 || (language === "en" && first <= 12)
  const [month, day] = monthFirst ? [first, second] : [second, first]
  const at = found[4] === undefined ? nextTime(today, month, day) : dayOf(fullYear(found[4]), month, day)
  return agreed(at, text)
}

/** A weekday beside a date must be that date's. */
const agreed = (day: CalendarDay | undefined, text: string): Found => {
  const weekday = weekdayIn(text)
  if (day === undefined || (weekday !== undefined && partsOf(day).weekday !== weekday)) return "doubt"
  return day
}

const halfYear = /\b(primeiro|segundo|1o|2o|first|second|primer|1er) (?:semestre|half)\b/u
const quarters: ReadonlyArray<RegExp> = [
  /\b(?:q1|1o trimestre|primeiro trimestre|first quarter|primer trimestre)\b/u,
  /\b(?:q2|segundo trimestre|2o trimestre|second quarter)\b/u,
  /\b(?:q3|terceiro trimestre|3o trimestre|third quarter|tercer trimestre)\b/u,
  /\b(?:q4|quarto trimestre|4o trimestre|fourth quarter|cuarto trimestre)\b/u
]
const nextStretch =
  /\b(?:proximo|next|el proximo) (trimestre|quarter|semestre)\b|\b(trimestre|semestre) que vi?en?[em]?\b/u

/** Quarters and halves of a year; one that is under way begins today. */
const byStretchOfYear: Reader = (text, today) => {
  const now = partsOf(today)
  const next = nextStretch.exec(text)
  if (next) {
    const months = (next[1] ?? next[2]) === "semestre" ? 6 : 3
    return firstOfMonth(now.year, (Math.floor((now.month - 1) / months) + 1) * months + 1)
  }
  const half = halfYear.exec(text)?.[1]
  const quarter = quarters.findIndex((pattern) => pattern.test(text))
  if (half === undefined && quarter < 0) return undefined
  const months = half === undefined ? 3 : 6
  const place = half === undefined ? quarter : /^[p1f]/u.test(half) ? 0 : 1
  const start = (year: number) => firstOfMonth(year, place * months + 1)
  const year = yearIn(text, now.year)
  if (year !== undefined) return year === now.year ? Math.max(start(year), today) : start(year)
  if (Math.floor((now.month - 1) / months) === place) return today
  return start(now.year) > today ? start(now.year) : start(now.year + 1)
}

/** The month that is told, by its name or from now, with its year. */
const monthIn = (text: string, today: CalendarDay) => {
  const now = partsOf(today)
  const named = findMonth(text)
  const ahead = monthsAheadIn(text)
  if (named === undefined && ahead === undefined) return undefined
  if (named === undefined) {
    const { year, month } = partsOf(firstOfMonth(now.year, now.month + ahead!))
    return { year, month, hasYear: true }
  }
  const year = named.year ?? yearIn(text, now.year)
  const next = named.month < now.month ? now.year + 1 : now.year
  return { year: year ?? next, month: named.month, hasYear: year !== undefined }
}

const onlyAfter = /\b(?:depois d[eo]|apos|after|despues de)\s+(?:o mes de\s+)?\p{L}+[\s.,!]*(?:de 20\d\d)?$/u

const byMonth: Reader = (text, today) => {
  const told = monthIn(text, today)
  if (told === undefined) return undefined
  const { year, month, hasYear } = told
  const day = dayOfMonthIn(text)
  if (day !== undefined) return agreed(hasYear ? dayOf(year, month, day) : nextTime(today, month, day), text)
  const first = firstOfMonth(year, month)
  const last = firstOfMonth(year, month + 1) - 1
  const stretch = stretchIn(text)
  const part = partIn(text)
  const at =
    stretch !== undefined
      ? first + stretch - 1
      : part === "middle"
        ? first + 14
        : part === "late"
          ? last
          : onlyAfter.test(text)
            ? last + 1
            : first
  return at < today && last >= today ? today : at
}

const ofYear = /\b(?:ano|year)\b|20\d\d/u
const isSpan = /\b(?:daqui a|em|in|en|dentro de) (?:meio|medio|half)\b/u
const ofThisMonth = /\b(?:d[oe] mes|of the month|del? mes|de mes)\b/u

/** A year, or a part of this year or month: "em 2027", "meio do ano que vem", "fim do mês". */
const byYear: Reader = (text, today) => {
  const now = partsOf(today)
  const part = partIn(text)
  const year = yearIn(text, now.year)
  if (part !== undefined && year === undefined && ofThisMonth.test(text)) {
    if (part === "late") return firstOfMonth(now.year, now.month + 1) - 1
    const day = part === "early" ? 1 : 15
    return day >= now.day ? dayOf(now.year, now.month, day) : firstOfMonth(now.year, now.month + 1) + day - 1
  }
  if (year === undefined && (part === undefined || !ofYear.test(text) || isSpan.test(text))) return undefined
  const at = (of: number) =>
    part === "late" ? firstOfMonth(of + 1, 1) - 1 : firstOfMonth(of, part === "middle" ? 7 : 1)
  if (year !== undefined) return year === now.year && part !== "late" ? Math.max(at(year), today) : at(year)
  return at(now.year) >= today ? at(now.year) : at(now.year + 1)
}

const unitAfter =
  /^\s*(?:(?:uteis|habiles|business|working)\s+)?(dia|day|semana|week|mes|month|ano|year|h|hora|hour)(?:s|es)?\b(\s+(?:e mei[oa]|y medi[oa]|and a half))?/u
const ahead =
  /\b(?:em|daqui(?: a)?|de aqui a|dentro de|in|within|en|proxim[oa]s|next|apos|depois de|after|despues de|mais|uns|umas|unos|unas|about|around|cerca de)\s+(?:(?:uns|umas|unos|unas|mais|cerca de|about|a)\s+)*$/u
const shortWords = 5

const spans: ReadonlyArray<readonly [RegExp, (today: CalendarDay) => CalendarDay]> = [
  [/\b(?:mes e meio|mes y medio)\b/u, (today) => addMonths(today, 1) + 15],
  [/\b(?:meio ano|medio ano|half a year|half one year)\b/u, (today) => addMonths(today, 6)],
  [/\b(?:quinzena|quincena|fortnight)\b/u, (today) => today + 14]
]

/** "3 semanas" says when, "15h" and "um dia desses" don't. */
const isPlainSpan = ({ article }: FoundNumber, unit = "") =>
  !unit.startsWith("h") && !(article && /^d[ia]/u.test(unit))

/** "em duas semanas", "in a month", "daqui a 15 dias"; of a range the first. */
const byDuration: Reader = (text, today) => {
  const span = spans.find(([pattern]) => pattern.test(text))?.[1](today)
  if (span !== undefined) return span
  const isShort = text.split(/\s+/u).length <= shortWords
  for (const number of findNumbers(text)) {
    const rest = text.slice(number.end)
    const range = /^\s*(?:a|ou|o|or|to|-)\s*\S+/u.exec(rest)
    const unit = unitAfter.exec(rest) ?? (range ? unitAfter.exec(rest.slice(range[0].length)) : null)
    const isAfter = ahead.test(text.slice(0, number.start))
    const isAhead = isAfter || (isShort && isPlainSpan(number, unit?.[1])) || /\bfrom now\b/u.test(rest)
    if (unit === null || !isAhead || !Number.isInteger(number.value) || number.value > 366 * yearsAheadMax)
      continue
    const half = unit[2] !== undefined
    if (/^(?:dia|day)$/u.test(unit[1]!)) return today + number.value
    if (unit[1]!.startsWith("h")) return today + Math.floor(number.value / 24)
    if (/^(?:semana|week)$/u.test(unit[1]!)) return today + 7 * number.value + (half ? 4 : 0)
    if (/^(?:mes|month)$/u.test(unit[1]!)) return addMonths(today, number.value) + (half ? 15 : 0)
    return addMonths(today, 12 * number.value + (half ? 6 : 0))
  }
  return undefined
}

/** "dia 15", "the 15th": the next one. */
const byDayOfMonth: Reader = (text, today) => {
  const day = dayOfMonthIn(text)
  if (day === undefined) return undefined
  const { year, month } = partsOf(today)
  const here = dayOf(year, month, day)
  if (here !== undefined && here >= today) return agreed(here, text)
  const next = partsOf(firstOfMonth(year, month + 1))
  return agreed(dayOf(next.year, next.month, day), text)
}

const fixed: ReadonlyArray<readonly [RegExp, (today: CalendarDay) => CalendarDay | undefined]> = [
  [/\b(?:depois de amanha|day after tomorrow|pasado manana)\b/u, (today) => today + 2],
  [/\b(?:amanha|tomorrow)\b|(?<!\b(?:la|por la|de la) )\bmanana\b/u, (today) => today + 1],
  [
    /\b(?:fim de semana|fin de semana|weekend)\b/u,
    (today) => today + ((6 - partsOf(today).weekday + 7) % 7 || 7)
  ],
  [/\b(?:natal|christmas|navidad)\b/u, (today) => nextTime(today, 12, 25)],
  [/\b(?:ano novo|new year|ano nuevo|virar o ano|virada do ano)\b/u, (today) => nextTime(today, 1, 1)]
]

const byWeek: Reader = (text, today) => {
  const special = fixed.find(([pattern]) => pattern.test(text))?.[1](today)
  if (special !== undefined) return special
  const weekday = weekdayIn(text)
  const weeks = weeksAheadIn(text)
  if (weekday === undefined && weeks === undefined) return undefined
  const now = partsOf(today).weekday
  if (weeks === undefined) return today + ((weekday! - now + 7) % 7 || 7)
  const monday = today - ((now + 6) % 7) + 7 * weeks
  if (weekday !== undefined) return monday + ((weekday + 6) % 7)
  return Math.max(monday, today)
}

const urgent =
  /\b(?:imediatamente|immediately|inmediatamente|de imediato|de inmediato|o quanto antes|o mais rapido possivel|quanto antes|cuanto antes|lo antes posible|as soon as possible|asap|right away|straight away|ja ja|ya mismo|pra ontem|right now|agora mesmo|ahora mismo|hoje mesmo)\b/u
const todays = /\b(?:hoje|today|hoy|agora|now|ahora|ja|ya)\b/u
const fillers =
  /\b(?:hoje|today|hoy|agora|now|ahora|ja|ya|mesmo|ainda|just|se|if|der|pode|podemos|ser|queremos|quero|queria|gostaria|gostariamos|comecar|iniciar|start|begin|starting|we|i|d|want|would|like|to|can|could|empezar|comenzar|queremos|quisiera|de|para|pra|em|na|no|desde|possivel|posible|possible|sim|si|yes|a|o|por|favor|please|e|y)\b/gu

/** "hoje" and "agora" are an answer; "hoje usamos planilha" and "agora não" are none. */
const byNow: Reader = (text, today) => {
  if (/\b(?:nao|not|no|don't)\b/u.test(text)) return undefined
  if (urgent.test(text)) return today
  const others = text.replaceAll(fillers, " ").match(/[\p{L}\p{N}]+/gu) ?? []
  return todays.test(text) && others.length <= 1 ? today : undefined
}

// The surest first: "15 de março" is no "março", and "em 2 semanas" no "hoje".
const readers = [byDigits, byStretchOfYear, byMonth, byYear, byDayOfMonth, byDuration, byWeek, byNow]

const dayIn = (folded: string, today: CalendarDay, language: Language): string | undefined => {
  const text = datesOnly(folded)
  for (const reader of readers) {
    const day = reader(text, today, language)
    if (day === undefined) continue
    // What is over is no beginning: a slip of the pen, or about something else.
    return day !== "doubt" && day >= today && day - today <= 366 * yearsAheadMax ? formatDay(day) : undefined
  }
  return undefined
}

/**
 * The day that the lead names, as `2027-01-10`, counted from `today` (`2026-11-20`): "semana que vem" is its Monday,
 * "em janeiro" the 1st, "o quanto antes" today. Parts of one date are read together ("quinta da semana que vem",
 * "dezembro do ano que vem"); parts that don't go together ("terça, dia 25") are not understood.
 */
export const understandDate = (folded: string, today: string, language: Language): string | undefined => {
  const from = parseDay(today)
  if (from === undefined) return undefined
  const text = withoutCodes(folded).replaceAll(/[*_~"]/gu, " ")
  return readCorrected(text, (one) => dayIn(one, from, language))
}
