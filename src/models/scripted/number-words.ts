const unitNames =
  "0 zero cero | 1 um uma un uno una one | 2 dois duas dos two | 3 tres three | 4 quatro cuatro four | " +
  "5 cinco five | 6 seis six | 7 sete siete seven | 8 oito ocho eight | 9 nove nueve nine | " +
  "10 dez diez ten | 11 onze once eleven | 12 doze doce twelve | 13 treze trece thirteen | " +
  "14 quatorze catorze catorce fourteen | 15 quinze quince fifteen | " +
  "16 dezesseis dezasseis dieciseis sixteen | 17 dezessete dezassete diecisiete seventeen | " +
  "18 dezoito dieciocho eighteen | 19 dezenove dezanove diecinueve nineteen | 20 vinte veinte twenty | " +
  "21 veintiuno veintiun veintiuna | 22 veintidos | 23 veintitres | 24 veinticuatro | 25 veinticinco | " +
  "26 veintiseis | 27 veintisiete | 28 veintiocho | 29 veintinueve | 30 trinta treinta thirty | " +
  "40 quarenta cuarenta forty | 50 cinquenta cincuenta fifty | 60 sessenta sesenta sixty | " +
  "70 setenta seventy | 80 oitenta ochenta eighty | 90 noventa ninety | 100 cem cento cien ciento | " +
  "200 duzentos duzentas doscientos doscientas | 300 trezentos trezentas trescientos trescientas | " +
  "400 quatrocentos quatrocentas cuatrocientos cuatrocientas | " +
  "500 quinhentos quinhentas quinientos quinientas | 600 seiscentos seiscentas seiscientos seiscientas | " +
  "700 setecentos setecentas setecientos setecientas | " +
  "800 oitocentos oitocentas ochocientos ochocientas | " +
  "900 novecentos novecentas novecientos novecientas"

const units: Readonly<Record<string, number>> = Object.fromEntries(
  unitNames.split(" | ").flatMap((row) => {
    const [value, ...words] = row.split(" ")
    return words.map((word) => [word, Number(value)])
  })
)

const scales: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      [1000, "k mil thousand thousands grand luca lucas"],
      [1_000_000, "milhao milhoes million millions millon millones mi mm mln"],
      [1_000_000_000, "bi bilhao bilhoes billion billions"]
    ] as const
  ).flatMap(([value, words]) => words.split(" ").map((word) => [word, value]))
)

/** Scales that are letters, so they count only right behind their digits: "1.5m", "2kk". */
const attachedScales: Readonly<Record<string, number>> = { m: 1_000_000, kk: 1_000_000, b: 1_000_000_000 }

/** Words that are numbers, and as often articles: "um sistema", "one of us". */
const articles = new Set(["um", "uma", "un", "una", "uno", "one"])
const joiners = new Set(["e", "y", "and"])
const halves = new Set(["meio", "meia", "medio", "media", "half"])
const englishScale = /^(?:hundred|thousand|grand|million|billion)$/u
/** "alguns mil" is no number. */
const vague = new Set(
  "alguns algumas varios varias muitos muitas tantos poucos algunos algunas unos muchos pocos few several many some".split(
    " "
  )
)

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
  /** It may mean a thousand times as much, or something else: "2.500 mil", "um milhão e duzentos". */
  readonly doubtful: boolean
}

/**
 * The number that digits and separators mean. A separator before exactly three last digits groups thousands, in
 * all three languages, as a space does; otherwise the last separator begins the decimals.
 */
export const readDigits = (text: string): number => {
  const parts = text.replaceAll(" ", "").split(/[.,]/)
  const last = parts.at(-1) ?? ""
  const sameSeparator = new Set(text.replaceAll(/[\d ]/g, "")).size === 1
  if (parts.length === 1) return Number(parts[0])
  if (last.length === 3 && parts[0] !== "0" && (sameSeparator || parts.length > 2))
    return Number(parts.join(""))
  return Number(`${parts.slice(0, -1).join("")}.${last}`)
}

interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

const numeral = /(?<![\d.,])\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?(?![.,]?\d)|\d+(?:[.,]\d+)*|\p{L}+/gu

const tokensOf = (folded: string): ReadonlyArray<Token> =>
  [...folded.matchAll(numeral)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length
  }))

const own = (table: Readonly<Record<string, number>>, key: string): number | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

