import * as Effect from "effect/Effect"
import type { EventStore, Places } from "../../eventstore/log/event-store.ts"
import type { StoredTimer } from "../../eventstore/log/stored-rows.ts"
import { pollLoop, Wake } from "../poll-loop.ts"
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
/** The next look when the database does not answer, and when it has more than one look reads. */
const retryMs = 1000
const goOnMs = 100
/** Timers read in one look. */
const readMax = 10_000

const keyOf = ({ company, stream, timer }: StoredTimer) => `${company}/${stream} ${timer}`

/** The timers that are due soon, in memory; the database has them all. */
export class TimerQueue {
  private readonly ports: TimerPorts
  private readonly timers = new Map<string, StoredTimer>()
  private readonly heap = new DueHeap<StoredTimer>((one, other) => one.dueAt < other.dueAt)
  private readonly wake = new Wake()
  private nextLook = 0

  constructor(ports: TimerPorts) {
    this.ports = ports
  }

  get size(): number {
    return this.timers.size
  }

  set(timer: StoredTimer): void {
    if (timer.dueAt > this.ports.clock.now() + horizonMs) return
    const key = keyOf(timer)
    const known = this.timers.get(key)
    if (known !== undefined && known.setBy >= timer.setBy) return
    const first = this.heap.peek()
    this.timers.set(key, timer)
    this.heap.push(timer)
    if (first === undefined || timer.dueAt < first.dueAt) this.wake.now()
  }

  /** Looks into the database now, as after gaining partitions. */
  lookNow(): void {
    this.nextLook = 0
    this.wake.now()
  }

  forget(company: string, partition: number): void {
    for (const [key, timer] of this.timers) {
      if (timer.company === company && timer.partition === partition) this.timers.delete(key)
    }
  }

  /** Reads what becomes due, and fires what is. */
  get run(): Effect.Effect<never> {
    const { clock } = this.ports
    return pollLoop({
      look: Effect.andThen(
        this.lookIfDue,
        Effect.sync(() => this.fireDue())
      ),
      pause: () =>
        clock.sleepUntil(Math.min(this.heap.peek()?.dueAt ?? Number.POSITIVE_INFINITY, this.nextLook)),
      wake: this.wake
    })
  }

  private readonly lookIfDue = Effect.gen({ self: this }, function* (this: TimerQueue) {
    const { clock } = this.ports
    if (clock.now() < this.nextLook) return
    this.nextLook = Number.POSITIVE_INFINITY
    const pauseMs = yield* this.look
    // Asked for in the middle of this look, the next one comes at once.
    this.nextLook = Math.min(this.nextLook, clock.now() + pauseMs)
  })

  /** Gives how long it is to the next look. */
  private readonly look = Effect.gen({ self: this }, function* (this: TimerQueue) {
    const { store, clock, places } = this.ports
    const ours = places()
    if (ours.companies.length === 0) return lookEveryMs
    const found = yield* Effect.result(store.dueTimers(ours, clock.now() + horizonMs, readMax))
    if (found._tag === "Failure") return retryMs
    for (const timer of found.success) this.set(timer)
    return found.success.length === readMax ? goOnMs : lookEveryMs
  })

  private fireDue(): void {
    const now = this.ports.clock.now()
    while (true) {
      const first = this.heap.peek()
      if (first === undefined || first.dueAt > now) return
      this.heap.pop()
      // The heap also holds timers that were cleared or set anew since.
      if (this.timers.get(keyOf(first)) !== first) continue
      this.timers.delete(keyOf(first))
      this.ports.fire(first)
    }
  }
}
