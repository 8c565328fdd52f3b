import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { exampleCompany } from "../../../machines/company/example.ts"
import { CompanyFile, companySections } from "../../../machines/company/settings.ts"

test("is a company's file with every section", () => {
  const strict = { onExcessProperty: "error" } as const
  expect(Schema.decodeUnknownSync(CompanyFile, strict)(exampleCompany)).toEqual(exampleCompany)
  expect(Object.keys(exampleCompany).sort()).toEqual(["id", ...companySections].sort())
})
