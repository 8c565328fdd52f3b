import { hasPhrase } from "./fold-text.ts"
import { isPartOfDate } from "./is-part-of-date.ts"
import { type FoundNumber, findNumbers } from "./number-words.ts"

/** More than this is no team. */
const countMax = 1_000_000
/** A cue this many characters from the number is about it: "somos uns 12", "12 ótimas pessoas". */
const nearCharacters = 18

const fixed: ReadonlyArray<readonly [RegExp, number]> = [
  [/\b(?:meia duzia|media docena|half a dozen)\b/u, 6],
  [/\b(?:uma duzia|una docena|a dozen)\b/u, 12],
  [/\b(?:so eu|apenas eu|somente eu|sozinh[oa]|just me|only me|by myself|solo yo|yo sol[oa])\b/u, 1],
  [/\b(?:a couple|un par de|um par de)\b/u, 2]
]

const moneyBefore = /(?:r\$|us\$|\$|€|£)\s*$/u
const otherUnitAfter = /^\s*(?:%|°|(?:k|reais|reales|dolares|dollars?|euros?|pesos?)\b)/u

const isCount = (folded: string, number: FoundNumber): boolean =>
  Number.isInteger(number.value) &&
  number.value <= countMax &&
  !moneyBefore.test(folded.slice(0, number.start)) &&
  !otherUnitAfter.test(folded.slice(number.end, number.end + 30)) &&
  !isPartOfDate(folded, number)

const isNear = (folded: string, number: FoundNumber, cues: ReadonlyArray<string>): boolean =>
  hasPhrase(folded.slice(Math.max(0, number.start - nearCharacters), number.start), cues) ||
  hasPhrase(folded.slice(number.end, number.end + nearCharacters), cues)

const countsOne = (folded: string, number: FoundNumber, cues: ReadonlyArray<string>): boolean =>
  hasPhrase(/^\s*\p{L}+/u.exec(folded.slice(number.end))?.[0] ?? "", cues) &&
  !/\bde\b/u.test(folded.slice(number.end))

/**
 * How many the lead says: "somos 12", "twenty people", "una docena"; of a range the lower end. With `cuesNeeded` a
 * number counts only beside one of the cues; without, a number beside a cue is preferred.
 */
export const understandCount = (
  folded: string,
  cues: ReadonlyArray<string>,
  cuesNeeded: boolean
): number | undefined => {
  const numbers = findNumbers(folded).filter((number) => isCount(folded, number))
  // "uma equipe de 8": an article beside a cue is one only when nothing better is ("uma pessoa").
  const beside = numbers.filter((number) => isNear(folded, number, cues))
  const near =
    beside.find((number) => !number.article) ?? beside.find((number) => countsOne(folded, number, cues))
  if (near !== undefined) return near.value
  if (cuesNeeded) return hasPhrase(folded, cues) ? fixedCount(folded) : undefined
  // "uns 3 mil" is rather the budget of the next question than a team.
  const plain = numbers.find((number) => !number.article && number.scale < 1000)
  // "um" alone is one; in "um sistema" it is an article.
  const alone = /^[^\p{L}]*\p{L}+[^\p{L}]*$/u.test(folded) ? numbers[0] : undefined
  return plain?.value ?? fixedCount(folded) ?? alone?.value
}

const fixedCount = (folded: string) => fixed.find(([pattern]) => pattern.test(folded))?.[1]
