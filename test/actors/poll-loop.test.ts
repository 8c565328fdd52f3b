import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test } from "vitest"
import { pollLoop, Wake } from "../../actors/poll-loop.ts"
import { Subscribers } from "../../actors/subscribers.ts"

/** A loop that never looks by itself again, with how often it has looked. */
const loopOf = (look: (wake: Wake, looks: number) => Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const wake = new Wake()
    const seen = { looks: 0 }
    const loop = pollLoop({
      look: Effect.suspend(() => look(wake, ++seen.looks)),
      pause: () => Effect.never,
      wake
    })
    const fiber = yield* Effect.forkChild(loop)
    const settled = Effect.forEach([1, 2, 3, 4, 5], () => Effect.yieldNow)
    yield* settled
    return { wake, seen, settled, stop: Fiber.interrupt(fiber) }
  })

test("a loop looks at once, and again whenever it is woken", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const { wake, seen, settled, stop } = yield* loopOf(() => Effect.void)
      expect(seen.looks).toBe(1)
      wake.now()
      yield* settled
      expect(seen.looks).toBe(2)
      yield* settled
      expect(seen.looks).toBe(2)
      yield* stop
    })
  ))

test("whoever wakes it in the middle of a look makes it look once more", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const { seen, settled, stop } = yield* loopOf((wake, looks) =>
        looks === 1
          ? Effect.andThen(
              Effect.yieldNow,
              Effect.sync(() => wake.now())
            )
          : Effect.void
      )
      yield* settled
      expect(seen.looks).toBe(2)
      yield* stop
    })
  ))

test("subscribers are told until they hang up", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const subscribers = new Subscribers<number>()
      const heard: Array<string> = []
      const hangUp = yield* subscribers.add((news) => heard.push(`first ${news}`))
      yield* subscribers.add((news) => heard.push(`second ${news}`))
      subscribers.tell(1)
      hangUp()
      subscribers.tell(2)
      expect(heard).toEqual(["first 1", "second 1", "second 2"])
      expect(subscribers.none).toBe(false)
    })
  ))
