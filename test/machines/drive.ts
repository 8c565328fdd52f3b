import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from "xstate"

/** An event as XState writes it. */
export type Event = { readonly type: string; readonly [key: string]: unknown }

/** A job that was asked for and has not ended; `child` is what the machine calls it. */
export interface OpenJob {
  readonly child: string
  readonly name: string
  readonly input: unknown
}

export interface OpenTimer {
  readonly name: string
  readonly id: string
  readonly dueAt: number
  readonly event: Event
}

/** What came out of one event. `jobs` holds custom actions too. */
export interface Step {
  readonly event: Event
  readonly value: unknown
  readonly emitted: ReadonlyArray<Event>
  readonly jobs: ReadonlyArray<{ readonly name: string; readonly input: unknown }>
  /** Jobs called back before their end. */
  readonly cancelled: ReadonlyArray<string>
  readonly told: ReadonlyArray<{ readonly to: string; readonly event: Event }>
}

/** One machine on its way, with a clock that is moved by hand. Never changed: every move gives another one. */
export interface Drive {
  readonly machine: AnyStateMachine
  readonly snapshot: AnyMachineSnapshot
  /** Epoch ms. */
  readonly now: number
  readonly timers: ReadonlyArray<OpenTimer>
  readonly jobs: ReadonlyArray<OpenJob>
  readonly steps: ReadonlyArray<Step>
}

/** Starts a machine. */
export const start = (machine: AnyStateMachine, input: unknown, now: number): Drive => {
  const [snapshot, actions] = initialTransition(machine, input as never)
  return takeIn(
    { machine, snapshot, now, timers: [], jobs: [], steps: [] },
    { type: "start" },
    snapshot,
    actions
  )
}

/** Delivers an event now. */
export const deliver = (drive: Drive, event: Event): Drive => {
  const [snapshot, actions] = transition(withoutStart(drive.machine), drive.snapshot, event as never)
  return takeIn(drive, event, snapshot as AnyMachineSnapshot, actions)
}

const begun = new WeakMap<AnyStateMachine, AnyStateMachine>()

/** XState starts a machine for every transition, without input: that throws in ours, and costs more than the move. */
const withoutStart = (machine: AnyStateMachine): AnyStateMachine => {
  const known = begun.get(machine)
  if (known !== undefined) return known
  const nothing = machine.resolveState({ value: {}, context: {} })
  const made = Object.create(machine, { getInitialSnapshot: { value: () => nothing } }) as AnyStateMachine
  begun.set(machine, made)
  return made
}

/** Delivers an event with the time of the clock as its `at`. */
export const say = (drive: Drive, event: Event): Drive => deliver(drive, { ...event, at: drive.now })

/** Ends a job well. */
export const finish = (drive: Drive, child: string, output: unknown): Drive =>
  deliver(without(drive, child), { type: `xstate.done.actor.${child}`, output, at: drive.now })

/** Ends a job badly. */
export const fail = (drive: Drive, child: string, reason: string): Drive => {
  const error = { reason, message: `the test says ${reason}` }
  return deliver(without(drive, child), { type: `xstate.error.actor.${child}`, error, at: drive.now })
}

/** Moves the clock, and lets every timer fire at its moment. */
export const wait = (drive: Drive, ms: number): Drive => {
  const until = drive.now + ms
  let now = drive
  for (;;) {
    const due = nextTimer(now)
    if (due === undefined || due.dueAt > until) return { ...now, now: until }
    now = fire(now, due.name)
  }
}

/** Lets one timer fire at its moment, or now if that has passed. */
export const fire = (drive: Drive, name: string): Drive => {
  const timer = drive.timers.find((each) => each.name === name)
  if (timer === undefined) throw new Error(`no timer ${name} runs`)
  const now = Math.max(drive.now, timer.dueAt)
  const timers = drive.timers.filter((each) => each !== timer)
  return deliver({ ...drive, now, timers }, { ...timer.event, at: now })
}

/** The timer that is due first. */
export const nextTimer = (drive: Drive): OpenTimer | undefined =>
  [...drive.timers].sort((a, b) => a.dueAt - b.dueAt)[0]

/** The last step. */
export const last = (drive: Drive): Step => drive.steps.at(-1)!

/** All that was emitted, in order. */
export const emitted = (drive: Drive): ReadonlyArray<Event> => drive.steps.flatMap((step) => step.emitted)

/** All jobs that were asked for, in order. */
export const asked = (drive: Drive, name: string): ReadonlyArray<unknown> =>
  drive.steps.flatMap((step) => step.jobs.filter((job) => job.name === name).map((job) => job.input))

const without = (drive: Drive, child: string): Drive => {
  if (!drive.jobs.some((job) => job.child === child)) throw new Error(`no job ${child} is open`)
  return { ...drive, jobs: drive.jobs.filter((job) => job.child !== child) }
}

type Action = { readonly type: string; readonly params: unknown }

const takeIn = (
  drive: Drive,
  event: Event,
  snapshot: AnyMachineSnapshot,
  actions: ReadonlyArray<unknown>
): Drive => {
  let { timers, jobs } = drive
  const emitted: Array<Event> = []
  const asked: Array<{ name: string; input: unknown }> = []
  const cancelled: Array<string> = []
  const told: Array<{ to: string; event: Event }> = []
  for (const action of actions as ReadonlyArray<Action>) {
    const params = (action.params ?? {}) as Record<string, unknown>
    switch (action.type) {
      case "xstate.emit":
        emitted.push(params.event as Event)
        break
      case "xstate.spawnChild": {
        const job = { child: String(params.id), name: String(params.src), input: params.input }
        jobs = [...jobs, job]
        asked.push({ name: job.name, input: job.input })
        break
      }
      case "xstate.stopChild": {
        const { id } = action.params as { id: string }
        if (jobs.some((job) => job.child === id)) cancelled.push(id)
        jobs = jobs.filter((job) => job.child !== id)
        break
      }
      case "xstate.raise": {
        if (typeof params.delay !== "number") break
        const raised = params.event as Event
        const name = raised.type.split(".")[2] ?? raised.type
        timers = [...timers, { name, id: String(params.id), dueAt: drive.now + params.delay, event: raised }]
        break
      }
      case "xstate.cancel":
        timers = timers.filter((timer) => timer.id !== params.sendId)
        break
      case "xstate.sendTo":
        told.push({ to: (params.to as { id: string }).id, event: params.event as Event })
        break
      default:
        if (!action.type.startsWith("xstate.")) asked.push({ name: action.type, input: action.params })
    }
  }
  const step = { event, value: snapshot.value, emitted, jobs: asked, cancelled, told }
  return { ...drive, snapshot, timers, jobs, steps: [...drive.steps, step] }
}
