import type { Json } from "../../eventstore/database/json.ts"
import type { ActorEvent } from "../engine/engine.ts"
import type { PendingTimer } from "../machine/actor-state.ts"
import { errorAsJson } from "../machine/persisted-state.ts"
import type { Message, NewJob, Step } from "../machine/step.ts"
import { agree, asJson, same, type Tolerance } from "./backtest-agreement.ts"

/** What two versions can differ in. `error`: the new one's machine threw. */
export type DifferenceKind = "state" | "emitted" | "job" | "message" | "timer" | "error"

/**
 * One thing that the recorded version and the candidate did differently. `gained`: only the candidate did it; `lost`:
 * only the recorded one; `kept`: the recorded one called the job back, the candidate waits for it.
 */
export interface Difference {
  readonly kind: DifferenceKind
  /** Of the fact, the job, the timer; `state`; `lead LeadSpoke` for a message. */
  readonly name: string
  readonly change: "gained" | "lost" | "changed" | "reordered" | "kept" | "stopped" | "earlier" | "later"
  readonly old: Json
  readonly new: Json
}

/** What the recorded version did: all of it, or only the facts when its machine is not at hand. */
export type Recorded =
  | { readonly known: true; readonly step: Step }
  | { readonly known: false; readonly facts: ReadonlyArray<ActorEvent> }

/** A job in the recorded history, and the candidate's job that stands at its place. */
export type JobPairs = Map<string, string>

/** All that differs, and the jobs that the candidate waits for and that no recorded answer is for. */
export interface Compared {
  readonly differences: ReadonlyArray<Difference>
  readonly missing: ReadonlyArray<string>
}

const nothingDiffers: Compared = { differences: [], missing: [] }

/** Compares what one input came to; notes in `pairs` which jobs stand for each other. Timers are judged when they fire. */
export const compareSteps = (
  recorded: Recorded,
  now: Step,
  tolerance: Tolerance,
  pairs: JobPairs
): Compared => {
  if (!recorded.known) {
    const facts = recorded.facts.length === 0 && now.emitted.length === 0
    return facts
      ? nothingDiffers
      : { differences: emittedOf(recorded.facts, now.emitted, tolerance), missing: [] }
  }
  const old = recorded.step
  if (isQuietlySame(old, now)) return nothingDiffers
  const jobs = jobsOf(old, now, tolerance, pairs)
  const cancelled = cancelledOf(old, now, pairs)
  const differences = [
    ...statesOf(old, now, tolerance),
    ...emittedOf(old.emitted, now.emitted, tolerance),
    ...jobs.differences,
    ...cancelled.differences,
    ...pairUp("message", old.messages, now.messages, nameOfMessage, (each) => each.event, tolerance)
  ]
  return { differences, missing: [...jobs.missing, ...cancelled.missing] }
}

/** Most steps: nothing came of them, and the state is the same. */
const isQuietlySame = (old: Step, now: Step): boolean =>
  old.emitted.length + now.emitted.length === 0 &&
  old.jobs.length + now.jobs.length === 0 &&
  old.messages.length + now.messages.length === 0 &&
  old.cancelledJobs.length + now.cancelledJobs.length === 0 &&
  old.state.snapshot.status === now.state.snapshot.status &&
  same(old.state.snapshot.value, now.state.snapshot.value)

const statesOf = (old: Step, now: Step, { ignored }: Tolerance): ReadonlyArray<Difference> => {
  const [was, is] = [old.state.snapshot, now.state.snapshot]
  if (was.status !== is.status && is.status === "error") {
    return [thrown(is.error)]
  }
  if (ignored.has("state") && was.status === is.status) return []
  if (was.status === is.status && same(was.value, is.value)) return []
  return [{ kind: "state", name: "state", change: "changed", old: stateText(was), new: stateText(is) }]
}

/** The state value, and how the machine ended if it did. */
const stateText = ({ value, status }: Step["state"]["snapshot"]): Json =>
  status === "active" ? asJson(value) : { value: asJson(value), status }

const emittedOf = (
  old: ReadonlyArray<ActorEvent>,
  now: ReadonlyArray<ActorEvent>,
  tolerance: Tolerance
): ReadonlyArray<Difference> => pairUp("emitted", old, now, ({ type }) => type, withoutType, tolerance)

const withoutType = ({ type: _, ...data }: ActorEvent): unknown => data

const nameOfMessage = ({ to, event }: Message): string => `${to.machine} ${event.type}`

