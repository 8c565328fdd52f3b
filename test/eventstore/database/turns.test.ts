import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { type TurnLimits, Turns } from "../../../eventstore/database/turns.ts"

/** Work that says when it runs, and ends when it is told to. */
const worldOf = (limits: TurnLimits) => {
  const turns = new Turns(limits)
  const began: Array<string> = []
  const ends = new Map<string, () => void>()
  const begin = (key: string, name: string) =>
    Effect.runFork(
      turns.take(
        key,
        Effect.callback<void>((resume) => {
          began.push(name)
          ends.set(name, () => resume(Effect.void))
        })
      )
    )
  const several = (key: string, count: number) =>
    Array.from({ length: count }, (_, n) => begin(key, `${key}${n}`))
  return { turns, began, begin, several, end: (name: string) => ends.get(name)!() }
}

test("lets all together run up to the limit, and the next in when one is done", () => {
  const { began, several, end } = worldOf({ all: 3, each: 1 })
  several("a", 5)
  expect(began).toEqual(["a0", "a1", "a2"])
  end("a1")
  expect(began).toEqual(["a0", "a1", "a2", "a3"])
  end("a0")
  end("a2")
  expect(began).toEqual(["a0", "a1", "a2", "a3", "a4"])
})

test("gives every key its own turns while others hang on all that there are", () => {
  const { began, several, end } = worldOf({ all: 4, each: 2 })
  several("hangs", 70)
  several("hangsToo", 70)
  expect(began).toEqual(["hangs0", "hangs1", "hangs2", "hangs3", "hangsToo0", "hangsToo1"])
  began.length = 0
  several("b", 5)
  expect(began).toEqual(["b0", "b1"])
  for (const n of [0, 1, 2, 3]) end(`b${n}`)
  expect(began).toEqual(["b0", "b1", "b2", "b3", "b4"])
})

test("gives what is free to the keys that wait in rounds, and to each in the order in which it came", () => {
  const { began, begin, several, end } = worldOf({ all: 1, each: 0 })
  begin("x", "x")
  several("a", 3)
  several("b", 2)
  end("x")
  for (const name of ["a0", "b0", "a1", "b1"]) end(name)
  expect(began).toEqual(["x", "a0", "b0", "a1", "b1", "a2"])
})

test("gives the turn of whoever leaves the queue, or is broken off, to the next", async () => {
  const { began, several } = worldOf({ all: 1, each: 0 })
  const [first, second] = several("a", 3)
  await Effect.runPromise(Fiber.interrupt(second!))
  await Effect.runPromise(Fiber.interrupt(first!))
  expect(began).toEqual(["a0", "a2"])
})

test("gives the turn on when the work fails, and does work that ends at once, however much waits", async () => {
  const { turns, begin, end } = worldOf({ all: 1, each: 1 })
  begin("a", "a")
  const waiting = Effect.runPromise(
    Effect.forEach(
      Array.from({ length: 20_000 }, (_, n) => n),
      (n) => Effect.exit(turns.take("a", n % 2 === 0 ? Effect.succeed(n) : Effect.fail(n))),
      { concurrency: "unbounded" }
    )
  )
  end("a")
  const done = await waiting
  expect(done.filter((exit) => Exit.isSuccess(exit))).toHaveLength(10_000)
})
