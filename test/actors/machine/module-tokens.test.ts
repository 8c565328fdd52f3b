import { expect, it } from "vitest"
import { tokensOf } from "../../../actors/machine/module-tokens.ts"

/** A tilde stands for the sign that opens a place in a template. */
const said = (text: string) => JSON.stringify(tokensOf(text.replaceAll("~", "$")))

it.each([
  ["a comment", "const a = 1", "// why\nconst a = /* one */ 1 // end"],
  ["layout", "const a = { b: 1, c: [2] }", "const a = {\n  b: 1,\r\n\tc: [2]\n}"],
  ["a comment after a division", "a / b", "a / b // c / d"],
  ["an import of a type", "const a = 1", 'import type { A } from "./a.ts"\nconst a = 1'],
  ["a re-export of a type", "const a = 1", 'export type { A } from "./a.ts"\nconst a = 1']
])("%s makes no difference", (_, one, other) => {
  expect(said(one)).toBe(said(other))
})

it.each([
  ["a number", "a = 10", "a = 1"],
  ["a text that looks like a comment", 'a = "http://a"', 'a = "http://b"'],
  ["a comment that is part of a template", "a = `/* b */`", "a = `/* c */`"],
  ["what stands in a template", "a = `~{b(`}`)} // c`", "a = `~{b(`{`)} // c`"],
  ["a template after a brace in a text", 'a = `~{"}"}` // b', 'a = `~{"}"} ` // b'],
  ["a regular expression", "a = /[/*]b/.test(c)", "a = /[/*]d/.test(c)"],
  ["a regular expression with a quote in it", `return /"/ // "`, `return /"/g // "`],
  ["a regular expression with slashes", "a(/https?:\\/\\/b/)", "a(/https?:\\/\\/c/)"],
  ["where a line ends after return", "return\na", "return a"],
  ["where a line ends before ++", "a\n++b", "a ++b"],
  ["a sign that is doubled", "a + +b", "a ++b"],
  ["words that are one", "ab", "a b"],
  ["what is imported", 'import { a } from "./a.ts"', 'import { b } from "./a.ts"'],
  ["a private name", "this.#a", "this.#b"]
])("%s does", (_, one, other) => {
  expect(said(one)).not.toBe(said(other))
})

it("tells what a module imports, in whichever way", () => {
  const text = `
    import a, { type B, c } from "./a.ts"
    import "./b.ts"
    import * as d from './c.ts'
    export { e } from "./d.ts"
    export * from "./e.ts"
    export { f, g }
    export type F = { readonly a: "from" }
    const h = () => import("./f.ts")
    const i = import.meta.url
  `
  const { imports, dynamic, words } = tokensOf(text)
  expect(imports.map(({ from }) => from)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts"])
  expect(dynamic).toEqual(["./f.ts"])
  expect(words.join(" ")).toContain("const i = import . meta . url")
})
