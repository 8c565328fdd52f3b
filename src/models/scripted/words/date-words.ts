import { findNumbers } from "../number-words.ts"

const unit = "(?:dias?|days?|semanas?|weeks?|mes|meses|months?|anos?|years?|horas?|hours?|h)"
const weekdayName =
  "(?:domingos?|sundays?|segundas?(?:-feiras?)?|mondays?|lunes|tercas?(?:-feiras?)?|tuesdays?|martes|quartas?(?:-feiras?)?|wednesdays?|miercoles|quintas?(?:-feiras?)?|thursdays?|jueves|sextas?(?:-feiras?)?|fridays?|viernes|sabados?|saturdays?)"

/** What sounds like a date and says nothing of a day to come: opening hours, what is over, how long something lasts. */
const notWhen: ReadonlyArray<RegExp> = [
  new RegExp(`\\b(?:de |from |das )?${weekdayName} (?:a|ate|as|to|through|hasta|-) ${weekdayName}`, "gu"),
  new RegExp(`\\b(?:tod[ao]s?(?: as| os| los)?|cada|every|nas|aos|on the) ${weekdayName}`, "gu"),
  new RegExp(
    `\\b(?:ha|faz|hace|por|durante|for|contrato de|a cada|cada|every|ultim[oa]s|last|past|over)(?: mais de| more than| mas de)? (?:\\d+|\\p{L}+)(?: e meio)? ${unit}\\b`,
    "gu"
  ),
  new RegExp(
    `\\b(?:\\d+|\\p{L}+)[ -]${unit}(?: atras| ago| contract| (?:de|of|in|no|en el) (?:mercado|experiencia|experience|contrato|empresa|business|ramo|mercado|garantia|fidelidade|teste|prueba|trial)| gratis| free)`,
    "gu"
  ),
  new RegExp(
    `\\b(?:\\d+ |\\p{L}+ )?(?:vez|vezes|times|veces|once|twice) (?:por|a|al|per|na) ${unit}\\b`,
    "gu"
  ),
  /\b(?:por|per|ao|al) (?:mes|month|semana|week|dia|day|ano|year)\b/gu,
  /\b(?:todo|cada|every) (?:dia|day|the) \d+/gu,
  /\b(?:mes|semana|ano|year|month|week)\s+passad[oa]\b|\b(?:mes|semana|ano) pasad[oa]\b|\blast (?:month|week|year|monday|friday|\p{L}+day)\b/gu
]

const ordinalWords =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(
    " "
  )
const ordinal = new RegExp(
  `\\b(?:(twenty|thirty)[ -])?(${ordinalWords.join("|")}|thirtieth)\\b(?! (?:quarter|half|week|semester))`,
  "gu"
)
const ordinalOf = (ten: string | undefined, word: string): string => {
  const one = word === "thirtieth" ? 30 : ordinalWords.indexOf(word) + 1
  return `${(ten === "twenty" ? 20 : ten === "thirty" ? 30 : 0) + one}th`
}

/** The text without what is no date, and with days as digits: "the fifth" is "the 5th", "primeiro de maio" "1 de maio". */
export const datesOnly = (folded: string): string => {
  const rest = notWhen.reduce((text, pattern) => text.replaceAll(pattern, " _ "), folded)
  return rest
    .replaceAll(ordinal, (_, ten: string | undefined, word: string) => ordinalOf(ten, word))
    .replaceAll(/\b(?:primeiro|primero)\b(?! (?:trimestre|semestre|mes))/gu, "1")
    .replaceAll(/\b(?:a couple(?: of)?|um par de|un par de)\b/gu, "two")
    .replaceAll(/\ban?\b(?= (?:day|week|month|year))/gu, "one")
}

const weekdays: ReadonlyArray<RegExp> = [
  /\b(?:domingo|sunday)\b|\b(?:on|next|no) (?:sun|dom)\b/u,
  /\b(?:segunda(?!\s+(?:quinzena|quincena|semana|metade|parte|opcao|vez|etapa|fase|loja|unidade|reuniao|mitad|opcion))|monday|lunes)\b|\b2[aª][ -]?feira|\b(?:on|next) mon\b|\bna seg\b/u,
  /\b(?:terca|tuesday|martes)\b|\b3[aª][ -]?feira|\b(?:on|next) tues?\b/u,
  /\b(?:quarta(?!\s+(?:semana|parte|loja|unidade))|wednesday|miercoles)\b|\b4[aª][ -]?feira|\b(?:on|next) wed\b|\bna qua\b/u,
  /\b(?:quinta(?!\s+(?:parte|loja|unidade))|thursday|jueves)\b|\b5[aª][ -]?feira|\b(?:on|next) thur?s?\b|\bna qui\b/u,
  /\b(?:sexta(?!\s+(?:parte|loja|unidade))|friday|viernes)\b|\b6[aª][ -]?feira|\b(?:on|next) fri\b|\bna sex\b/u,
  /\b(?:sabado|saturday)\b|\b(?:on|next|no) sab?t?\b/u
]

/** The weekday that is named, 0 is Sunday. */
export const weekdayIn = (text: string): number | undefined => {
  const found = weekdays.findIndex((pattern) => pattern.test(text))
  return found < 0 ? undefined : found
}

const relativeMonth =
  "(?:mes que vem|proximo mes|next month|mes que viene|proximo mes|mes proximo|mes seguinte|este mes|deste mes|this month)"
