/** Lower case, without accents and with plain quotes and single spaces: how texts are compared. */
export const foldText = (text: string): string =>
  text
    .normalize("NFD")
    // Marks above letters, and what nobody can see: zero-width spaces and joiners, soft hyphens.
    .replaceAll(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase()
    .replaceAll(/[’‘´`]/g, "'")
    .replaceAll(/\s+/g, " ")
    .trim()

/** The words of a text, folded; digits count as letters. */
export const wordsOf = (text: string): ReadonlyArray<string> => foldText(text).match(/[\p{L}\p{N}']+/gu) ?? []

/** A phrase as the inside of a regular expression; `integra*` matches every word that begins so. */
const phraseSource = (phrase: string): string =>
  foldText(phrase)
    .replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\p{L}\\p{N}]*")
    .replaceAll(" ", "[\\s,]+")

const compiled = new Map<ReadonlyArray<string>, RegExp | undefined>()

const compile = (phrases: ReadonlyArray<string>): RegExp | undefined => {
  if (compiled.has(phrases)) return compiled.get(phrases)
  const sources = phrases.map(phraseSource).filter((source) => source !== "")
  const pattern =
    sources.length === 0
      ? undefined
      : new RegExp(`(?<![\\p{L}\\p{N}])(?:${sources.join("|")})(?![\\p{L}\\p{N}])`, "u")
  // Lists live as long as their company; this bound only keeps a caller with made-up lists from filling memory.
  if (compiled.size >= 10_000) compiled.clear()
  compiled.set(phrases, pattern)
  return pattern
}

/** Where the first of the phrases stands in the folded text, as whole words; undefined if none does. */
export const findPhrase = (
  folded: string,
  phrases: ReadonlyArray<string>
): { readonly start: number; readonly end: number } | undefined => {
  const match = compile(phrases)?.exec(folded)
  return match ? { start: match.index, end: match.index + match[0].length } : undefined
}

/** Whether one of the phrases stands in the folded text, as whole words. */
export const hasPhrase = (folded: string, phrases: ReadonlyArray<string>): boolean =>
  findPhrase(folded, phrases) !== undefined
