import { expect, it } from "vitest"
import { durationOf, field, numberOf, textAt } from "../../../src/channels/loose-values.ts"

it("gives fields of objects alone, and only their own", () => {
  expect([field({ a: 1 }, "a"), field({ a: null }, "a"), field({}, "toString")]).toEqual([
    1,
    undefined,
    undefined
  ])
  expect([field(null, "a"), field("text", "length"), field(undefined, "a")]).toEqual([
    undefined,
    undefined,
    undefined
  ])
})

it.each([
  ["x", "x"],
  [7, "7"],
  ["  ", undefined],
  [null, undefined],
  [true, undefined],
  [["x"], undefined]
])("reads %j as the text %j", (given, text) => {
  expect(textAt({ at: { it: given } }, "at", "it")).toBe(text)
})

it.each([
  [1.5, 1.5],
  ["-23.5", -23.5],
  [" 4 ", 4],
  [{ low: -1, high: 1 }, 2 ** 33 - 1],
  ["1e3", undefined],
  ["", undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [null, undefined]
])("reads %j as the number %j", (given, number) => {
  expect(numberOf(given)).toBe(number)
})

it.each([
  [4, 4],
  ["4", 4],
  [0, 0],
  [-1, undefined],
  [1e9, undefined],
  [{}, undefined]
])("reads %j as a length of %j seconds", (given, seconds) => {
  expect(durationOf(given)).toBe(seconds)
})
