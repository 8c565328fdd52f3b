import { expect, it } from "vitest"
import { OutOfTime, withinTime } from "../../../actors/machine/within-time.ts"

it("gives what the work gives, and throws what it throws", () => {
  expect(withinTime(1000, () => 7)).toBe(7)
  expect(() =>
    withinTime(1000, () => {
      throw new RangeError("mine")
    })
  ).toThrow(new RangeError("mine"))
})

it("ends work that does not come back, in whatever it is and whatever it catches", () => {
  const forever = () => {
    for (;;);
  }
  const works: ReadonlyArray<() => unknown> = [
    forever,
    () => [1].map(forever),
    () => {
      try {
        forever()
      } catch {
        return 1
      }
      return 2
    },
    () => withinTime(60_000, forever)
  ]
  for (const work of works) expect(() => withinTime(50, work)).toThrow(OutOfTime)
  expect(withinTime(1000, () => "and goes on")).toBe("and goes on")
})
