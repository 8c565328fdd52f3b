import fc from "fast-check"
import { expect, test } from "vitest"
import { parseWithBytes, stringifyWithBytes } from "../../../src/control/bytes-json.ts"

const through = (value: unknown) => parseWithBytes(stringifyWithBytes(value))

test("brings bytes through, whichever kind of array they stand in", () => {
  const bytes = Uint8Array.of(0, 1, 255)
  expect(through({ a: bytes, b: [Buffer.from(bytes)], c: null })).toEqual({ a: bytes, b: [bytes], c: null })
})

test("leaves data alone that looks like bytes", () => {
  const data = { type: "Buffer", data: [1], $bytes: "AQ==", $$bytes: 2, x: { $bytes: { $bytes: "AQ==" } } }
  expect(through(data)).toEqual(data)
})

test("brings any JSON through as it is", () => {
  const key = fc.oneof(fc.constantFrom("$bytes", "$$bytes", "type", "data"), fc.string())
  const json = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.constant("Buffer"),
      fc.array(tie("any")),
      tie("object")
    ),
    object: fc.dictionary(key, tie("any"))
  })).any
  fc.assert(
    fc.property(json, (value) => {
      expect(through(value)).toEqual(value)
    })
  )
})
