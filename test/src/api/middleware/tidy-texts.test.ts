import { expect, it } from "vitest"
import { filledIn, tidyTexts } from "../../../../src/api/middleware/tidy-texts.ts"

it("composes texts and empties those that nobody could see, wherever they stand", () => {
  const given = { a: ["Ac\u0327a\u0303o", { b: " \u200b\u2800" }], n: 1, z: null, yes: true }
  expect(tidyTexts(given)).toEqual({ a: ["Ação", { b: "" }], n: 1, z: null, yes: true })
  expect(tidyTexts("👩🏽‍🚒 ok ")).toBe("👩🏽‍🚒 ok ")
})

it("leaves secrets as they were typed, and gives the same value when nothing changes", () => {
  const login = { email: "ana@example.com", password: "senha\u0301 ", next: "  " }
  expect(tidyTexts(login)).toBe(login)
  expect(tidyTexts(undefined)).toBeUndefined()
})

it("takes what is empty for not filled in, blanks for nobody's, and a number for its digits", () => {
  const form = {
    name: " Ana ",
    email: "",
    role: null,
    phone: 5511999998888,
    form: { a: " ", b: true, c: [1, "", "x"] }
  }
  expect(filledIn(form)).toEqual({ name: "Ana", phone: "5511999998888", form: { b: "true", c: "1, x" } })
  expect([filledIn(null), filledIn(undefined)]).toEqual([null, undefined])
})
