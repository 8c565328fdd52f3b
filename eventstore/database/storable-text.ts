/** Why the store can't hold a text, as the end of a sentence; undefined when it can. Postgres has no NUL, UTF-8 no half of a pair. */
export const whyNotStorable = (text: string): string | undefined => {
  if (text.includes("\u0000")) return "holds a NUL character"
  return text.isWellFormed() ? undefined : "holds half a surrogate pair"
}

/** Whether the store can hold it. */
export const isStorable = (text: string): boolean => whyNotStorable(text) === undefined

/** The text with what the store can't hold taken out. */
export const storable = (text: string): string => text.replaceAll("\u0000", "").toWellFormed()
