import * as Result from "effect/Result"
import type { Address } from "../../../actors/address.ts"
import type { CompanyInput } from "../../../machines/company/events.ts"

/** A company has one actor of its own, which begins before the company is there. */
export const startCompany = ({ company, id }: Address): Result.Result<typeof CompanyInput.Type, string> =>
  id === company
    ? Result.succeed({ companyId: id })
    : Result.fail(
        `The company ${company} has one actor of its own, company/${company}; company/${id} can't start`
      )
