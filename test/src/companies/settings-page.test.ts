import { join } from "node:path"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { CompanyFile } from "../../../machines/company/settings.ts"
import { settings, settingsPage, shown, valuesAt } from "./settings-page.ts"

test("docs/reference/company-settings.md says what the schemas say; else run `npm run settings`", async () => {
  const path = join(import.meta.dirname, "../../../docs/reference/company-settings.md")
  await expect(settingsPage).toMatchFileSnapshot(path)
})

test("every setting says what it does", () => {
  expect(settings.length).toBeGreaterThan(40)
  expect(settings.flatMap(({ path, shape }) => (shape.description?.endsWith(".") ? [] : [path]))).toEqual([])
})

test("the company that is shown has every setting, and is a company's file", () => {
  expect(settings.flatMap(({ path }) => (valuesAt(shown, path).length > 0 ? [] : [path]))).toEqual([])
  const strict = { onExcessProperty: "error" } as const
  expect(Schema.decodeUnknownSync(CompanyFile, strict)(shown)).toEqual(shown)
})
