import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Json } from "../../../eventstore/database/json.ts"
import { canonicalJson, NotStorable } from "../../../eventstore/proof/hash.ts"

/** RFC 8785 said once more, as shortly as it goes: for every object its keys in order, for the rest ECMAScript's JSON. */
const oracle = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(oracle).join(",")}]`
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${oracle((value as { [key: string]: unknown })[key])}`)
  return `{${members.join(",")}}`
}

const word = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => !text.includes("\u0000")),
  fc.constantFrom(
    "10",
    "9",
    "0",
    "-1",
    "a",
    "B",
    "é",
    "\\u0000",
    "\n",
    "\u001f",
    "\u2028",
    "__proto__",
    "toString"
  )
)

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    word,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(word, tie("tree")), { maxLength: 20, selector: ([key]) => key })
      .map(Object.fromEntries)
  )
}))

describe("canonical JSON", () => {
  test("has the keys of every object in order, whatever they look like", () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(canonicalJson(value as Json)).toBe(oracle(value))
      }),
      { numRuns: 2000 }
    )
  })

  test("leaves the value as it was", () => {
    const value = { b: 1, a: [{ d: 2, c: 3 }] }
    canonicalJson(value)
    expect(Object.keys(value)).toEqual(["b", "a"])
    expect(Object.keys(value.a[0]!)).toEqual(["d", "c"])
  })

  test("leaves out what is undefined, and has null for it in a list", () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] } as never)).toBe('{"a":[null,1]}')
  })

  test.each([
    ["a NUL", { a: ["x\u0000"] }, "E.a[0] holds a NUL character"],
    ["a NUL in a key", { "\u0000": 1 }, "E holds a NUL character"],
    ["half a surrogate pair", { a: "\ud800" }, "E.a holds half a surrogate pair"],
    ["no number", { a: Number.NaN }, "E.a is NaN, which JSON does not have"],
    ["a function", { a: () => 1 }, "E.a is a function, which JSON does not have"],
    ["a big integer", { a: [1n] }, "E.a[0] is a bigint, which JSON does not have"],
    ["nothing", undefined, "E is a undefined, which JSON does not have"]
  ])("says where %s stands", (_, value, message) => {
    expect(() => canonicalJson(value as never, "E")).toThrow(
      new NotStorable("", message).constructor as never
    )
    expect(() => canonicalJson(value as never, "E")).toThrow(message)
  })
})
