import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"

const hour = 3_600_000
const atNoon = Date.UTC(2026, 0, 5, 12)

/** The clock of a process whose own clocks are moved by hand. */
const clockOn = (time: { wall: number; steady: number }, aheadMs = 0) =>
  Effect.runSync(
    Effect.provide(
      EngineClock,
      EngineClock.layer(aheadMs, { wall: () => time.wall, steady: () => time.steady })
    )
  )

it("does not follow the process's clock when somebody sets it", () => {
  const time = { wall: atNoon, steady: 5000.25 }
  const clock = clockOn(time)
  expect(clock.now()).toBe(atNoon)
  time.wall += hour
  time.steady += 1000
  expect(clock.now()).toBe(atNoon + 1000)
  time.wall -= 3 * hour
  expect(clock.now()).toBe(atNoon + 1000)
})

it("goes by the database, in whole milliseconds, wound forward as far as was asked", () => {
  const time = { wall: atNoon - hour, steady: 5000.25 }
  const clock = clockOn(time, 10 * hour)
  expect(clock.now()).toBe(atNoon + 9 * hour)
  // Asked 30.5 ms ago, and answered in the middle of that.
  clock.correct(atNoon, 30.5)
  expect(clock.now()).toBe(atNoon + 10 * hour + 15)
  time.steady += 2.75
  expect(clock.now()).toBe(atNoon + 10 * hour + 18)
})
