import * as Effect from "effect/Effect"
import type { Companies, UnknownCompany } from "./companies.ts"
import { CompanyRefused } from "./company-actors.ts"

/** For whoever changes something of a company's leads, conversations or deals for a person: fails while it is suspended. */
export const mustBeActive = (
  companies: Companies["Service"],
  id: string
): Effect.Effect<void, CompanyRefused | UnknownCompany> =>
  Effect.flatMap(companies.get(id), ({ status }) =>
    status === "active"
      ? Effect.void
      : new CompanyRefused({
          reason: "notNow",
          message: `The company "${id}" is suspended: what comes in is kept, and nothing can be changed until it is resumed`
        })
  )
