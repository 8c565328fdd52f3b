import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as References from "effect/References"
import * as Scheduler from "effect/Scheduler"
import type { Timeline, WaitKind } from "./timeline.ts"

/**
 * A process as far as the code in it can tell: it runs when its tasks are done, and its clock may be wrong. Killed,
 * nothing in it ever goes on; frozen, all of it goes on at once when it thaws.
 */
export class VirtualProcess {
  readonly name: string
  readonly timeline: Timeline
  /** How far its clock is ahead, ms. */
  skewMs: number
  state: "running" | "frozen" | "dead" = "running"
  readonly context: Context.Context<never>
  /** Calls of the outside world under way. */
  atWork = 0
  private held: Array<() => void> = []

  constructor(name: string, timeline: Timeline, skewMs: number) {
    this.name = name
    this.timeline = timeline
    this.skewMs = skewMs
    const scheduler = new Scheduler.MixedScheduler("async", (task) => {
      let cancelled = false
      this.dispatch(() => {
        if (!cancelled) task()
      })
      return () => {
        cancelled = true
      }
    })
    this.context = Context.make(Scheduler.Scheduler, scheduler).pipe(
      Context.add(Clock.Clock, this.clock("world")),
      Context.add(References.MinimumLogLevel, "None"),
      Context.add(References.TracerEnabled, false)
    ) as Context.Context<never>
  }

  readonly wall = (): number => this.timeline.now + this.skewMs
  readonly monotonic = (): number => this.timeline.now
  readonly steady = (): number => this.timeline.awake

  /** Effect's clock, whose sleeps wait by this kind of time. */
  clock(kind: WaitKind): Clock.Clock {
    const nanos = () => BigInt(Math.round(this.wall())) * 1_000_000n
    const steadyNanos = () => BigInt(Math.round(this.steady())) * 1_000_000n
    return {
      currentTimeMillisUnsafe: this.wall,
      currentTimeMillis: Effect.sync(this.wall),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: steadyNanos,
      monotonicTimeNanos: Effect.sync(steadyNanos),
      sleep: (duration) =>
        Effect.callback<void>((resume) => {
          const ms = Duration.toMillis(duration)
          const wake = () => this.dispatch(() => resume(Effect.void))
          return Effect.sync(this.timeline.after(ms, kind, wake))
        })
    }
  }

  /** Does something in the process, as soon as it runs. */
  dispatch(task: () => void) {
    if (this.state === "dead") return
    if (this.state === "frozen") {
      this.held.push(task)
      return
    }
    this.timeline.soon(() => {
      // Killed or frozen since.
      if (this.state === "running") task()
      else this.dispatch(task)
    })
  }

  /** Starts an effect in the process; nobody hears of it when the process dies. */
  run<A, E>(effect: Effect.Effect<A, E>, done: (exit: Exit.Exit<A, E>) => void) {
    this.dispatch(() => {
      Effect.runForkWith(this.context)(effect).addObserver(done)
    })
  }

  kill() {
    this.state = "dead"
    this.atWork = 0
    this.held = []
  }

  freeze() {
    if (this.state === "running") this.state = "frozen"
  }

  thaw() {
    if (this.state !== "frozen") return
    this.state = "running"
    for (const task of this.held.splice(0)) this.dispatch(task)
  }
}
