import { describe, expect, it } from "vitest"
import { assess, meets } from "../../../machines/lead/assessment.ts"
import type { Criterion } from "../../../machines/lead/events.ts"

const at = Date.UTC(2026, 5, 1)
const answer = (value: string | number | boolean, criterion = "it") => ({ criterion, value, said: "…", at })
const of = (kind: Criterion["kind"], more: Partial<Criterion> = {}): Criterion => ({
  name: "it",
  weight: 1,
  kind,
  ...more
})

describe("a criterion is met", () => {
  it.each([
    ["money at least", of("money", { atLeast: 1000 }), 1000, true],
    ["money below", of("money", { atLeast: 1000 }), 999.99, false],
    ["money in words", of("money", { atLeast: 1000 }), "muito", false],
    ["any count", of("count"), 0, true],
    ["count below", of("count", { atLeast: 10 }), 9, false],
    ["a date in time", of("date", { withinDays: 30 }), "2026-06-30", true],
    ["today", of("date", { withinDays: 30 }), "2026-06-01", true],
    ["a date too late", of("date", { withinDays: 30 }), "2026-07-02", false],
    ["a date gone by", of("date", { withinDays: 30 }), "2026-05-01", false],
    ["a date without limit", of("date"), "2031-01-01", true],
    ["no date", of("date", { withinDays: 30 }), "logo", false],
    ["yes", of("yesNo"), true, true],
    ["no", of("yesNo"), false, false],
    ["no where no is wanted", of("yesNo", { meets: false }), false, true],
    ["yes in words", of("yesNo"), "sim", false],
    ["text", of("text"), "São Paulo", true],
    ["blank text", of("text"), "  ", false]
  ])("or not by %s", (_, criterion, value, expected) => {
    expect(meets(criterion, answer(value))).toBe(expected)
  })
})

describe("an assessment", () => {
  const criteria: ReadonlyArray<Criterion> = [
    { name: "budget", kind: "money", weight: 40, atLeast: 1000, required: "no budget" },
    { name: "team", kind: "count", weight: 30, atLeast: 5 },
    { name: "city", kind: "text", weight: 20 }
  ]

  it("scores the weight that is met out of all weight", () => {
    expect(assess(criteria, [answer(2000, "budget"), answer(3, "team")])).toEqual({
      score: 44,
      met: ["budget"],
      unmet: ["team"],
      open: ["city"],
      failed: null
    })
  })

  it("names why a required criterion fails", () => {
    expect(assess(criteria, [answer(10, "budget")])).toMatchObject({ score: 0, failed: "no budget" })
  })

  it("is 0 where there is nothing to weigh, and 100 at most", () => {
    expect(assess([], []).score).toBe(0)
    expect(assess([of("text", { weight: -5 })], [answer("x")]).score).toBe(0)
    expect(assess(criteria, [answer(2000, "budget"), answer(9, "team"), answer("SP", "city")]).score).toBe(
      100
    )
  })
})
