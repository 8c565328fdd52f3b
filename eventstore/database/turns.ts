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
  private readonly all: number
  private readonly each: number
  private readonly running = new Map<string, number>()
  /** Those who wait, by key; the key that was served last stands last. */
  private readonly waiting = new Map<string, Set<() => void>>()
  private total = 0
  private serving = false

  constructor({ all, each }: TurnLimits) {
    this.all = all
    this.each = each
  }

  /** Does the work once it is its key's turn; what comes `instead` when that takes longer than it may. */
  take<A, E, R, E2 = never>(
    key: string,
    work: Effect.Effect<A, E, R>,
    late?: { readonly afterMs: number; readonly instead: Effect.Effect<A, E2> }
  ): Effect.Effect<A, E | E2, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        restore(this.turn(key, late?.afterMs)),
        (isTurn): Effect.Effect<A, E | E2, R> =>
          isTurn
            ? Effect.ensuring(
                restore(work),
                Effect.sync(() => this.leave(key))
              )
            : late!.instead
      )
    )
  }

  /** False when it did not come in time. */
  private turn(key: string, waitMaxMs: number | undefined): Effect.Effect<boolean> {
    return Effect.callback((resume) => {
      if (this.mayEnter(key)) {
        this.enter(key)
        return resume(Effect.succeed(true))
      }
      const end = (isTurn: boolean) => {
        clearTimeout(timer)
        resume(Effect.succeed(isTurn))
      }
      const go = () => end(true)
      const giveUp = () => {
        this.forget(key, go)
        end(false)
      }
      const timer = waitMaxMs === undefined ? undefined : setTimeout(giveUp, waitMaxMs)
      const queue = this.waiting.get(key) ?? new Set()
      this.waiting.set(key, queue.add(go))
      return Effect.sync(() => {
        clearTimeout(timer)
        this.forget(key, go)
      })
    })
  }

  private mayEnter(key: string): boolean {
    return this.total < this.all || (this.running.get(key) ?? 0) < this.each
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
