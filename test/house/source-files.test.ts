import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { filesOf, importsOf, parsed } from "./source-files.ts"

test.each([
  ["a side effect", 'import "../a.ts"', ["../a.ts"]],
  ["a comment with quotes", "import {\n  a, // isn't \"b\"\n  c\n} from '../a.ts'", ["../a.ts"]],
  ["a name that is text", 'import { "a-b" as c } from "../a.ts"', ["../a.ts"]],
  ["two on a line", 'import a from "../a.ts"; import b from "../b.ts"', ["../a.ts", "../b.ts"]],
  [
    "one after a comment",
    '/* of */ import a from "../a.ts"\n/**/ export * from "../b.ts"',
    ["../a.ts", "../b.ts"]
  ],
  ["a template", "const a = import(`../a.ts`)", ["../a.ts"]],
  ["attributes", 'import("../a.json", { with: { type: "json" } })', ["../a.json"]],
  ["a comma", 'import(\n  "../a.ts",\n)', ["../a.ts"]],
  ["a comment in the call", 'import(/* c */ "../a.ts")', ["../a.ts"]],
  ["one in a template", `const a = \`\${await import("../a.ts")}\``, ["../a.ts"]],
  ["a type", 'let a: import("../a.ts").A\nimport type { B } from "../b.ts"', ["../a.ts", "../b.ts"]],
  [
    "a file beside it",
    'new URL("../a.ts", import.meta.url); import.meta.resolve("../b.ts")',
    ["../a.ts", "../b.ts"]
  ],
  ["a computed path", "import(folder + name)", ["folder + name"]],
  ["another loader", 'import { createRequire as made } from "node:module"', ["node:module", "createRequire"]],
  ["assigned", 'import a = require("../a.ts")', ["../a.ts"]]
])("finds an import: %s", (_, text, found) => {
  expect(importsOf("planted.ts", text).toSorted()).toEqual(found.toSorted())
})

test("words of texts, comments and regexes are no imports", () => {
  const text = `const a = \`
import from afar, from "../a.ts"
\` // import "../b.ts"
const b = /import "..\\/c.ts"/.test("import('../d.ts')")
new URL("https://here.test")`
  expect(importsOf("planted.ts", text)).toEqual([])
})

test("what is only a type is not loaded when the program runs", () => {
  const text =
    'import type { A } from "../a.ts"\nimport { type B } from "../b.ts"\nexport type * from "../c.ts"'
  // What is left of the second is `import {} from`.
  expect(importsOf("planted.ts", text, "atRunTime")).toEqual(["../b.ts"])
})

test("a file of any kind of TypeScript or JavaScript is looked at", () => {
  const folder = mkdtempSync(join(tmpdir(), "centurion-files-"))
  mkdirSync(join(folder, "below"))
  const names = ["a.ts", "b.mts", "c.cts", "d.tsx", "e.js", "f.mjs", "g.cjs", "h.jsx"]
  for (const name of [...names, "i.sql", "j.json"]) writeFileSync(join(folder, "below", name), "")
  expect(filesOf(folder).map((path) => basename(path))).toEqual(names)
  rmSync(folder, { recursive: true })
})

test("what can't be read is told with its path", () => {
  expect(() => parsed("src/planted.ts", "const = 1")).toThrow("src/planted.ts can't be read")
  expect(importsOf("planted.tsx", 'const a = <b>{import("../a.ts")}</b>')).toEqual(["../a.ts"])
})
