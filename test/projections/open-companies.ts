import * as Effect from "effect/Effect"
import { makeTemplate } from "../../projections/engine/template.ts"
import { analystViews, readModels } from "../../projections/index.ts"
import type { TestDatabase } from "../databases.ts"

/** Makes a migrated database as it is after a start, with these companies of one partition each. */
export const openCompanies = async (
  database: TestDatabase,
  companies: ReadonlyArray<string>
): Promise<void> => {
  await Effect.runPromise(makeTemplate(database.connection, readModels, analystViews))
  for (const company of companies) {
    await database.admin("select es.create_company($1, 1)", [company])
    await database.admin("select core.ensure_company($1)", [company])
  }
}
