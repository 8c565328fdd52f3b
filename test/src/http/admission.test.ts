import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { makeAdmission } from "../../../src/http/admission.ts"
import { httpLimits } from "../../../src/http/limits.ts"

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Time that is moved by hand, with the heart that beats in it. */
const world = () => {
  const admission = makeAdmission(() => performance.now())
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= httpLimits.beatMs) {
      vi.advanceTimersByTime(Math.min(left, httpLimits.beatMs))
      admission.beat()
    }
  }
  const outcomes = { done: 0, refused: 0 }
  const begin = (key: string, work: Effect.Effect<unknown>) =>
    Effect.runFork(
      Effect.match(admission.take(key, work), {
        onSuccess: () => void outcomes.done++,
        onFailure: ({ reason, retryAfterMs }) => {
          expect([reason, retryAfterMs]).toEqual(["overloaded", httpLimits.overloadedRetryMs])
          outcomes.refused++
        }
      })
    )
  return { admission, pass, begin, outcomes }
}
const takes = (ms: number) =>
  Effect.callback<void>((resume) => void setTimeout(() => resume(Effect.void), ms))

test("however many come at once are taken, as long as they are done in time", () => {
  const { admission, pass, begin, outcomes } = world()
  for (let n = 0; n < 5_000; n++) begin("main", takes(2))
  for (let n = 0; n < 400; n++) vi.advanceTimersByTime(1)
  admission.beat()
  pass(200)
  expect(outcomes).toEqual({ done: 5_000, refused: 0 })
  expect(admission.isOpen()).toBe(true)
})

test("what would wait too long is told to come again, and nothing more is begun meanwhile", () => {
  const { admission, pass, begin, outcomes } = world()
  const many = 3 * httpLimits.workMost
  for (let n = 0; n < many; n++) begin("main", takes(400))
  pass(httpLimits.turnWaitSoonMs - httpLimits.beatMs)
  expect(admission.isOpen()).toBe(true)
  pass(250)
  expect(admission.isOpen()).toBe(false)
  pass(httpLimits.turnWaitMaxMs)
  expect(outcomes.refused).toBeGreaterThan(httpLimits.workMost / 2)
  pass(1_000)
  expect(admission.isOpen()).toBe(true)
  expect(outcomes.done + outcomes.refused).toBe(many)
})

test("an account whose work hangs holds up no other, and closes the door for none", () => {
  const { admission, pass, begin, outcomes } = world()
  const hangs = Effect.never
  for (let n = 0; n < 2 * httpLimits.workMost; n++) begin("hangs", hangs)
  pass(2_000)
  expect(outcomes.refused).toBe(httpLimits.workMost)
  for (let n = 0; n < 10; n++) begin("other", takes(10))
  expect(admission.isOpen()).toBe(true)
  pass(100)
  expect(outcomes.done).toBe(10)
  for (let n = 0; n < 50; n++) begin("hangs", hangs)
  pass(300)
  expect(admission.isOpen()).toBe(true)
})

test("a process that stands still begins nothing until it goes on", () => {
  const { admission, pass } = world()
  pass(500)
  vi.advanceTimersByTime(httpLimits.beatMs + httpLimits.standingMaxMs + 1)
  expect(admission.isOpen()).toBe(false)
  admission.beat()
  expect(admission.isOpen()).toBe(true)
})

test("whoever goes away while waiting leaves the queue", async () => {
  const { admission, begin, pass } = world()
  const gate = Deferred.makeUnsafe<void>()
  for (let n = 0; n < httpLimits.workMost; n++) begin("main", Deferred.await(gate))
  const waiting = Array.from({ length: 20 }, () => begin("main", takes(1)))
  for (const fiber of waiting) fiber.interruptUnsafe()
  begin("main", takes(1))
  Deferred.doneUnsafe(gate, Effect.void)
  pass(200)
  expect(admission.isOpen()).toBe(true)
})
