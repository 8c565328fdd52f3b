import { describe, expect, it } from "vitest"
import { intoBusinessHours } from "../../../machines/conversation/business-hours.ts"

const nineToSix = { fromMinute: 540, toMinute: 1080 }
const weekdays = [null, nineToSix, nineToSix, nineToSix, nineToSix, nineToSix, null]
const into = (
  at: string,
  timeZone: string,
  businessHours: ReadonlyArray<typeof nineToSix | null> = weekdays
) => {
  const found = intoBusinessHours(Date.parse(at), { timeZone, businessHours })
  return found === null ? null : new Date(found).toISOString()
}
const only = (weekday: number, hours: typeof nineToSix) =>
  Array.from({ length: 7 }, (_, day) => (day === weekday ? hours : null))

describe("business hours", () => {
  it.each([
    ["inside stays", "2026-06-01T13:00:00.000Z", "2026-06-01T13:00:00.000Z"],
    ["before opening waits for it", "2026-06-01T08:00:00.000Z", "2026-06-01T12:00:00.000Z"],
    ["the moment of opening is inside", "2026-06-01T12:00:00.000Z", "2026-06-01T12:00:00.000Z"],
    ["the moment of closing is outside", "2026-06-01T21:00:00.000Z", "2026-06-02T12:00:00.000Z"],
    ["the last moment is inside", "2026-06-01T20:59:59.999Z", "2026-06-01T20:59:59.999Z"],
    ["Friday night waits for Monday", "2026-06-05T23:00:00.000Z", "2026-06-08T12:00:00.000Z"],
    ["local Sunday night is not yet UTC Monday", "2026-06-08T01:00:00.000Z", "2026-06-08T12:00:00.000Z"],
    ["the turn of the year", "2026-12-31T22:00:00.000Z", "2027-01-01T12:00:00.000Z"]
  ])("in São Paulo: %s", (_, at, expected) => {
    expect(into(at, "America/Sao_Paulo")).toBe(expected)
  })

  it.each([
    ["the night before summer time", "2026-03-28T20:00:00Z", 0, "2026-03-29T07:00:00.000Z"],
    ["the night before winter time", "2026-10-24T20:00:00Z", 0, "2026-10-25T08:00:00.000Z"]
  ])("in Berlin, open at nine on the clock after %s", (_, at, weekday, expected) => {
    expect(into(at, "Europe/Berlin", only(weekday, nineToSix))).toBe(expected)
  })

  it("begin after the gap when the clocks skip their beginning", () => {
    const early = only(0, { fromMinute: 150, toMinute: 300 })
    expect(into("2026-03-28T20:00:00Z", "Europe/Berlin", early)).toBe("2026-03-29T01:30:00.000Z")
  })

  it("that last till midnight and begin at it are open without end", () => {
    const allDay = Array.from({ length: 7 }, () => ({ fromMinute: 0, toMinute: 1440 }))
    expect(into("2026-06-06T02:59:59.999Z", "America/Sao_Paulo", allDay)).toBe("2026-06-06T02:59:59.999Z")
  })

  it("come a week later when the only day of the week has just closed", () => {
    expect(into("2026-06-01T21:00:00Z", "America/Sao_Paulo", only(1, nineToSix))).toBe(
      "2026-06-08T12:00:00.000Z"
    )
  })

  it("never come when every day is closed, missing, or ends before it begins", () => {
    expect(into("2026-06-01T13:00:00Z", "UTC", Array(7).fill(null))).toBeNull()
    expect(into("2026-06-01T13:00:00Z", "UTC", [])).toBeNull()
    expect(into("2026-06-01T13:00:00Z", "UTC", Array(7).fill({ fromMinute: 1080, toMinute: 540 }))).toBeNull()
  })

  it("are read as UTC where nobody knows the zone", () => {
    expect(into("2026-06-01T08:00:00Z", "Nowhere/Else")).toBe("2026-06-01T09:00:00.000Z")
  })

  it("at half-hour offsets are right too", () => {
    expect(into("2026-06-01T00:00:00Z", "Asia/Kolkata")).toBe("2026-06-01T03:30:00.000Z")
  })
})
