import type { AnyMachineSnapshot } from "xstate"
import type { Json } from "../../eventstore/database/json.ts"
import type { ActorEvent } from "../engine/engine.ts"
import type { ActorState, PendingJob, PendingTimer, Target } from "./actor-state.ts"
import { type AskedAction, afterEventOf, type ChildStub, type RunningMachine } from "./running-machine.ts"

/** What a step can begin with. Jobs and timers are named as they were when an earlier step asked for them. */
export type StepInput =
  | { readonly kind: "start"; readonly input: Json }
  | { readonly kind: "event"; readonly event: ActorEvent }
  | { readonly kind: "jobSucceeded"; readonly job: string; readonly output: Json }
  | { readonly kind: "jobFailed"; readonly job: string; readonly error: Json }
  | { readonly kind: "timerFired"; readonly timer: string }

/** A job that this step asks for. `child` is set when the machine waits for the result. */
export interface NewJob {
  readonly job: string
  readonly name: string
  readonly input: Json
  readonly child: string | undefined
  /** The machine's own function for a custom action, with what XState would call it with. */
  readonly action: AskedAction | undefined
}

export interface Message {
  readonly to: Target
  readonly event: ActorEvent
}

/** All that comes out of one event. */
export interface Step {
  readonly state: ActorState
  readonly emitted: ReadonlyArray<ActorEvent>
  readonly jobs: ReadonlyArray<NewJob>
  readonly cancelledJobs: ReadonlyArray<string>
  readonly timers: ReadonlyArray<PendingTimer>
  readonly cancelledTimers: ReadonlyArray<PendingTimer>
  readonly messages: ReadonlyArray<Message>
  readonly logs: ReadonlyArray<unknown>
}

/**
 * One event through one machine. Pure: the same arguments give the same step.
 * `version` is that of the input event in its stream, `at` when it occurred (epoch ms).
 */
export const takeStep = (
  running: RunningMachine,
  state: ActorState | undefined,
  version: number,
  input: StepInput,
  at: number
): Step => {
  const draft = new Draft(running, state, version, at)
  if (input.kind === "start") draft.start(input.input)
  else if (state?.snapshot.status === "active") draft.take(input)
  return draft.finish()
}

/** Events that a machine may send to itself in one step; as with microsteps, never lowered. */
const ownEventsMax = 1000
/** A hundred years: a timer that will not fire in our time, and a due time that the database can hold. */
const delayMaxMs = 100 * 366 * 24 * 3_600_000

/** The step in the making. A class because half a dozen lists grow together. */
class Draft {
  readonly running: RunningMachine
  readonly version: number
  readonly at: number
  snapshot: AnyMachineSnapshot | undefined
  pendingTimers: ReadonlyArray<PendingTimer>
  pendingJobs: ReadonlyArray<PendingJob>
  emitted: Array<ActorEvent> = []
  jobs: Array<NewJob> = []
  cancelledJobs: Array<string> = []
  timers: Array<PendingTimer> = []
  cancelledTimers: Array<PendingTimer> = []
  messages: Array<Message> = []
  logs: Array<unknown> = []
  /** Events that the machine sent to itself: they come after the step at hand, as in XState's mailbox. */
  mailbox: Array<ActorEvent> = []
  jobsMade = 0

  constructor(running: RunningMachine, state: ActorState | undefined, version: number, at: number) {
    this.running = running
    this.version = version
    this.at = at
    this.snapshot = state?.snapshot
    this.pendingTimers = state?.timers ?? []
    this.pendingJobs = state?.jobs ?? []
  }

  start(input: Json) {
    const { machine } = this.running
    this.run((scope) => machine.getInitialSnapshot(scope, input as never))
    this.drainMailbox()
  }

  take(input: Exclude<StepInput, { kind: "start" }>) {
    const event = this.eventOf(input)
    if (event === undefined) return
    this.mailbox.push(event)
    this.drainMailbox()
  }

