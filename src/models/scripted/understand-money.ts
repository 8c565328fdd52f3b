import { isPartOfDate } from "./is-part-of-date.ts"
import { type FoundNumber, findNumbers } from "./number-words.ts"

/** More than this is a phone number or a joke. */
const moneyMax = 1_000_000_000

/** A bare number below this may mean thousands, or something else altogether. */
const bareMin = 100

const currencyBefore = /(?:r\$|us\$|u\$s|\$|€|£|\bbrl|\busd|\beur)\s*$/u
const currencyAfter =
  /^\s*(?:r\$|us\$|\$|€|£|(?:brl|usd|eur|reais|real|reales|contos?|pila|dolar(?:es)?|dollars?|bucks|euros?|pesos?)\b)/u
/** What makes a number something else than money. */
const otherUnitAfter =
  /^\s*(?:%|°|(?:pessoas?|people|person|personas?|usuari[oa]s?|users?|funcionari[oa]s?|empleados?|employees?|vendedores|colaboradores|lojas?|stores?|tiendas?)\b)/u
const nothing = /\b(?:sem orcamento|no budget|sin presupuesto)\b|^(?:nada|nothing)\b/u
const between = /^\s*(?:-|–|—|a|e|ate|to|and|y|ou|or|o)\s*(?:r\$|us\$|\$|€|£)?\s*$/u

const isMoney = (folded: string, number: FoundNumber): boolean =>
  number.value <= moneyMax &&
  !(number.article && number.scale === 1) &&
  !otherUnitAfter.test(folded.slice(number.end, number.end + 30)) &&
  !isPartOfDate(folded, number)

const hasCurrency = (folded: string, number: FoundNumber): boolean =>
  currencyBefore.test(folded.slice(0, number.start)) || currencyAfter.test(folded.slice(number.end))

/** "entre 10 e 15 mil": the lower end takes the thousand of the upper one. */
const lowerEnd = (first: FoundNumber, second: FoundNumber | undefined): number => {
  const scaled = first.value * (second?.scale ?? 1)
  return second !== undefined && first.scale === 1 && scaled < second.value ? scaled : first.value
}

/**
 * The sum that the lead names: "10 mil", "R$ 15.000,00", "uns 20k por mês"; of a range its lower end. In whole units
 * of the company's currency: nothing is converted. Prefers a sum with a currency to a bare number.
 */
export const understandMoney = (folded: string): number | undefined => {
  const numbers = findNumbers(folded).filter((number) => isMoney(folded, number))
  const sums = numbers.map((number, index) => {
    const next = numbers[index + 1]
    const upper = next !== undefined && between.test(folded.slice(number.end, next.start)) ? next : undefined
    // The end of a range carries the currency: "de 5 a 8 mil reais".
    const certain = hasCurrency(folded, number) || (upper !== undefined && hasCurrency(folded, upper))
    return { value: lowerEnd(number, upper), certain, scaled: number.scale > 1 || (upper?.scale ?? 1) > 1 }
  })
  const sum =
    sums.find((one) => one.certain) ??
    sums.find((one) => one.scaled) ??
    sums.find((one) => one.value >= bareMin)
  return sum === undefined && nothing.test(folded) ? 0 : sum?.value
}