const isDigits = (text: string) => /^\d/u.test(text)
/** Words that are a number in one language only, and what must stand beside them. */
const onlyWhere: Readonly<Record<string, (before: string, after: string) => boolean>> = {
  // "dos 30" and "um dos vendedores" are Portuguese, "dos mil" and "somos dos" Spanish.
  dos: (before, after) =>
    !isDigits(after) &&
    (/^(?:|en|de|somos|seriamos|seremos|son|con|unos|y|entre|solo|o|a|los|las|mas|para|nosotros|nosotras|tenemos|otros|otras)$/u.test(
      before
    ) ||
      /^(?:mil|millones|personas?|semanas|meses)$/u.test(after)) &&
    !/^(?:nossos|meus|seus|quais|clientes|outros|que)$/u.test(after),
  once: (_, after) => !/^(?:we|i|you|they|it|the|a|per|every|in|this|that|our|my)$/u.test(after),
  doce: (before) => !/^(?:de|um|o|do|e)$/u.test(before)
}

/** Reads numbers from the tokens of one text. A class because every step looks at the same tokens. */
class NumberReader {
  readonly folded: string
  readonly tokens: ReadonlyArray<Token>

  constructor(folded: string) {
    this.folded = folded
    this.tokens = tokensOf(folded)
  }

  word(index: number): string {
    return this.tokens[index]?.text ?? ""
  }

  /** Whether a token goes on where the one before it ended: "2 mil", "10k", "twenty-five". */
  follows(index: number): boolean {
    const [previous, token] = [this.tokens[index - 1], this.tokens[index]]
    if (previous === undefined || token === undefined) return false
    const gap = this.folded.slice(previous.end, token.start)
    return gap === "" || gap === " " || (gap === "-" && !isDigits(previous.text) && !isDigits(token.text))
  }

  unit(index: number): number | undefined {
    const word = this.word(index)
    const fits = Object.hasOwn(onlyWhere, word)
      ? onlyWhere[word]!(this.word(index - 1), this.word(index + 1))
      : true
    return fits ? own(units, word) : undefined
  }

  scale(index: number): number | undefined {
    if (!this.follows(index)) return undefined
    const word = this.word(index)
    const attached = this.tokens[index]!.start === this.tokens[index - 1]!.end
    return (
      own(scales, word) ??
      (attached && isDigits(this.word(index - 1)) ? own(attachedScales, word) : undefined)
    )
  }

  /** The tokens after an "of": "half of a million", "a couple of grand". */
  afterOf(index: number): number {
    const of = /^(?:of|de)$/u.test(this.word(index)) ? index + 1 : index
    return /^(?:an?|un|um)$/u.test(this.word(of)) ? of + 1 : of
  }

  /** A number below a thousand in words, or any in digits, at `from`; and the index after it. */
  group(
    from: number
  ): { readonly value: number; readonly next: number; readonly implied?: true } | undefined {
    const word = this.word(from)
    if (isDigits(word)) {
      const isHundreds = this.word(from + 1) === "hundred" && this.follows(from + 1)
      return { value: readDigits(word) * (isHundreds ? 100 : 1), next: from + (isHundreds ? 2 : 1) }
    }
    const ahead = this.afterOf(from + 1)
    if ((halves.has(word) || word === "quarter") && own(scales, this.word(ahead)) !== undefined)
      return { value: word === "quarter" ? 0.25 : 0.5, next: ahead }
    const bare = /^(?:of|de)$/u.test(this.word(from + 1)) ? from + 2 : from + 1
    const isScale = this.word(bare) === "hundred" || own(scales, this.word(bare)) !== undefined
    if (word === "couple" && isScale) return this.hundreds(2, bare)
    if (word === "a" && isScale && bare === from + 1 && englishScale.test(this.word(bare)))
      return this.hundreds(1, bare)
    const first = this.unit(from)
    if (first !== undefined) return this.below(first, from + 1)
    const isVague = vague.has(this.word(from - 1)) && this.word(from - 1) !== "unos"
    // "mil reais" is a thousand and "millón y medio" one and a half, though no number stands before them.
    const alone = word === "mil" ? !isVague : own(scales, word) !== undefined && this.half(from + 1) > 0
    return alone && word.length > 2 ? { value: 1, next: from, implied: true } : undefined
  }

  hundreds(value: number, next: number) {
    return this.word(next) === "hundred" ? this.below(value * 100, next + 1) : { value, next }
  }

