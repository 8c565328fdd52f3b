import { expect, it } from "vitest"
import { cleanOptional, looksEmpty } from "../../../src/channels/clean-text.ts"

it.each([
  "",
  " \n\t",
  "\u200b",
  "\u2060\ufeff",
  "\u3164",
  "\u2800",
  "\u00ad",
  "\u0000",
  "\u202e\u2069",
  "\ufe0f",
  "\u{e0020}"
])("sees nothing in %j", (text) => {
  expect([looksEmpty(text), cleanOptional(text, 10)]).toEqual([true, undefined])
})

it.each(["a", ".", "👍", "👩🏽‍🚒", "\u200bOi", "ㅤOi", "❤️", "é"])("sees something in %j", (text) => {
  expect(looksEmpty(text)).toBe(false)
})
