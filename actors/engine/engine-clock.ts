import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"

/** Starts work of the engine's own, under the scheduler and the clock that the engine itself was started under. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

/** What a process knows of time by itself; another stands in for it where time is virtual. */
export interface ProcessTime {
  /** The process's own clock, epoch ms; people and time servers move it. */
  readonly wall: () => number
  /** Ms on a clock that only goes ahead, at an even pace. */
  readonly steady: () => number
}

const machineTime: ProcessTime = { wall: () => Date.now(), steady: () => performance.now() }

/**
 * The engine's time: all times in events and all waiting for one go by it, so that a test can move it by hand. Pauses
 * that have nothing to do with events go by Effect's own clock.
 */
export class EngineClock extends Context.Service<
  EngineClock,
  Pick<ProcessTime, "steady"> & {
    /** Epoch ms, corrected by the database's clock. */
    readonly now: () => number
    /** Waits until `now()` has reached `at`. */
    readonly sleepUntil: (at: number) => Effect.Effect<void>
    /** Of a loop of the engine, between one round and the next. */
    readonly pause: (ms: number) => Effect.Effect<void>
    /** Tells what the database's clock said, epoch ms, in the middle of a question that took so long. */
    readonly correct: (databaseMs: number, roundTripMs: number) => void
  }
>()("centurion/actors/EngineClock") {
  /**
   * Goes on by the steady clock from what the database said last, so that nobody who sets the machine's clock makes a
   * timer fire hours early or late. Wound forward by `aheadMs` for demonstrations.
   */
  static readonly layer = (aheadMs = 0, time = machineTime) =>
    Layer.sync(EngineClock, () => {
      const { wall, steady } = time
      let steadyBegan = wall() - steady() + aheadMs
      // Whole milliseconds: what is hashed must be what the database keeps.
      const now = () => Math.floor(steadyBegan + steady())
      return EngineClock.of({
        steady,
        pause: Effect.sleep,
        now,
        sleepUntil: (at) => Effect.suspend(() => Effect.sleep(Math.max(0, at - now()))),
        correct: (databaseMs, roundTripMs) => {
          steadyBegan = databaseMs + roundTripMs / 2 - steady() + aheadMs
        }
      })
    })

  /** A clock that stands until `advance` moves it. */
  static readonly manual = (startAt = Date.UTC(2026, 0, 5, 12)) => {
    let now = startAt
    const waiting = new Set<{ readonly at: number; readonly wake: () => void }>()
    const layer = Layer.succeed(EngineClock, {
      steady: machineTime.steady,
      pause: Effect.sleep,
      now: () => now,
      correct: () => {},
      sleepUntil: (at) =>
        Effect.callback<void>((resume) => {
          if (at <= now) return resume(Effect.void)
          const waiter = { at, wake: () => resume(Effect.void) }
          waiting.add(waiter)
          return Effect.sync(() => waiting.delete(waiter))
        })
    })
    const advance = (ms: number) => {
      now += ms
      for (const waiter of [...waiting]) {
        if (waiter.at > now) continue
        waiting.delete(waiter)
        waiter.wake()
      }
    }
    return { layer, advance, now: () => now }
  }
}