  /** "vinte e cinco", "two hundred fifty": a smaller number goes on; "dez vinte" are two numbers. */
  below(first: number, from: number): { readonly value: number; readonly next: number } {
    let value = first
    let next = from
    while (this.follows(next)) {
      if (this.word(next) === "hundred" && value < 100) {
        value *= 100
        next += 1
        continue
      }
      const joined = joiners.has(this.word(next))
      const word = this.unit(joined ? next + 1 : next)
      if (word === undefined || !isBelow(word, value) || (joined && !this.follows(next + 1))) break
      value += word
      next += joined ? 2 : 1
    }
    return { value, next }
  }

  /** How many tokens "e meio", "and a half" take at `from`; 0 when they are not there. */
  half(from: number): number {
    if (!joiners.has(this.word(from)) || !this.follows(from)) return 0
    const at = this.word(from + 1) === "a" ? from + 2 : from + 1
    return halves.has(this.word(at)) && !/^(?:duzia|docena|dozen)$/u.test(this.word(at + 1))
      ? at + 1 - from
      : 0
  }

  /** A group with all its scales: "dois e meio milhões", "cem mil". */
  part(from: number) {
    const group = this.group(from)
    if (group === undefined) return undefined
    let { value, next } = group
    let scale = 1
    const half = this.half(next)
    if (half > 0 && (group.implied === undefined || value === 0.5)) {
      value += 0.5
      next += half
    }
    for (;;) {
      const factor = next === from ? own(scales, this.word(next)) : this.scale(next)
      if (factor === undefined) break
      scale *= factor
      next += 1
    }
    const after = scale > 1 ? this.half(next) : 0
    return { value: value * scale + (after > 0 ? scale / 2 : 0), group: value, scale, next: next + after }
  }

  /** What of a sum may stand behind its thousands: "2 mil e 500", "um milhão e 200 mil"; not "mil e dois mil". */
  rest(from: number, above: number) {
    const joined = joiners.has(this.word(from))
    const at = joined ? from + 1 : from
    if (!this.follows(from) || !this.follows(at)) return undefined
    const part = this.part(at)
    const word = this.word(at)
    const unit = this.unit(at)
    // "mil e quinhentos e dois mil": the two is of the next number.
    if (part !== undefined && part.scale >= above && unit !== undefined && unit >= 100)
      return joiners.has(this.word(at + 1)) ? { value: unit, scale: 1, next: at + 1 } : undefined
    if (part === undefined || part.scale >= above || part.value >= above || part.value === 0) return undefined
    // "10 mil e 12 pessoas" are two numbers, "2 mil e 500" is one.
    if (isDigits(word) && part.value < 100 && part.scale === 1) return undefined
    return articles.has(word) && part.next === at + 1 ? undefined : part
  }

  /** Reads one number from the tokens at `from`; gives it and the index after it. */
  read(from: number): (FoundNumber & { readonly next: number }) | undefined {
    const first = this.part(from)
    if (first === undefined) return undefined
    let { value, next } = first
    let least = first.scale
    let doubtful = first.scale > 1 && first.group >= 1000
    while (least > 1) {
      const more = this.rest(next, least)
      if (more === undefined) break
      // "um milhão e duzentos" is said for a million and two hundred thousand.
      doubtful ||= least / more.scale > 1000
      value += more.value
      next = more.next
      least = more.scale
    }
    const word = this.word(from)
    return {
      value,
      start: this.tokens[from]!.start,
      end: this.tokens[next - 1]!.end,
      scale: first.scale,
      article: next === from + 1 && articles.has(word),
      digits: isDigits(word),
      doubtful,
      next
    }
  }
}

const isBelow = (word: number, current: number): boolean =>
  word > 0 &&
  ((current % 100 === 0 && word < 100) || (current % 10 === 0 && current % 100 >= 20 && word < 10))

/** Every number in a folded text, in digits or in the words of three languages, in order. */
export const findNumbers = (folded: string): ReadonlyArray<FoundNumber> => {
  const reader = new NumberReader(folded)
  const found: Array<FoundNumber> = []
  let index = 0
  while (index < reader.tokens.length) {
    const read = reader.read(index)
    index = read?.next ?? index + 1
    if (read === undefined) continue
    const { next: _, ...number } = read
    found.push(number)
  }
  return found
}
