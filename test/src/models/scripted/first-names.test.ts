import { expect, it } from "vitest"
import { firstNames } from "../../../../src/models/scripted/first-names.ts"

it("has the names of most people, folded, and no words of shops", () => {
  expect(
    ["maria", "joao", "guilherme", "wellington", "guadalupe", "emma"].filter((name) => !firstNames.has(name))
  ).toEqual([])
  expect(["loja", "casa", "oi", "sol", "amor"].filter((word) => firstNames.has(word))).toEqual([])
  expect([...firstNames].filter((name) => !/^[a-z]{2,}$/.test(name))).toEqual([])
})
