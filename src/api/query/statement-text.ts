import type { ReadModel } from "../../../projections/read-model.ts"
import { once } from "./field-names.ts"

/** Numbers the places of a statement's text; what is bound there is gathered apart, in the same order. */
const numbered = () => {
  let places = 0
  return (type: string) => `$${++places}::${type}`
}

/** Gives the next place of a text, as this type. */
export type Place = (type: string) => string

/** The texts of statements that were asked before, by the read model and their shape: Postgres and its driver know them. */
const textsOf = once((_: ReadModel) => new Map<string, string>())
/** Clients choose among shapes, so there may be many. */
const textsMax = 500

/** The text of this shape, made once. */
export const textOf = (readModel: ReadModel, shape: string, make: (place: Place) => string): string => {
  const texts = textsOf(readModel)
  const known = texts.get(shape)
  if (known !== undefined) return known
  if (texts.size >= textsMax) texts.clear()
  const made = make(numbered())
  texts.set(shape, made)
  return made
}
