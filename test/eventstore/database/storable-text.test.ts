import { expect, test } from "vitest"
import { isStorable, storable, whyNotStorable } from "../../../eventstore/database/storable-text.ts"

const pair = "\ud83d\ude00"

test.each([
  ["a\u0000b", "holds a NUL character"],
  ["a\ud83d", "holds half a surrogate pair"],
  ["\ude00a", "holds half a surrogate pair"],
  [`São ${pair}\u0001`, undefined],
  ["", undefined]
])("%j can be stored, or it is said why not", (text, why) => {
  expect(whyNotStorable(text)).toBe(why)
  expect(isStorable(text)).toBe(why === undefined)
  expect(isStorable(storable(text))).toBe(true)
})

test("what can be stored stays as it is, and only what can't is taken out", () => {
  expect(storable(`Olá ${pair}`)).toBe(`Olá ${pair}`)
  expect(storable("a\u0000b\ud83d")).toBe("ab\ufffd")
})
