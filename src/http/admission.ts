import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TryAgain } from "../../actors/engine/engine.ts"
import { Turns } from "../../eventstore/database/turns.ts"
import { httpLimits } from "./limits.ts"

/**
 * How much work of strangers is begun: what would wait for too long is told at once to come again, so that what is
 * taken is answered soon, and all else (the lease, whoever watches) gets its share.
 */
export class Admission extends Context.Service<
  Admission,
  {
    /** False while work waits, or the process stands still, for too long: then nothing more is begun. */
    readonly isOpen: () => boolean
    /** Does work in its turn; fails when that does not come in time. Each key has turns of its own, whoever hangs. */
    readonly take: <A, E, R>(key: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | TryAgain, R>
  }
>()("centurion/http/Admission") {
  static readonly layer = Layer.effect(
    Admission,
    Effect.gen(function* () {
      const admission = makeAdmission(() => performance.now())
      const beat = setInterval(admission.beat, httpLimits.beatMs)
      yield* Effect.addFinalizer(() => Effect.sync(() => clearInterval(beat)))
      return Admission.of(admission)
    })
  )
}

const overloaded = new TryAgain({
  reason: "overloaded",
  message: "more comes in than can be done in time",
  retryAfterMs: httpLimits.overloadedRetryMs
})

/** By a clock that never goes back, in ms; `beat` is called every `beatMs`. */
export const makeAdmission = (now: () => number) => {
  const turns = new Turns({ all: httpLimits.workMost, each: httpLimits.workEach })
  /** Who waits, the longest first. */
  const waiting = new Set<{ readonly key: string; readonly since: number }>()
  /** When work of each key was last done. */
  const doneAt = new Map<string, number>()
  let beatAt = now()
  let isQueueLong = false
  const isWithin = (at: number | undefined, ms: number) => at !== undefined && now() - at <= ms

  const late = { afterMs: httpLimits.turnWaitMaxMs, instead: Effect.fail(overloaded) }
  const take: Admission["Service"]["take"] = (key, work) =>
    Effect.suspend(() => {
      const waiter = { key, since: now() }
      waiting.add(waiter)
      const inTurn = Effect.suspend(() => {
        waiting.delete(waiter)
        return Effect.ensuring(
          work,
          Effect.sync(() => void doneAt.set(key, now()))
        )
      })
      return Effect.ensuring(
        turns.take(key, inTurn, late),
        Effect.sync(() => void waiting.delete(waiter))
      )
    })
  const beat = () => {
    beatAt = now()
    // Where nothing is done at all, something hangs: that is no reason to refuse the others.
    isQueueLong = [...waiting].some(
      ({ key, since }) =>
        !isWithin(since, httpLimits.turnWaitSoonMs) && isWithin(doneAt.get(key), httpLimits.doneLatelyMs)
    )
    for (const [key, at] of doneAt) if (!isWithin(at, httpLimits.doneLatelyMs)) doneAt.delete(key)
  }
  const isOpen = () => !isQueueLong && isWithin(beatAt, httpLimits.beatMs + httpLimits.standingMaxMs)
  return { take, beat, isOpen }
}
