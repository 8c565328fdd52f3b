import { expect, it } from "vitest"
import { providerTime } from "../../../src/channels/provider-time.ts"

const now = Date.UTC(2026, 10, 30)
const seconds = now / 1000

it.each([
  ["seconds", seconds - 60, now - 60_000],
  ["digits", String(seconds - 60), now - 60_000],
  ["parts of a second", seconds - 0.5, now - 500],
  ["two halves", { low: seconds - 60, high: 0 }, now - 60_000],
  ["ms", now - 60_000, now - 60_000],
  ["digits of ms", String(now - 60_000), now - 60_000],
  ["µs", (now - 60_000) * 1000, now - 60_000],
  ["a clock that is ahead", seconds + 60, now + 60_000],
  ["long ago", Date.UTC(2015, 0, 1) / 1000, Date.UTC(2015, 0, 1)]
])("reads %s", (_, given, at) => {
  expect(providerTime(given, now)).toBe(at)
})

it.each([
  undefined,
  null,
  0,
  -1,
  1e300,
  Number.NaN,
  "",
  "soon",
  "0x10",
  [],
  {},
  { low: 1 },
  { low: 1, high: Number.POSITIVE_INFINITY },
  seconds + 3600,
  now * 10
])("takes %j for now", (given) => {
  expect(providerTime(given, now)).toBe(now)
})