  /** What XState calls this input; undefined when nobody waits for it any more. */
  eventOf(input: Exclude<StepInput, { kind: "start" }>): ActorEvent | undefined {
    if (input.kind === "event") return input.event
    if (input.kind === "timerFired") return this.fire(input.timer)
    const pending = this.pendingJobs.find((job) => job.job === input.job)
    if (pending === undefined) return undefined
    this.pendingJobs = this.pendingJobs.filter((job) => job !== pending)
    const actorId = pending.child
    return input.kind === "jobSucceeded"
      ? { type: `xstate.done.actor.${actorId}`, output: input.output, actorId, at: this.at }
      : { type: `xstate.error.actor.${actorId}`, error: input.error, actorId, at: this.at }
  }

  fire(name: string): ActorEvent | undefined {
    const pending = this.pendingTimers.find((timer) => timer.timer === name)
    if (pending === undefined) return undefined
    this.pendingTimers = this.pendingTimers.filter((timer) => timer !== pending)
    this.loseTimersOf(pending.id)
    if (pending.to !== undefined) {
      this.messages.push({ to: pending.to, event: pending.event })
      return undefined
    }
    if (pending.after === undefined) return pending.event
    const known = this.running.afterNames.has(pending.event.type)
    const type = known ? pending.event.type : afterEventOf(this.running, this.snapshot!, pending.after)
    return type === undefined ? undefined : { type, at: this.at }
  }

  drainMailbox() {
    for (let taken = 0; this.mailbox.length > 0 && this.snapshot?.status === "active"; taken++) {
      const event = this.mailbox.shift()!
      const before = this.snapshot
      this.run((scope) => {
        if (taken > ownEventsMax)
          throw new Error(`the machine has sent itself ${ownEventsMax} events in one step`)
        return this.running.machine.transition(before, event as never, scope)
      })
    }
  }

  /** Runs the machine; what it throws ends the actor with status `error`, as XState's interpreter does. */
  run(move: (scope: never) => AnyMachineSnapshot) {
    try {
      const [next, asked] = this.running.collect(`${this.version}`, move)
      // A start that throws says so in its snapshot; what it asked for before that was never done.
      const actions = this.snapshot === undefined && next.status === "error" ? [] : asked
      this.snapshot = next
      for (const action of actions) this.act(action)
      this.stubChildren(next.children as Record<string, ChildStub | undefined>)
    } catch (error) {
      if (this.snapshot === undefined) throw error
      this.snapshot = { ...this.snapshot, status: "error", error } as AnyMachineSnapshot
    }
  }

  act(action: AskedAction) {
    const params = action.params as Record<string, unknown>
    switch (action.type) {
      case "xstate.emit":
        this.emitted.push(params.event as ActorEvent)
        return
      case "xstate.spawnChild":
        this.askForChild(params)
        return
      case "xstate.stopChild":
        if (params !== undefined) this.stopChild((action.params as ChildStub).id)
        return
      case "xstate.raise":
        if (typeof params.delay === "number") this.setTimer(params, undefined)
        return
      case "xstate.cancel":
        this.cancelTimer(params.sendId as string)
        return
      case "xstate.sendTo":
        this.send(params)
        return
      case "xstate.log":
        this.logs.push(params.label === undefined ? params.value : [params.label, params.value])
        return
      default:
        if (!action.type.startsWith("xstate.")) this.askForAction(action)
    }
  }

  askForChild(params: Record<string, unknown>) {
    const child = (params.actorRef as ChildStub | undefined)?.id ?? String(params.id)
    const name = typeof params.src === "string" ? params.src : "(inline)"
    const job = `${this.version}.${this.jobsMade++}`
    this.jobs.push({ job, name, input: (params.input ?? null) as Json, child, action: undefined })
    const others = this.pendingJobs.map((each) =>
      each.child === child ? { ...each, stoppable: false } : each
    )
    this.pendingJobs = [...others, { job, name, child, stoppable: true }]
  }

