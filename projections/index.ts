import { leads } from "./leads.ts"
import type { AnalystView, ReadModel } from "./read-model.ts"

/** The read models that every company has; a new one is a new file and a line in this list. */
export const readModels: ReadonlyArray<ReadModel> = [leads]

/** The views for analysts, each after those that it reads. */
export const analystViews: ReadonlyArray<AnalystView> = []
