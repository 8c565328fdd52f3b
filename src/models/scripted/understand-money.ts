import { isPartOfDate } from "./is-part-of-date.ts"
import { type FoundNumber, findNumbers } from "./number-words.ts"
import { readCorrected } from "./words/corrections.ts"
import { withoutCodes } from "./words/without-codes.ts"

/** More than this is a phone number or a joke. */
const moneyMax = 1_000_000_000

/** A bare number below this may mean thousands, or something else altogether; so may one of slang. */
const bareMin = 100
/** So many digits without a separator are a number of something. */
const bareDigitsMax = 7

const currencyBefore = /(?:r\$|us\$|u\$s|\$|€|£|\bbrl|\busd|\beur)\s*$/u
const currencyAfter =
  /^\s*(?:de\s+)?(?:r\$|us\$|\$|€|£|(?:brl|usd|eur|reais|real|reales|dolar(?:es)?|dollars?|bucks|euros?|pesos?|pounds|quid|contos?|pilas?|pratas?|paus?|mangos)\b)/u
/** "5 contos" are five for some and five thousand for others. */
const slangAfter = /^\s*(?:contos?|paus?|mangos|palos?)\b/u

/** What makes a number something else than money; so does any noun in the plural behind it. */
const otherUnitAfter =
  /^\s*(?:%|°|(?:de\s+)?(?:pessoa|people|person|persona|usuari[oa]|user|funcionari[oa]|empleado|employee|vendedor|colaborador|loja|store|tienda|gente|staff|cliente|porcento|por cento|percent)\b)/u
