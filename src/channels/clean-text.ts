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

/** As `cleanText`, and nothing instead of a missing or blank text. */
export const cleanOptional = (text: string | null | undefined, lengthMax: number): string | undefined => {
  if (text === null || text === undefined) return undefined
  const clean = cleanText(text, lengthMax)
  return clean.trim() === "" ? undefined : clean
}
