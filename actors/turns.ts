import * as Effect from "effect/Effect"

/** How much runs at once. */
export interface TurnLimits {
  /** Of all together, but for what is each one's own. */
  readonly all: number
  /** Of each key, whatever the others do. */
  readonly each: number
}

/**
 * Who may go on, of many who share what runs at once: whoever hangs holds up none but those of the same key. Each key
 * has a few turns of its own at any time, and the rest goes round among the keys that wait.
 */
export class Turns {
  private readonly limits: TurnLimits
  private readonly running = new Map<string, number>()
  /** Those who wait, by key; the key that was served last stands last. */
  private readonly waiting = new Map<string, Set<() => void>>()
  private total = 0
  private serving = false

  constructor(limits: TurnLimits) {
    this.limits = limits
  }

  /** Does the work once it is its key's turn. */
  take<A, E, R>(key: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.andThen(
        restore(this.turn(key)),
        Effect.ensuring(
          restore(work),
          Effect.sync(() => this.leave(key))
        )
      )
    )
  }

  private turn(key: string): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.mayEnter(key)) {
        this.enter(key)
        return resume(Effect.void)
      }
      const go = () => resume(Effect.void)
      const queue = this.waiting.get(key) ?? new Set()
      this.waiting.set(key, queue.add(go))
      return Effect.sync(() => this.forget(key, go))
    })
  }

  private mayEnter(key: string): boolean {
    return this.total < this.limits.all || (this.running.get(key) ?? 0) < this.limits.each
  }

  private enter(key: string) {
    this.total++
    this.running.set(key, (this.running.get(key) ?? 0) + 1)
  }

  private leave(key: string) {
    this.total--
    const left = this.running.get(key)! - 1
    if (left === 0) this.running.delete(key)
    else this.running.set(key, left)
    this.serve()
  }

  /** Whoever goes on may be done at once: then the loop that serves goes on, not one within it. */
  private serve() {
    if (this.serving) return
    this.serving = true
    for (let key = this.next(); key !== undefined; key = this.next()) {
      const queue = this.waiting.get(key)!
      const go: () => void = queue.values().next().value!
      this.waiting.delete(key)
      queue.delete(go)
      if (queue.size > 0) this.waiting.set(key, queue)
      this.enter(key)
      go()
    }
    this.serving = false
  }

  private next(): string | undefined {
    for (const key of this.waiting.keys()) if (this.mayEnter(key)) return key
    return undefined
  }

  private forget(key: string, go: () => void) {
    const queue = this.waiting.get(key)
    if (queue?.delete(go) && queue.size === 0) this.waiting.delete(key)
  }
}
