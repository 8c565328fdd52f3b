import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Json, JsonObject } from "../../../eventstore/database/json.ts"
import {
  emptyLike,
  type PersonalShape,
  personalText,
  putTogether,
  takeApart
} from "../../../eventstore/personal/personal-data.ts"
import { canonicalJson } from "../../../eventstore/proof/hash.ts"

/** Keys that a JSON pointer must escape, that look like places in an array, and that a plain object has already. */
const key = fc.constantFrom("a", "b", "c/d", "~", "~1", "/", "", "0", "1", "é", "__proto__", "toString")

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("", 0, -1.5)
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true })
  )
}))
const data = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<JsonObject>

const { shape } = fc.letrec<{ shape: PersonalShape | undefined }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom(undefined, "all" as const),
    fc.record(
      {
        fields: fc.dictionary(key, tie("shape"), { maxKeys: 4, noNullPrototype: true }),
        others: tie("shape"),
        elements: tie("shape").filter((each) => each !== undefined)
      },
      { requiredKeys: [], noNullPrototype: true }
    )
  )
})) as { shape: fc.Arbitrary<PersonalShape | undefined> }

/** What may be read in the clear: the whole of what the shape does not name, nothing but kinds of what it names. */
const mayStand = (of: PersonalShape | undefined, given: Json): Json => {
  if (of === undefined || given === null) return given
  if (of === "all") return emptyLike(given)
  if (typeof given !== "object") return given
  if (Array.isArray(given))
    return of.elements === undefined ? given : given.map((each) => mayStand(of.elements, each))
  const own = Object.entries(given as JsonObject).map(([name, each]) => {
    const known = of.fields !== undefined && Object.hasOwn(of.fields, name)
    return [name, mayStand(known ? of.fields[name] : of.others, each as Json)] as const
  })
  return Object.fromEntries(own)
}

const text = (json: Json) => canonicalJson(json)

describe("personal data", () => {
  it("is taken out and put back without a trace, for any data and any shape", () => {
    fc.assert(
      fc.property(shape, data, (of, given) => {
        const before = text(given)
        const { clear, personal } = takeApart(of, given)
        expect(text(putTogether(clear, personal ?? {}))).toBe(before)
        expect(text(given)).toBe(before)
      }),
      { numRuns: 2000 }
    )
  })

  it("leaves in the clear what is not personal, and of what is nothing but its kind", () => {
    fc.assert(
      fc.property(shape, data, (of, given) => {
        expect(text(takeApart(of, given).clear)).toBe(text(mayStand(of, given)))
      }),
      { numRuns: 2000 }
    )
  })

  it("survives the way through the store as text", () => {
    fc.assert(
      fc.property(shape, data, (of, given) => {
        const { clear, personal } = takeApart(of, given)
        fc.pre(personal !== undefined)
        const stored = JSON.parse(text(clear)) as JsonObject
        const opened = JSON.parse(personalText(personal!)) as JsonObject
        expect(text(putTogether(stored, opened))).toBe(text(given))
      })
    )
  })

  it("is named by JSON pointers, in which ~ and / are escaped", () => {
    const of: PersonalShape = { fields: { "c/d": { elements: { others: "all" } }, "~": "all", "": "all" } }
    const given = { "c/d": [{ "a~b": "one" }, { n: 2 }], "~": true, "": ["x"], kept: "in the clear" }
    expect(takeApart(of, given)).toEqual({
      clear: { "c/d": [{ "a~b": "" }, { n: 0 }], "~": false, "": [], kept: "in the clear" },
      personal: { "/c~1d/0/a~0b": "one", "/c~1d/1/n": 2, "/~0": true, "/": ["x"] }
    })
  })

  it.each([
    ["a text", "Ana", ""],
    ["a number", 41, 0],
    ["yes", true, false],
    ["a list", ["Ana", "Bia"], []],
    ["an object", { name: "Ana" }, {}]
  ] as const)("leaves an empty value of the same kind in place of %s", (_, given, empty) => {
    expect(takeApart("all", { it: given } as JsonObject)).toEqual({
      clear: {},
      personal: { "": { it: given } }
    })
    expect(takeApart({ fields: { it: "all" } }, { it: given } as JsonObject)).toEqual({
      clear: { it: empty },
      personal: { "/it": given }
    })
  })

  it.each([[null], [""], [0], [false], [[]], [{}]] as const)(
    "has nothing to seal where %j stands: that tells nothing",
    (given) => {
      expect(takeApart({ fields: { it: "all" } }, { it: given } as JsonObject)).toEqual({
        clear: { it: given },
        personal: undefined
      })
    }
  )

  it("goes back only to a place that is there", () => {
    const clear = { a: { b: "" }, list: ["", ""] }
    const personal = { "/a/c": "lost", "/list/7": "lost", "/x/y": "lost", "/list/1": "back" }
    expect(putTogether(clear, personal)).toEqual({ a: { b: "" }, list: ["", "back"] })
  })
})