  stopChild(child: string) {
    const pending = this.pendingJobs.find((job) => job.child === child && job.stoppable)
    if (pending === undefined) return
    this.pendingJobs = this.pendingJobs.filter((job) => job !== pending)
    this.cancelJob(pending.job)
  }

  cancelJob(job: string) {
    const asked = this.jobs.length
    this.jobs = this.jobs.filter((each) => each.job !== job)
    if (this.jobs.length === asked) this.cancelledJobs.push(job)
  }

  askForAction(action: AskedAction) {
    const job = `${this.version}.${this.jobsMade++}`
    this.jobs.push({
      job,
      name: action.type,
      input: (action.params ?? null) as Json,
      child: undefined,
      action
    })
  }

  setTimer(params: Record<string, unknown>, to: Target | undefined) {
    const event = params.event as ActorEvent
    const id = params.id as string | undefined
    const after = this.running.afterNames.get(event.type)
    const wanted = after ?? id ?? event.type
    let timer = wanted
    for (let n = 2; this.pendingTimers.some((other) => other.timer === timer); n++) timer = `${wanted}#${n}`
    // A delay that is no number is none, as in a browser's timer.
    const delay = Math.min(Math.max(0, (params.delay as number) || 0), delayMaxMs)
    this.loseTimersOf(id)
    const dueAt = this.at + delay
    const set = { timer, setBy: this.version, dueAt, id, cancellable: id !== undefined, after, event, to }
    this.pendingTimers = [...this.pendingTimers, set]
    this.timers.push(set)
  }

  cancelTimer(id: string) {
    const pending = this.pendingTimers.find((timer) => timer.id === id && timer.cancellable)
    if (pending !== undefined) this.dropTimer(pending)
  }

  /** XState knows one timer by an id: what was set before under it still fires, but can't be cancelled. */
  loseTimersOf(id: string | undefined) {
    if (id === undefined) return
    this.pendingTimers = this.pendingTimers.map((timer) =>
      timer.id === id && timer.cancellable ? { ...timer, cancellable: false } : timer
    )
  }

  dropTimer(pending: PendingTimer) {
    this.pendingTimers = this.pendingTimers.filter((timer) => timer !== pending)
    const asked = this.timers.length
    this.timers = this.timers.filter((timer) => timer.timer !== pending.timer)
    if (this.timers.length === asked) this.cancelledTimers.push(pending)
  }

  send(params: Record<string, unknown>) {
    const to = params.to as { address?: Target } | undefined
    const delayed = typeof params.delay === "number"
    if (to === this.running.self) {
      if (delayed) this.setTimer(params, undefined)
      else this.mailbox.push(params.event as ActorEvent)
    } else if (to?.address !== undefined) {
      if (delayed) this.setTimer(params, to.address)
      else this.messages.push({ to: to.address, event: params.event as ActorEvent })
    }
    // What is sent to a promise child goes nowhere, in XState too.
  }

  /** XState made real child actors; keep stand-ins, which cost nothing to hold and to store. */
  stubChildren(children: Record<string, ChildStub | undefined>) {
    for (const [id, child] of Object.entries(children)) {
      if (child !== undefined && "mailbox" in child) {
        children[id] = this.running.childStub({ id, src: String(child.src) }) as ChildStub
      }
    }
  }

  finish(): Step {
    const snapshot = this.snapshot!
    if (snapshot.status !== "active") {
      for (const timer of this.pendingTimers) this.dropTimer(timer)
      for (const job of this.pendingJobs) this.cancelJob(job.job)
      this.pendingJobs = []
    }
    return {
      state: { snapshot, timers: this.pendingTimers, jobs: this.pendingJobs },
      emitted: this.emitted,
      jobs: this.jobs,
      cancelledJobs: this.cancelledJobs,
      timers: this.timers,
      cancelledTimers: this.cancelledTimers,
      messages: this.messages,
      logs: this.logs
    }
  }
}
