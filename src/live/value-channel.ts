import * as Effect from "effect/Effect"
import { Wake } from "../../actors/poll-loop.ts"
import type { Sink } from "./event-follower.ts"
import { type Frame, plainFrame } from "./live-frames.ts"
import { liveLimits } from "./live-limits.ts"
import type { LiveFailure, LiveValue } from "./live-value.ts"

/** A value that takes long to make is made less often: at most this share of the time. */
const busyShareMax = 0.1
/** A value of a day is looked at so often, though nothing changed: at midnight it begins anew. */
const dayLookMs = 60_000

/** Those who follow a value of a company. It is made once for all of them, and sent when it is another one. */
export class ValueChannel {
  private readonly topic: string
  private readonly value: LiveValue
  private readonly make: Effect.Effect<unknown, LiveFailure>
  private readonly followers = new Set<Sink>()
  private last: { readonly text: string; readonly frame: Frame } | undefined
  private readonly wake = new Wake()

  constructor(topic: string, value: LiveValue, make: Effect.Effect<unknown, LiveFailure>) {
    this.topic = topic
    this.value = value
    this.make = make
    this.wake.now()
  }

  /** The value as it was last made goes out at once. */
  add(sink: Sink) {
    this.followers.add(sink)
    if (this.last !== undefined) sink.send(this.last.frame)
  }

  remove(sink: Sink) {
    this.followers.delete(sink)
  }

  /** What it is made from has moved on. */
  changed() {
    this.wake.now()
  }

  /** Makes and sends it until it is interrupted. */
  readonly run: Effect.Effect<never> = Effect.gen({ self: this }, function* () {
    while (true) {
      if (this.value.whenChanged) yield* Effect.timeoutOption(this.wake.woken, dayLookMs)
      this.wake.forget()
      const began = performance.now()
      const made = yield* Effect.result(this.make)
      if (made._tag === "Failure") {
        this.wake.now()
        yield* Effect.logWarning(`${this.topic} can't be made: ${made.failure.message}`)
        yield* Effect.sleep(liveLimits.retryMs)
        continue
      }
      this.tell(made.success)
      yield* Effect.sleep(Math.max(this.value.everyMs, (performance.now() - began) / busyShareMax))
    }
  })

  private tell(value: unknown) {
    const text = JSON.stringify(value)
    if (this.value.whenChanged && text === this.last?.text) return
    const at = new Date().toISOString()
    const frame = plainFrame({ type: "value", topic: this.topic, at, value })
    this.last = { text, frame }
    for (const sink of this.followers) sink.send(frame)
  }
}
