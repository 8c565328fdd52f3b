import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { dictionaryPage } from "../../projections/dictionary/page.ts"
import { questions } from "../../projections/dictionary/questions.ts"
import { analystViews, readModels } from "../../projections/index.ts"

const page = dictionaryPage(readModels, analystViews, questions)

test("docs/reference/data-dictionary.md says what the code says; else run `npm run dictionary`", () => {
  const written = readFileSync(join(import.meta.dirname, "../../docs/reference/data-dictionary.md"), "utf8")
  expect(written).toBe(page)
})

test("every table and view is in it, with every column", () => {
  for (const { name, columns } of [...readModels, ...analystViews]) {
    const section = page.split("\n### ").find((each) => each.startsWith(`${name}\n`))
    expect(section, name).toBeDefined()
    for (const column of Object.keys(columns)) expect(section).toContain(`| \`${column}\` |`)
  }
})

test("a table and a view never have the same name", () => {
  const names = [...readModels, ...analystViews].map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  for (const name of names) expect(name).toMatch(/^[a-z][a-z_]*$/)
})

test("every sentence ends, and no cell of a table is broken in two", () => {
  for (const { about, columns } of readModels) {
    for (const says of [about, ...Object.values(columns).map((column) => column.about)])
      expect(says).toMatch(/[.…]`?$/)
  }
  for (const line of page.split("\n").filter((each) => each.startsWith("| `"))) {
    expect([2, 4]).toContain(line.replaceAll("\\|", "").split("|").length - 2)
  }
})