/** The nth of a name stands against the nth of that name. */
const pairUp = <A>(
  kind: DifferenceKind,
  old: ReadonlyArray<A>,
  now: ReadonlyArray<A>,
  nameOf: (each: A) => string,
  dataOf: (each: A) => unknown,
  tolerance: Tolerance
): ReadonlyArray<Difference> => {
  if (old.length === 0 && now.length === 0) return []
  const differences: Array<Difference> = []
  const left = [...now]
  const order: Array<number> = []
  for (const was of old) {
    const name = nameOf(was)
    const at = left.findIndex((each) => each !== undefined && nameOf(each) === name)
    if (tolerance.ignored.has(name)) {
      if (at >= 0) left[at] = undefined as never
      continue
    }
    if (at < 0) {
      differences.push({ kind, name, change: "lost", old: asJson(dataOf(was)), new: null })
      continue
    }
    const is = left[at]!
    left[at] = undefined as never
    order.push(at)
    if (agree(name, dataOf(was), dataOf(is), tolerance)) continue
    differences.push({ kind, name, change: "changed", old: asJson(dataOf(was)), new: asJson(dataOf(is)) })
  }
  for (const is of left) {
    if (is === undefined || tolerance.ignored.has(nameOf(is))) continue
    differences.push({ kind, name: nameOf(is), change: "gained", old: null, new: asJson(dataOf(is)) })
  }
  if (differences.length === 0 && order.some((at, n) => n > 0 && at < order[n - 1]!)) {
    const names = (list: ReadonlyArray<A>) => asJson(list.map(nameOf))
    differences.push({ kind, name: nameOf(old[0]!), change: "reordered", old: names(old), new: names(now) })
  }
  return differences
}

/** Jobs like the rest; the ones that the machine waits for need an answer that was recorded for the same question. */
const jobsOf = (old: Step, now: Step, tolerance: Tolerance, pairs: JobPairs): Compared => {
  if (old.jobs.length === 0 && now.jobs.length === 0) return nothingDiffers
  const nameOf = ({ name }: NewJob) => name
  // Another setting in the question is another question: only a fact may repeat it.
  const strict = { ...tolerance, echoes: [] }
  const differences = pairUp("job", old.jobs, now.jobs, nameOf, ({ input }) => input, strict)
  const free = [...now.jobs]
  for (const was of old.jobs) {
    const at = free.findIndex(({ name }) => name === was.name)
    if (at < 0) continue
    const [is] = free.splice(at, 1)
    if (is!.job !== was.job) pairs.set(was.job, is!.job)
  }
  const awaited = (name: string) => now.jobs.some((job) => job.name === name && job.child !== undefined)
  const changed = differences.filter(({ change, name }) => change === "changed" && awaited(name))
  // An ignored name hides another question, never a question that nobody answered.
  const gained = free.filter(({ child }) => child !== undefined).map(nameOf)
  const hidden = gained
    .filter((name) => tolerance.ignored.has(name))
    .map((name): Difference => ({ kind: "job", name, change: "gained", old: null, new: null }))
  return {
    differences: [...differences, ...hidden],
    missing: [...gained, ...changed.map(({ name }) => name)]
  }
}

const cancelledOf = (old: Step, now: Step, pairs: JobPairs): Compared => {
  if (old.cancelledJobs.length === 0 && now.cancelledJobs.length === 0) return nothingDiffers
  const differences: Array<Difference> = []
  const missing: Array<string> = []
  const called = new Set(old.cancelledJobs.map((job) => pairs.get(job) ?? job))
  for (const job of called) {
    const kept = now.state.jobs.find((each) => each.job === job)
    if (kept === undefined) continue
    differences.push({ kind: "job", name: kept.name, change: "kept", old: null, new: job })
    missing.push(kept.name)
  }
  for (const job of now.cancelledJobs) {
    const open = old.state.jobs.find((each) => (pairs.get(each.job) ?? each.job) === job)
    if (open === undefined) continue
    differences.push({ kind: "job", name: open.name, change: "stopped", old: open.job, new: null })
  }
  return { differences, missing }
}

/** A step that came to nothing, in this state. */
export const nothingDone = (state: Step["state"]): Step => ({
  state,
  emitted: [],
  jobs: [],
  cancelledJobs: [],
  timers: [],
  cancelledTimers: [],
  messages: [],
  logs: []
})

/** Whether anybody outside can see that a step was taken: facts, jobs, messages, another state. */
export const shows = (step: Step, before: Step["state"] | undefined): boolean =>
  step.emitted.length > 0 ||
  step.jobs.length > 0 ||
  step.messages.length > 0 ||
  step.cancelledJobs.length > 0 ||
  step.state.snapshot.status !== before?.snapshot.status ||
  !same(step.state.snapshot.value, before?.snapshot.value)

/**
 * Whether it matters on which side of a timer an input came: it moves the actor, or asks for something, or draws
 * facts that are not the recorded ones. A receipt that is only noted comes to the same before and after.
 */
export const matters = (
  step: Step,
  before: Step["state"] | undefined,
  facts: ReadonlyArray<{ readonly type: string; readonly data: unknown }>
): boolean =>
  step.timers.length > 0 ||
  step.cancelledTimers.length > 0 ||
  (step.emitted.length > 0 && step.emitted.length !== facts.length) ||
  step.emitted.some((fact, n) => {
    const stored = facts[n]!
    return fact.type !== stored.type || !same(asJson(withoutType(fact)), stored.data)
  }) ||
  shows({ ...step, emitted: [] }, before)

/** A timer as a difference: when each of the two would let it fire, epoch ms. */
export const timerDifference = (
  change: "earlier" | "later" | "gained",
  { timer }: Pick<PendingTimer, "timer">,
  old: number | null,
  now: number
): Difference => ({ kind: "timer", name: timer, change, old, new: now })

/** The candidate's machine threw where none of its states can hold it. */
export const thrown = (error: unknown): Difference => ({
  kind: "error",
  name: "error",
  change: "gained",
  old: null,
  new: errorAsJson(error)
})
