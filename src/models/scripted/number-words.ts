const units: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      [0, "zero cero"],
      [1, "um uma un uno una one"],
      [2, "dois duas dos two"],
      [3, "tres three"],
      [4, "quatro cuatro four"],
      [5, "cinco five"],
      [6, "seis six"],
      [7, "sete siete seven"],
      [8, "oito ocho eight"],
      [9, "nove nueve nine"],
      [10, "dez diez ten"],
      [11, "onze once eleven"],
      [12, "doze doce twelve"],
      [13, "treze trece thirteen"],
      [14, "quatorze catorze catorce fourteen"],
      [15, "quinze quince fifteen"],
      [16, "dezesseis dezasseis dieciseis sixteen"],
      [17, "dezessete dezassete diecisiete seventeen"],
      [18, "dezoito dieciocho eighteen"],
      [19, "dezenove dezanove diecinueve nineteen"],
      [20, "vinte veinte twenty"],
      [21, "veintiuno veintiun veintiuna"],
      [22, "veintidos"],
      [23, "veintitres"],
      [24, "veinticuatro"],
      [25, "veinticinco"],
      [26, "veintiseis"],
      [27, "veintisiete"],
      [28, "veintiocho"],
      [29, "veintinueve"],
      [30, "trinta treinta thirty"],
      [40, "quarenta cuarenta forty"],
      [50, "cinquenta cincuenta fifty"],
      [60, "sessenta sesenta sixty"],
      [70, "setenta seventy"],
      [80, "oitenta ochenta eighty"],
      [90, "noventa ninety"],
      [100, "cem cento cien ciento"],
      [200, "duzentos duzentas doscientos doscientas"],
      [300, "trezentos trezentas trescientos trescientas"],
      [400, "quatrocentos quatrocentas cuatrocientos cuatrocientas"],
      [500, "quinhentos quinhentas quinientos quinientas"],
      [600, "seiscentos seiscentas seiscientos seiscientas"],
      [700, "setecentos setecentas setecientos setecientas"],
      [800, "oitocentos oitocentas ochocientos ochocientas"],
      [900, "novecentos novecentas novecientos novecientas"]
    ] as const
  ).flatMap(([value, words]) => words.split(" ").map((word) => [word, value]))
)

const scales: Readonly<Record<string, number>> = {
  hundred: 100,
  k: 1000,
  mil: 1000,
  thousand: 1000,
  milhao: 1_000_000,
  milhoes: 1_000_000,
  million: 1_000_000,
  millions: 1_000_000,
  millon: 1_000_000,
  millones: 1_000_000,
  mi: 1_000_000
}

/** Words that are numbers, and as often articles: "um sistema", "one of us". */
const articles = new Set(["um", "uma", "un", "una", "uno", "one"])
const joiners = new Set(["e", "y", "and"])

/** A number in a folded text. */
export interface FoundNumber {
  readonly value: number
  readonly start: number
  readonly end: number
  /** It came with a thousand, a million: `mil`, `k`. */
  readonly scale: number
  /** The one word that may also be an article. */
  readonly article: boolean
  readonly digits: boolean
}

/**
 * The number that digits and separators mean. A separator before exactly three last digits groups thousands, in
 * all three languages; otherwise the last separator begins the decimals.
 */
export const readDigits = (text: string): number => {
  const parts = text.split(/[.,]/)
  const last = parts.at(-1) ?? ""
  const separators = text.replaceAll(/\d/g, "")
  const sameSeparator = new Set(separators).size === 1
  if (parts.length === 1) return Number(text)
  if (last.length === 3 && (sameSeparator || parts.length > 2)) return Number(parts.join(""))
  return Number(`${parts.slice(0, -1).join("")}.${last}`)
}

interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

const tokensOf = (folded: string): ReadonlyArray<Token> =>
  [...folded.matchAll(/\d+(?:[.,]\d+)*|\p{L}+/gu)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length
  }))

const own = (table: Readonly<Record<string, number>>, key: string): number | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** Reads one number from the tokens at `from`; gives it and the index after it. */
const readNumber = (folded: string, tokens: ReadonlyArray<Token>, from: number) => {
  const first = tokens[from]!
  const digits = /^\d/.test(first.text)
  let total = 0
  let current: number | undefined = digits ? readDigits(first.text) : own(units, first.text)
  let scale = 1
  let next = from + 1
  // "mil reais" is a thousand, though no number stands before it.
  if (current === undefined && first.text === "mil") {
    total = scale = 1000
    current = 0
  }
  if (current === undefined) return undefined
  while (next < tokens.length) {
    const previous = tokens[next - 1]!
    const token = tokens[next]!
    const gap = folded.slice(previous.end, token.start)
    if (gap !== "" && gap !== " " && gap !== "-") break
    const factor = own(scales, token.text)
    if (factor !== undefined) {
      if (factor === 100) current = (current === 0 ? 1 : current) * 100
      else {
        total = (total + (current === 0 && total === 0 ? 1 : current)) * factor
        current = 0
      }
      scale *= factor
      next += 1
      continue
    }
    const joined = joiners.has(token.text)
    const word = own(units, joined ? (tokens[next + 1]?.text ?? "") : token.text)
    // "vinte e cinco", "two hundred fifty": a smaller number goes on; "dez vinte" are two numbers.
    const fits =
      word !== undefined && !digits && (current === 0 ? word < 1000 && total > 0 : isBelow(word, current))
    if (!fits) break
    current += word
    next += joined ? 2 : 1
  }
  return { value: total + current, scale, next, digits }
}

const isBelow = (word: number, current: number): boolean =>
  word > 0 &&
  ((current % 100 === 0 && word < 100) || (current % 10 === 0 && current % 100 >= 20 && word < 10))

/** Every number in a folded text, in digits or in the words of three languages, in order. */
export const findNumbers = (folded: string): ReadonlyArray<FoundNumber> => {
  const tokens = tokensOf(folded)
  const found: Array<FoundNumber> = []
  let index = 0
  while (index < tokens.length) {
    const number = readNumber(folded, tokens, index)
    if (number === undefined) {
      index += 1
      continue
    }
    const first = tokens[index]!
    found.push({
      value: number.value,
      start: first.start,
      end: tokens[number.next - 1]!.end,
      scale: number.scale,
      article: number.next === index + 1 && articles.has(first.text),
      digits: number.digits
    })
    index = number.next
  }
  return found
}
