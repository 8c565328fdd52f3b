import type { ActorState } from "../../../actors/machine/actor-state.ts"
import { stepInputOf } from "../../../actors/machine/live-actor.ts"
import { type MachineRegistry, registerMachines } from "../../../actors/machine/machine-registry.ts"
import { persist } from "../../../actors/machine/persisted-state.ts"
import { type Step as EngineStep, type StepInput, takeStep } from "../../../actors/machine/step.ts"
import type { JsonObject } from "../../../eventstore/database/json.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { canonicalJson } from "../../../eventstore/proof/hash.ts"
import { machines } from "../../../machines/index.ts"
import type { Event, Step } from "../../machines/drive.ts"
import { isOurs } from "../world/provider.ts"
import type { Finding } from "./finding.ts"

/** A job that the machine asked for, by its id within the stream. */
export interface AskedJob {
  readonly job: string
  readonly version: number
  readonly name: string
  readonly input: unknown
}

/** One stream, drawn again from its inputs. */
export interface FoldedStream {
  readonly company: string
  readonly stream: string
  readonly events: ReadonlyArray<StoredEvent>
  readonly state: ActorState | undefined
  /** What each input did, as the laws of the machines read it. */
  readonly steps: ReadonlyArray<Step>
  readonly asked: ReadonlyMap<string, AskedJob>
  /** Streams that it told something, each as often as it did, by the version of the event that made it. */
  readonly told: ReadonlyArray<{ readonly version: number; readonly to: string }>
  /** By how much timers fired after they were due, by the version of the event. */
  readonly lateness: ReadonlyArray<{ readonly version: number; readonly lateMs: number }>
  readonly findings: ReadonlyArray<Finding>
}

let registry: MachineRegistry | undefined

/** The machines, made ready once. */
const registered = (name: string) => {
  if (registry === undefined) {
    const made = registerMachines(machines, ["writeReply", "sendChunk", "showTyping"], () => {})
    if (made._tag === "Failure") throw made.failure
    registry = made.success
  }
  return registry.get(name)!
}

/** Takes all steps of a stream once more, and compares what the machine draws with what is stored. */
export const foldStream = (events: ReadonlyArray<StoredEvent>): FoldedStream => {
  const { company, stream } = events[0]!
  const running = registered(stream.slice(0, stream.indexOf("/"))).current
  const steps: Array<Step> = []
  const asked = new Map<string, AskedJob>()
  const findings: Array<Finding> = []
  const told: Array<{ readonly version: number; readonly to: string }> = []
  const lateness: Array<{ readonly version: number; readonly lateMs: number }> = []
  let state: ActorState | undefined
  let owed: ReadonlyArray<{ readonly type: string }> = []
  const find = (version: number, what: string) =>
    findings.push({ promise: "P5", what, where: `${company}/${stream}@${version}` })
  for (const [n, event] of events.entries()) {
    if (event.version !== n + 1) find(event.version, `version ${n + 1} is missing`)
    if (event.kind === "emitted") {
      const [due, ...rest] = owed
      owed = rest
      const { type, ...data } = due ?? { type: "nothing" }
      if (type === event.type && canonicalJson(data as JsonObject) === canonicalJson(event.data)) continue
      find(event.version, `${event.type} is stored, and the machine draws ${type}`)
      continue
    }
    for (const { type } of owed) find(event.version, `the machine draws ${type}, which is not stored`)
    const input = stepInputOf(event.type, event.data)
    const before = state
    const due = before?.timers.find(({ timer }) => input.kind === "timerFired" && timer === input.timer)
    if (due !== undefined) lateness.push({ version: event.version, lateMs: event.recordedAt - due.dueAt })
    const step = takeStep(running, before, event.version, input, event.recordedAt)
    state = step.state
    owed = step.emitted
    for (const { job, name, input } of step.jobs) {
      asked.set(job, { job, version: event.version, name, input })
    }
    for (const { to } of step.messages) told.push({ version: event.version, to: `${to.machine}/${to.id}` })
    steps.push(lawStep(event, input, step, before))
  }
  for (const { type } of owed) find(events.length + 1, `the machine draws ${type}, which is not stored`)
  return { company, stream, events, state, steps, asked, told, lateness, findings }
}

const lawStep = (
  event: StoredEvent,
  input: StepInput,
  step: EngineStep,
  before: ActorState | undefined
): Step => {
  const child = (job: string) => before?.jobs.find((pending) => pending.job === job)?.child ?? job
  return {
    event: nameOf(event, input, before),
    value: step.state.snapshot.value,
    emitted: step.emitted as unknown as ReadonlyArray<Event>,
    jobs: step.jobs.map(({ name, input }) => ({ name, input })),
    cancelled: step.cancelledJobs.map(child),
    told: []
  }
}

/** The event as XState calls it. */
const nameOf = (event: StoredEvent, input: StepInput, before: ActorState | undefined): Event => {
  if (input.kind === "event") {
    // What the provider shows us of our own messages is no person's word, and the laws know nothing of it.
    const isEcho = input.event.type === "PersonReplied" && isOurs(String(input.event.messageId))
    return (isEcho ? { type: "EchoShown" } : input.event) as Event
  }
  if (input.kind === "jobSucceeded" || input.kind === "jobFailed") {
    const child = before?.jobs.find((pending) => pending.job === input.job)?.child
    return { type: `xstate.${input.kind === "jobFailed" ? "error" : "done"}.actor.${child}` }
  }
  return { type: event.type }
}

/** A state as plain data, to compare it with. */
export const plain = (state: ActorState | undefined): string =>
  state === undefined ? "none" : canonicalJson(persist(state) ?? {})
