import type { Columns, ReadModel } from "../../../projections/read-model.ts"

/** `created_at` as the API writes it: `createdAt`. */
export const fieldOf = (column: string): string =>
  column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A read model in a path: `deal_stages` is `/deal-stages`. */
export const pathOf = (readModel: string): string => readModel.replaceAll("_", "-")

/** The columns of a read model that the API gives. */
export const shownColumns = ({ columns, hidden = [] }: ReadModel): Columns =>
  hidden.length === 0
    ? columns
    : Object.fromEntries(Object.entries(columns).filter(([column]) => !hidden.includes(column)))

/** What is made from a thing that never changes, such as a read model, is made once. */
export const once = <Of extends object, A>(make: (of: Of) => A): ((of: Of) => A) => {
  const known = new WeakMap<Of, A>()
  return (of) => {
    const before = known.get(of)
    if (before !== undefined) return before
    const made = make(of)
    known.set(of, made)
    return made
  }
}
