import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The engine's time. All waiting and all times in events go by it, so that a test can move it by hand. */
export class EngineClock extends Context.Service<
  EngineClock,
  {
    /** Epoch ms, corrected by the database's clock. */
    readonly now: () => number
    /** Waits until `now()` has reached `at`. */
    readonly sleepUntil: (at: number) => Effect.Effect<void>
    /** Tells how far the database's clock is ahead of this process's, ms. */
    readonly correct: (aheadMs: number) => void
  }
>()("centurion/actors/EngineClock") {
  /** The machine's clock, wound forward by `aheadMs` for demonstrations. */
  static readonly layer = (aheadMs = 0) =>
    Layer.sync(EngineClock, () => {
      let ahead = aheadMs
      return EngineClock.of({
        now: () => Date.now() + ahead,
        sleepUntil: (at) => Effect.suspend(() => Effect.sleep(Math.max(0, at - Date.now() - ahead))),
        correct: (databaseAheadMs) => {
          // Whole milliseconds: what is hashed must be what the database keeps.
          ahead = Math.round(aheadMs + databaseAheadMs)
        }
      })
    })

  /** A clock that stands until `advance` moves it. */
  static readonly manual = (startAt = Date.UTC(2026, 0, 5, 12)) => {
    let now = startAt
    const waiting = new Set<{ readonly at: number; readonly wake: () => void }>()
    const layer = Layer.succeed(EngineClock, {
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
