import type { ActorState } from "../../../actors/machine/actor-state.ts"
import { stepInputOf } from "../../../actors/machine/live-actor.ts"
import type { RegisteredMachine } from "../../../actors/machine/machine-registry.ts"
import type { RunningMachine } from "../../../actors/machine/running-machine.ts"
import { takeStep } from "../../../actors/machine/step.ts"
import type { Json, JsonObject } from "../../../eventstore/database/json.ts"
import type { EventKind, StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { canonicalJson, firstLink } from "../../../eventstore/proof/hash.ts"

/** A Monday, 10:00 in São Paulo. */
export const monday10 = Date.UTC(2026, 5, 1, 13)

/** One actor's history as the engine would store it, made by hand with a clock that is moved by hand. */
export class Recording {
  readonly registered: RegisteredMachine
  running: RunningMachine
  readonly stream: string
  readonly events: Array<StoredEvent> = []
  state: ActorState | undefined
  now: number

  constructor(registered: RegisteredMachine, id: string, input: object | null, now = monday10) {
    this.registered = registered
    this.running = registered.current
    this.stream = `${registered.listed.machine.id}/${id}`
    this.now = now
    this.take("ActorStarted", { machine: registered.listed.machine.id, input: input as Json })
  }

  get version(): number {
    return this.events.length
  }

  take(type: string, data: JsonObject = {}): this {
    const stored = JSON.parse(canonicalJson(data)) as JsonObject
    const input = stepInputOf(type, stored)
    const { state, emitted } = takeStep(this.running, this.state, this.version + 1, input, this.now)
    this.state = state
    this.store("input", type, stored)
    for (const { type: fact, ...rest } of emitted) this.store("emitted", fact, rest as JsonObject)
    return this
  }

  /** An event from outside, with the time of the clock as its `at`. */
  say(type: string, data: JsonObject = {}): this {
    return this.take(type, { ...data, at: this.now })
  }

  /** Moves the clock, and lets every timer fire `lateMs` after its moment. */
  wait(ms: number, lateMs = 0): this {
    const end = this.now + ms
    for (;;) {
      const due = (this.state?.timers ?? []).toSorted((a, b) => a.dueAt - b.dueAt)[0]
      if (due === undefined || due.dueAt + lateMs > end) break
      this.now = Math.max(this.now, due.dueAt + lateMs)
      this.take("TimerFired", { timer: due.timer })
    }
    this.now = end
    return this
  }

  /** Ends the oldest open job of this name. */
  answer(name: string, output: object | null): this {
    return this.take("JobSucceeded", { job: this.jobOf(name), name, output: output as Json })
  }

  fail(name: string, reason: string): this {
    return this.take("JobFailed", { job: this.jobOf(name), name, error: { reason, message: reason } })
  }

  /** The machine was changed: its running actors go on with this version. */
  becomes(running: RunningMachine): this {
    this.running = running
    return this
  }

  private jobOf(name: string): string {
    const job = this.state?.jobs.find((each) => each.name === name)?.job
    if (job === undefined) throw new Error(`${this.stream} waits for no ${name}`)
    return job
  }

  store(kind: EventKind, type: string, data: JsonObject) {
    const dataText = canonicalJson(data)
    this.events.push({
      company: "acme",
      partition: 1,
      position: 0,
      stream: this.stream,
      version: this.version + 1,
      kind,
      type,
      schemaVersion: this.registered.schemaVersion(type),
      data: JSON.parse(dataText) as JsonObject,
      dataText,
      sealed: null,
      sealedHash: null,
      keyId: null,
      occurredAt: this.now,
      recordedAt: this.now,
      causation: null,
      correlation: null,
      principal: kind === "input" ? "test" : "engine",
      machineVersion: this.running.version,
      payloadHash: firstLink,
      link: firstLink
    })
  }
}

/** Several actors' events as one partition has them: by time, with positions. */
export const asPartition = (
  recordings: ReadonlyArray<Pick<Recording, "events">>
): ReadonlyArray<StoredEvent> =>
  recordings
    .flatMap(({ events }) => events)
    .toSorted((a, b) => a.recordedAt - b.recordedAt)
    .map((event, n) => ({ ...event, position: n + 1 }))
