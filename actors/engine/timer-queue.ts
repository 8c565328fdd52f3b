import * as Effect from "effect/Effect"
import type { EventStore, Places } from "../../eventstore/log/event-store.ts"
import type { StoredTimer } from "../../eventstore/log/stored-rows.ts"
import { DueHeap } from "./due-heap.ts"
import type { EngineClock } from "./engine-clock.ts"

/** What the queue needs of the engine around it. */
export interface TimerPorts {
  readonly store: EventStore["Service"]
  readonly clock: EngineClock["Service"]
  /** The partitions that this process owns now. */
  readonly places: () => Places
  /** Delivers `TimerFired`; the lane passes over a timer that is no longer set. */
  readonly fire: (timer: StoredTimer) => void
}

/** Timers further ahead than this stay in the database until a later look. */
const horizonMs = 60_000
const lookEveryMs = 20_000
/** Timers read in one look; when there are more, the next look comes at once. */
const readMax = 10_000

/** The timers that are due soon, in memory; the database has them all. */
export interface TimerQueue {
  readonly set: (timer: StoredTimer) => void
  readonly clear: (company: string, stream: string, timer: string) => void
  /** Looks into the database now, as after gaining partitions. */
  readonly lookNow: () => void
  readonly forget: (company: string, partition: number) => void
  readonly size: () => number
  readonly run: Effect.Effect<never>
}

export const makeTimerQueue = (ports: TimerPorts): TimerQueue => {
  const { store, clock } = ports
  const timers = new Map<string, StoredTimer>()
  const heap = new DueHeap<StoredTimer>((one, other) => one.dueAt < other.dueAt)
  let nextLook = 0
  let wake = () => {}
  const woken = Effect.callback<void>((resume) => {
    wake = () => resume(Effect.void)
  })
  const keyOf = (company: string, stream: string, timer: string) => `${company}/${stream} ${timer}`

  const set = (timer: StoredTimer) => {
    if (timer.dueAt > clock.now() + horizonMs) return
    const key = keyOf(timer.company, timer.stream, timer.timer)
    const known = timers.get(key)
    if (known !== undefined && known.setBy >= timer.setBy) return
    const first = heap.peek()
    timers.set(key, timer)
    heap.push(timer)
    if (first === undefined || timer.dueAt < first.dueAt) wake()
  }

  const fireDue = () => {
    const now = clock.now()
    while (true) {
      const first = heap.peek()
      if (first === undefined || first.dueAt > now) return
      heap.pop()
      const key = keyOf(first.company, first.stream, first.timer)
      // The heap also holds timers that were cleared or set anew since.
      if (timers.get(key) !== first) continue
      timers.delete(key)
      ports.fire(first)
    }
  }

  const look = Effect.gen(function* () {
    const places = ports.places()
    if (places.companies.length === 0) return lookEveryMs
    const found = yield* Effect.result(store.dueTimers(places, clock.now() + horizonMs, readMax))
    if (found._tag === "Failure") return 1000
    for (const timer of found.success) set(timer)
    return found.success.length === readMax ? 100 : lookEveryMs
  })

  const run = Effect.gen(function* () {
    while (true) {
      if (clock.now() >= nextLook) {
        nextLook = Number.POSITIVE_INFINITY
        const pauseMs = yield* look
        // Asked for in the middle of this look, the next one comes at once.
        nextLook = Math.min(nextLook, clock.now() + pauseMs)
      }
      fireDue()
      const due = heap.peek()?.dueAt ?? Number.POSITIVE_INFINITY
      yield* Effect.raceFirst(clock.sleepUntil(Math.min(due, nextLook)), woken)
    }
  })

  return {
    set,
    run,
    clear: (company, stream, timer) => timers.delete(keyOf(company, stream, timer)),
    lookNow: () => {
      nextLook = 0
      wake()
    },
    forget: (company, partition) => {
      for (const [key, timer] of timers) {
        if (timer.company === company && timer.partition === partition) timers.delete(key)
      }
    },
    size: () => timers.size
  }
}
