import type { ReadModel } from "../read-model.ts"
import { memoize } from "./memoize.ts"

/** Gives the next placeholder of a statement, `$3::text`; what is bound there is gathered apart, in the same order. */
export type Placeholder = (type: string) => string

const numbered = (): Placeholder => {
  let bound = 0
  return (type) => `$${++bound}::${type}`
}

/** The texts of statements that were asked before, by the read model and their shape: Postgres and its driver know them. */
const textsOf = memoize((_: ReadModel) => new Map<string, string>())
/** Clients choose among shapes, so there may be many. */
const textsMax = 500

/** The text of this shape, made once. */
export const textOf = (
  readModel: ReadModel,
  shape: string,
  make: (placeholder: Placeholder) => string
): string => {
  const texts = textsOf(readModel)
  const known = texts.get(shape)
  if (known !== undefined) return known
  if (texts.size >= textsMax) texts.clear()
  const made = make(numbered())
  texts.set(shape, made)
  return made
}