const month =
  "(?:janeiro|january|enero|fevereiro|february|febrero|marco|march|marzo|abril|april|maio|mayo|junho|june|junio|julho|july|julio|agosto|august|setembro|september|septiembre|setiembre|outubro|october|octubre|novembro|november|noviembre|dezembro|december|diciembre|jan|ene|fev|feb|mar|abr|apr|mai|may|jun|jul|ago|aug|set|sept?|out|oct|nov|dez|dec|dic)\\b"
const dayAfter = new RegExp(
  `^(?:o|º|st|nd|rd|th)?\\s*(?:de |do |of |del |d[oe] |/|-)?\\s*(?:o |the )?(?:${month}|${relativeMonth})`,
  "u"
)
const dayBefore = new RegExp(
  `\\bdias?\\s+$|\\b${month}\\s+(?:the |o |dia )?$|\\b${weekdayName},?\\s+(?:o |the |dia )?$`,
  "u"
)
/** "the 15th", "el nueve", but not "the 15 people". */
const dayAlone = /\b(?:the|el|del|al|on)\s+$/u
const endsThere = /^(?:o|º|st|nd|rd|th)?\s*(?:$|[,.;!?]|(?:of|de|del|y|o|or|and|next|en|in|por|para|at)\b)/u

/** The day of the month that is told: "dia 10", "15 de março", "the 5th", "sexta, 4". */
export const dayOfMonthIn = (text: string): number | undefined =>
  findNumbers(text).find(({ value, scale, start, end }) => {
    if (scale !== 1 || !Number.isInteger(value) || value < 1 || value > 31) return false
    const [before, after] = [text.slice(0, start), text.slice(end)]
    if (/^\d{3}|^[.,:]\d|^\s*(?:%|h\b|mil\b|pessoas|people)/u.test(after)) return false
    return dayAfter.test(after) || dayBefore.test(before) || (dayAlone.test(before) && endsThere.test(after))
  })?.value

const joint =
  "(?:\\s+|-)(?:d[oea]s?\\s+|del?\\s+|of\\s+|in\\s+|the\\s+|this\\s+|d?este\\s+|el\\s+|mes de\\s+)*"
const what = `(?=${month}|${relativeMonth}|mes\\b|month|ano\\b|year|next|proximo|20\\d\\d)`
const parts: ReadonlyArray<readonly ["early" | "middle" | "late", RegExp]> = [
  [
    "early",
    new RegExp(
      `\\b(?:inicio|comeco|comecinho|principios?|early|beginning|start|primeiros dias)${joint}${what}`,
      "u"
    )
  ],
  ["middle", new RegExp(`\\b(?:meados|meio|metade|mid|middle|mediados|mitad)${joint}${what}`, "u")],
  [
    "late",
    new RegExp(
      `\\b(?:fim|final|fins|finais|late|end|fin|fines|finales|ultimos? dias?|last day)${joint}${what}`,
      "u"
    )
  ]
]

/** Which part of a month or a year is told. */
export const partIn = (text: string): "early" | "middle" | "late" | undefined =>
  parts.find(([, pattern]) => pattern.test(text))?.[0]

const halfOrWeek =
  /\b(primeira|segunda|terceira|quarta|ultima|first|second|third|last|primera|tercera) (semana|week|quinzena|quincena)\b/u

/** The day with which a week or a half of a month begins: "segunda quinzena" is the 16th; of "last" the 22nd. */
export const stretchIn = (text: string): number | undefined => {
  const found = halfOrWeek.exec(text)
  if (found === null) return undefined
  const place = /^(?:prim|first)/u.test(found[1]!)
    ? 0
    : /^(?:seg|second)/u.test(found[1]!)
      ? 1
      : /^(?:ter|third)/u.test(found[1]!)
        ? 2
        : 3
  return found[2]!.startsWith("quin") ? 1 + 15 * Math.min(place, 1) : 1 + 7 * place
}

const nextYear =
  /\b(?:ano que vem|(?:no |do |el )?proximo ano|next year|ano que viene|ano proximo|ano seguinte)\b/u
const thisYear = /\b(?:n?d?este ano|this year|de este ano)\b/u

/** The year that is told in words or digits. */
export const yearIn = (text: string, thisOne: number): number | undefined => {
  if (nextYear.test(text)) return thisOne + 1
  if (thisYear.test(text)) return thisOne
  const told =
    /\b(?:em|in|en|de|do|of|del|para|for|ate|until|by|desde|from|,|trimestre|semestre|q[1-4]|quarter)\s+(20\d\d)\b|^(20\d\d)$/u.exec(
      text
    )
  return told === null ? undefined : Number(told[1] ?? told[2])
}

/** "mês que vem" is 1 and "este mês" 0 months from now. */
export const monthsAheadIn = (text: string): number | undefined =>
  /\b(?:mes que vem|proximo mes|next month|mes que viene|mes proximo|mes seguinte)\b/u.test(text)
    ? 1
    : /\b(?:[dn]?este mes|[dn]?esse mes|this month)\b/u.test(text)
      ? 0
      : undefined

/** The same of weeks. */
export const weeksAheadIn = (text: string): number | undefined =>
  /\b(?:semana que vem|proxima semana|next week|semana que viene|semana proxima|outra semana|otra semana|semana seguinte)\b/u.test(
    text
  )
    ? 1
    : /\b(?:d?n?est?sa semana|d?n?esta semana|this week)\b/u.test(text)
      ? 0
      : undefined
