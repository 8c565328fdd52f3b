/** What people say when they take back what they said just before. */
const takesBack =
  /\b(?:ou melhor|quer dizer|quero dizer|alias|digo|na verdade|na real|errei|me enganei|me confundi|corrigindo|correcao|pensando bem|o certo e|i mean|i meant|or rather|actually|make that|correction|scratch that|mejor dicho|quise decir|quiero decir|en realidad|perdon|perdona|me equivoque|desculpa|desculpe|sorry)\b/gu

/** "não mais que 2 mil" says a sum, "não 2 mil" takes one away. */
const denies = /^(?:nao|not|no|nem)\b(?!\s+(?:mais|mas|more|passa|passo|less|menos|maximo|minimo))/u
const deniedBehind = /\s(?:nao|not|no)$/u

/** Whether a sentence corrects what was said before it. */
export const corrects = (folded: string): boolean => folded.search(takesBack) >= 0

const withoutDenied = (folded: string): ReadonlyArray<string> => {
  const parts = folded
    .replaceAll(/[.!]+$/gu, "")
    .split(/,\s+|;\s*|\s(?:mas|but|pero|sino)\s/u)
    .filter((part) => part !== "")
  const kept = parts.filter((part) => !denies.test(part) && !deniedBehind.test(part))
  return kept.length > 0 && kept.length < parts.length ? [kept.join(", ")] : []
}

/** Reads a text as it was meant in the end: "2 mil, quer dizer, 3 mil", "não em janeiro, em março". */
export const readCorrected = <A>(folded: string, read: (text: string) => A | undefined): A | undefined => {
  const ends = [...folded.matchAll(takesBack)]
    .map((match) => folded.slice(match.index + match[0].length))
    .reverse()
  for (const text of [...ends, folded].flatMap((each) => [...withoutDenied(each), each])) {
    const value = read(text)
    if (value !== undefined) return value
  }
  return undefined
}
