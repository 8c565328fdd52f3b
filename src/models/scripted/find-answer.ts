import type { FaqEntry } from "../model.ts"
import { findPhrase } from "./fold-text.ts"

/** The entries that a sentence asks for, in the order of its words. */
export const findAnswers = (folded: string, faq: ReadonlyArray<FaqEntry>): ReadonlyArray<FaqEntry> => {
  const found = faq.flatMap((entry) => {
    const place = findPhrase(folded, entry.keywords)
    return place === undefined ? [] : [{ entry, ...place }]
  })
  // "como funciona a integração" holds keywords of two entries; only those that don't overlap are two questions.
  return found
    .filter(
      (one) =>
        !found.some(
          (other) =>
            other !== one &&
            other.start <= one.start &&
            other.end >= one.end &&
            other.end - other.start > one.end - one.start
        )
    )
    .sort((left, right) => left.start - right.start)
    .map((one) => one.entry)
}
