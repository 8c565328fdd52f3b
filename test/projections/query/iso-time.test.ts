import fc from "fast-check"
import { expect, it } from "vitest"
import { isoTime } from "../../../projections/query/iso-time.ts"

it("writes any time as toISOString does, whatever was written before", () => {
  const near = fc
    .tuple(
      fc.date({ noInvalidDate: true }),
      fc.array(fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }))
    )
    .map(([from, steps]) => [from, ...steps.map((ms) => new Date(from.getTime() + ms))])
  fc.assert(
    fc.property(near, (times) => {
      for (const at of times) if (!Number.isNaN(at.getTime())) expect(isoTime(at)).toBe(at.toISOString())
    }),
    { numRuns: 1000 }
  )
})

it.each([
  "-000001-12-31T23:59:59.999Z",
  "0000-12-31T23:59:59.999Z",
  "0001-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "+010000-01-01T00:00:00.000Z"
])("writes %s at the edges of its range", (text) => {
  expect(isoTime(new Date(text))).toBe(text)
})
