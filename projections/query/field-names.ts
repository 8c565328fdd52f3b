import type { Columns, ReadModel } from "../read-model.ts"

/** `created_at` as the API writes it: `createdAt`. */
export const fieldOf = (column: string): string =>
  column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** A read model in a path: `deal_stages` is `/deal-stages`. */
export const pathOf = (readModel: string): string => readModel.replaceAll("_", "-")

/** The columns of a read model that lists and rows show. */
export const shownColumns = ({ columns, hidden = [] }: ReadModel): Columns =>
  hidden.length === 0
    ? columns
    : Object.fromEntries(Object.entries(columns).filter(([column]) => !hidden.includes(column)))
