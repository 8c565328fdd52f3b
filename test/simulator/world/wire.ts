import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type EventStore, StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import type { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import type { Random } from "../time/random.ts"
import type { Timeline } from "../time/timeline.ts"
import type { VirtualProcess } from "../time/virtual-process.ts"
import type { Faults } from "./faults.ts"

/** The way from an engine to the database: it takes time, it breaks, and what is on it when a process dies may arrive. */
export class StoreWire {
  readonly timeline: Timeline
  readonly faults: Faults
  readonly random: Random
  /** Called when a process is to die at a named place. */
  readonly crash: (process: VirtualProcess) => void
  private downUntil = 0

  constructor(timeline: Timeline, faults: Faults, random: Random, crash: (process: VirtualProcess) => void) {
    this.timeline = timeline
    this.faults = faults
    this.random = random
    this.crash = crash
  }

  get isDown(): boolean {
    return this.timeline.now < this.downUntil
  }

  goDown(ms: number) {
    this.downUntil = this.timeline.now + ms
    this.timeline.stayAwakeUntil(this.downUntil + 10_000)
  }

  comeBack() {
    this.downUntil = 0
  }

  events(process: VirtualProcess, store: EventStore["Service"]): EventStore["Service"] {
    return this.wrap(process, store)
  }

  subjects(process: VirtualProcess, store: SubjectStore["Service"]): SubjectStore["Service"] {
    return this.wrap(process, store)
  }

  private wrap<S extends object>(process: VirtualProcess, store: S): S {
    const wrapped: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(store)) {
      wrapped[name] =
        typeof member === "function"
          ? (...args: ReadonlyArray<unknown>) => this.call(process, name, member(...args))
          : this.call(process, name, member)
    }
    return wrapped as S
  }

  private call<A, E>(
    process: VirtualProcess,
    name: string,
    work: Effect.Effect<A, E>
  ): Effect.Effect<A, E | StoreUnavailable> {
    return Effect.callback<A, E | StoreUnavailable>((resume) => {
      const { timeline, faults, random } = this
      const isAppend = name === "append"
      const answer = (exit: Effect.Effect<A, E | StoreUnavailable>) =>
        timeline.after(random.whole(0, 3), "world", () => process.dispatch(() => resume(exit)))
      const down = () => answer(Effect.fail(unavailable("the connection is refused", isAppend)))
      if (this.isDown) return void down()
      if (isAppend && faults.hit("crashBeforeCommit", process.name)) return this.crash(process)
      let travelMs = random.whole(0, 4)
      if (faults.hit("storeSlow", `${process.name} ${name}`)) {
        travelMs = random.spread(500, 30_000)
        timeline.stayAwakeUntil(timeline.now + travelMs + 5000)
      }
      timeline.after(travelMs, "world", () => {
        // What a dead process had sent arrives, or it does not.
        if (process.state === "dead" && random.chance(0.5)) return
        if (this.isDown) return void down()
        if (isAppend && faults.hit("commitUnknown", process.name)) return this.breakDuring(work, answer)
        const exit = Effect.runSyncExit(work)
        if (isAppend && Exit.isSuccess(exit) && faults.hit("crashAfterCommit", process.name)) {
          return this.crash(process)
        }
        answer(exit)
      })
    })
  }

  /** The connection breaks: the commit stands, does not, or lands while its sender already asks what became of it. */
  private breakDuring<A, E>(
    work: Effect.Effect<A, E>,
    answer: (exit: Effect.Effect<A, E | StoreUnavailable>) => void
  ) {
    const { timeline, random } = this
    timeline.stayAwakeUntil(timeline.now + 5000)
    const fate = random.pick(["stands", "lost", "late"])
    if (fate === "stands") Effect.runSyncExit(work)
    if (fate === "late") timeline.after(random.spread(1, 2000), "world", () => Effect.runSyncExit(work))
    answer(Effect.fail(unavailable("the connection broke", true)))
  }
}

const unavailable = (why: string, mayHaveHappened: boolean) =>
  new StoreUnavailable({ message: `the database did not answer: ${why}`, mayHaveHappened })
