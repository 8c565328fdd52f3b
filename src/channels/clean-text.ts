import { storable } from "../../eventstore/database/storable-text.ts"

const cutMark = "…"

/** The text as Postgres and every provider can hold it: no NUL, no lone surrogate, at most `lengthMax` UTF-16 units. */
export const cleanText = (text: string, lengthMax: number): string => {
  const whole = storable(text)
  if (whole.length <= lengthMax) return whole
  const head = whole.slice(0, lengthMax - cutMark.length)
  // The cut must not leave half of a surrogate pair.
  return head.replace(/[\uD800-\uDBFF]$/, "") + cutMark
}

/** Blanks and what has no shape of its own: format and control characters, joiners, fillers, the empty Braille cell. */
const invisible = /^[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** Whether nobody could see anything of it. */
export const looksEmpty = (text: string): boolean => invisible.test(text)

/** As `cleanText`, and nothing instead of a missing text or one that nobody could see. */
export const cleanOptional = (text: string | null | undefined, lengthMax: number): string | undefined => {
  if (text === null || text === undefined) return undefined
  const clean = cleanText(text, lengthMax)
  return looksEmpty(clean) ? undefined : clean
}