const pluralAfter = /^\s*(?:de\s+)?(\p{L}{3,}s)\b/u
const noThing = new Set(
  "reais reales dolares dollars bucks euros pesos soles guaranies bolivianos libras pounds contos pilas pratas paus mangos mensais mensuales meses months depois menos mais tops less plus after pois antes brutos liquidos poucos tantos pocos mexicanos argentinos brasileiros americanos canadenses".split(
    " "
  )
)
const peopleBefore =
  /\b(?:somos|seremos|seriamos|we are|we're|there are|equipe|equipo|time|team|staff)\s+(?:(?:de|of|com|con|em|uns|unos|about|with)\s+)*$/u
/** A sum for another time than a month, or for one of many, is none that can be weighed. */
const otherRate =
  /^\s*(?:reais|reales|dolares|dollars|bucks|pesos|euros)?\s*(?:(?:(?:por|ao|al?|\/|per)\s*(?:mes|month)\s*(?:,\s*)?)?(?:por|ao|a|al|per|\/|cada|each|na|en el)\s*(?:cada\s+(?:\d+\s+)?)?(?:ano|year|yr|annum|trimestre|quarter|semestre|bimestre|quinzena|quincena|meses|dia|day|semana|week|hora|hour|usuario|user|pessoa|person|persona|head|cabeca|licenca|licencia|seat|loja|store|tienda|funcionario|empleado|employee|vendedor|atendente|cliente)\b|(?:anuais|anual|anuales|yearly|annually|cada|each)\b)/u

const nothing =
  /\b(?:sem orcamento|no budget|sin presupuesto)\b(?!.*\b(?:definid\w*|fechad\w*|yet|set|ainda|aun|todavia)\b)|^(?:nada|nothing|zero|cero)[\s.!]*$/u
const notYet = /\b(?:ainda|aun|todavia|yet)\b/u

const denied =
  /\b(?:nao|not|no|don't|dont)\s+(?:temos|tenho|tem|ha|have|has|got|tengo|tenemos|hay)\s+(?:nem\s+|even\s+|ni\s+)?(?:r\$\s*)?$/u
const betweenBefore = /\b(?:entre|between)\s+(?:r\$|us\$|\$|€|£)?\s*$/u
const until = "(?:no maximo|max|maximo|at most|talvez|maybe|ate|quem sabe)"
const between =
  /^\s*(?:reais|reales|dollars|pesos)?\s*(?:-|–|—|\/|a|e|ate|to|and|y|ou|or|o)\s*(?:r\$|us\$|\$|€|£)?\s*$/u
const orRather = new RegExp(`^,\\s*(?:${until}\\s+)?$`, "u")

const isThing = (after: string): boolean => {
  const noun = pluralAfter.exec(after)?.[1]
  return otherUnitAfter.test(after) || (noun !== undefined && !noThing.has(noun))
}

const isMoney = (folded: string, number: FoundNumber): boolean => {
  const before = folded.slice(0, number.start)
  const after = folded.slice(number.end, number.end + 40)
  const isCode =
    number.digits && number.scale === 1 && /^\d{8,}$/u.test(folded.slice(number.start, number.end))
  return (
    number.value <= moneyMax &&
    !(isCode && String(number.value).length > bareDigitsMax) &&
    !isThing(after) &&
    !peopleBefore.test(before) &&
    !denied.test(before) &&
    !isPartOfDate(folded, number)
  )
}

const hasCurrency = (folded: string, number: FoundNumber): boolean =>
  currencyBefore.test(folded.slice(0, number.start)) || currencyAfter.test(folded.slice(number.end))

/** The upper end of a range that begins with this number. */
const upperEnd = (folded: string, number: FoundNumber, next: FoundNumber | undefined) => {
  if (next === undefined) return undefined
  const gap = folded.slice(number.end, next.start)
  const comes = number.scale === 1 && number.value * next.scale < next.value
  return (between.test(gap) && (comes || number.value < next.value)) || (orRather.test(gap) && comes)
    ? next
    : undefined
}

/** "entre 10 e 15 mil": the lower end takes the thousand of the upper one. */
const lowerEnd = (first: FoundNumber, second: FoundNumber | undefined): number => {
  const scaled = first.value * (second?.scale ?? 1)
  return second !== undefined && first.scale === 1 && scaled < second.value ? scaled : first.value
}

const isArticle = (number: FoundNumber): boolean => number.article && number.scale === 1

const isScaledRange = (folded: string, number: FoundNumber, next: FoundNumber | undefined): boolean =>
  next !== undefined && next.scale > 1 && between.test(folded.slice(number.end, next.start))

const sumOf = (folded: string): number | undefined => {
  const numbers = findNumbers(folded)
    .filter((number) => isMoney(folded, number))
    // "um sistema" is no sum, "one to two thousand" begins with one.
    .filter((one, index, all) => !isArticle(one) || isScaledRange(folded, one, all[index + 1]))
  const sums = numbers.flatMap((number, index) => {
    const upper = upperEnd(folded, number, numbers[index + 1])
    const after = folded.slice((upper ?? number).end)
    const halfRange = upper === undefined && betweenBefore.test(folded.slice(0, number.start))
    const isSlang = slangAfter.test(after) && number.value < bareMin
    if (number.doubtful || upper?.doubtful || halfRange || isSlang || otherRate.test(after)) return []
    // The end of a range carries the currency: "de 5 a 8 mil reais".
    const certain = hasCurrency(folded, number) || (upper !== undefined && hasCurrency(folded, upper))
    return [{ value: lowerEnd(number, upper), certain, scaled: number.scale > 1 || (upper?.scale ?? 1) > 1 }]
  })
  const sum =
    sums.find((one) => one.certain) ??
    sums.find((one) => one.scaled) ??
    sums.find((one) => one.value >= bareMin)
  return sum === undefined && numbers.length === 0 && nothing.test(folded) && !notYet.test(folded)
    ? 0
    : sum?.value
}

/**
 * The sum that the lead names: "10 mil", "R$ 15.000,00", "uns 20k por mês"; of a range its lower end. In whole units
 * of the company's currency: nothing is converted. Prefers a sum with a currency to a bare number. A sum that may be
 * another ("2.500 mil", "12 mil por ano") is not understood: it is asked for again.
 */
export const understandMoney = (folded: string): number | undefined =>
  readCorrected(withoutCodes(folded).replaceAll(/[*_~]/gu, " "), sumOf)
