import {
  type AnyActor,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  fromPromise,
  type InspectionEvent,
  SimulatedClock,
  StateMachine
} from "xstate"
import { logicKind } from "../../actors/machine/logic-kind.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { asJson, type Observed, type Subject, seen } from "./observed.ts"
import type { Shape } from "./shapes/shape.ts"

/** A promise of an invoked job, held back until the test says how it ends. */
interface Held {
  readonly child: AnyActorRef
  readonly input: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** An event that XState's scheduler holds. */
interface Asked {
  readonly event: { readonly type: string }
  readonly id: string
  readonly target: AnyActorRef
}

interface Scheduled {
  readonly timer: string
  readonly due: number
  /** What is sent later to a job goes nowhere, so nobody needs to keep it. */
  readonly toJob: boolean
}

/** The reference: XState's own interpreter, its clock simulated and its promises held. */
export const interpret = (shape: Shape): Subject => {
  const held: Array<Held> = []
  const clock = new SimulatedClock()
  const timers = new Map<unknown, Scheduled>()
  const fresh = () => ({ emitted: [], actions: [], messages: [], logs: [] }) as Record<string, Array<unknown>>
  let brought = fresh()
  const actor: AnyActor = createActor(withHeldPromises(shape, held), {
    input: shape.input as never,
    clock: {
      setTimeout: (fire, ms) => {
        const id: unknown = clock.setTimeout(() => {
          timers.delete(id)
          fire()
        }, ms)
        timers.set(id, { ...newest(), due: clock.now() + ms })
        return id
      },
      clearTimeout: (id) => {
        timers.delete(id)
        clock.clearTimeout(id)
      }
    },
    logger: (...line: ReadonlyArray<unknown>) => brought.logs!.push(line.length === 1 ? line[0] : line),
    inspect: (inspected) => watch(inspected, brought)
  })
  const known = new WeakSet<object>()
  /** The scheduler notes an event down just before it asks the clock. */
  const newest = () => {
    const { _scheduledEvents } = actor.system.getSnapshot() as { _scheduledEvents: Record<string, Asked> }
    const made = Object.values(_scheduledEvents).find((each) => !known.has(each))!
    known.add(made)
    const toJob = made.target !== actor && !("address" in made.target)
    return { timer: timerName(actor.logic as AnyStateMachine, made), toJob }
  }
  actor.on("*", (event) => brought.emitted!.push(event))
  actor.subscribe({ error: () => {} })
  actor.start()

  const isOpen = (job: Held) =>
    actor.getSnapshot().status === "active" && job.child.getSnapshot().status === "active"
  const look = (): Observed => {
    const lists = Object.fromEntries(Object.entries(brought).map(([name, list]) => [name, list.map(asJson)]))
    brought = fresh()
    return {
      ...seen(actor.getSnapshot() as AnyMachineSnapshot),
      ...(lists as unknown as Pick<Observed, "emitted" | "actions" | "messages" | "logs">),
      jobs: held
        .filter(isOpen)
        .map((job) =>
          asJson({ child: job.child.id, name: nameOfLogic(job.child), input: job.input ?? null })
        ),
      timers: actor.getSnapshot().status !== "active" ? [] : pending(timers, clock.now())
    }
  }
  const settle = async (job: Held | undefined, ok: boolean, value: Json) => {
    if (ok) job?.resolve(structuredClone(value))
    else job?.reject(structuredClone(value))
    // XState hears of a settled promise two microtasks later.
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
    return look()
  }
  const pick = (jobs: ReadonlyArray<Held>, nth: number) => jobs[nth % Math.max(1, jobs.length)]
  return {
    look,
    send: async (event) => {
      actor.send(structuredClone(event))
      return look()
    },
    advance: async (ms) => {
      const end = clock.now() + ms
      // SimulatedClock starts new timers at the end of a jump; so jump only from one due time to the next.
      for (;;) {
        const due = Math.min(...[...timers.values()].map((timer) => timer.due))
        if (due > end) break
        clock.set(due)
      }
      clock.set(end)
      return look()
    },
    settle: (nth, ok, value) => settle(pick(held.filter(isOpen), nth), ok, value),
    late: (nth, ok, value) =>
      settle(
        pick(
          held.filter((job) => !isOpen(job)),
          nth
        ),
        ok,
        value
      )
  }
}

const pending = (timers: ReadonlyMap<unknown, Scheduled>, now: number) =>
  [...timers.values()]
    .filter((each) => !each.toJob)
    .sort((a, b) => a.due - b.due)
    .map(({ timer, due }) => ({ timer, inMs: due - now }))

/** The delay's name of `after`, the id of a delayed raise, or else the type of its event. */
const timerName = (machine: AnyStateMachine, scheduled: Asked): string => {
  const { type } = scheduled.event
  const delayed = nodesOf(machine.root)
    .flatMap((node) => node.after)
    .find((each) => each.eventType === type)
  if (delayed !== undefined) return String(delayed.delay)
  // XState draws an id in base 36 where none was given; ours all hold a capital or a dash.
  return /^[a-z0-9]{6,}$/.test(scheduled.id) ? type : scheduled.id
}

const nodesOf = (node: AnyStateNode): ReadonlyArray<AnyStateNode> => [
  node,
  ...Object.values(node.states).flatMap(nodesOf)
]

const watch = (inspected: InspectionEvent, brought: Record<string, Array<unknown>>): void => {
  if (inspected.type === "@xstate.action") {
    const { type, params } = inspected.action
    if (inspected.actorRef.sessionId === inspected.rootId && !type.startsWith("xstate.")) {
      brought.actions!.push({ name: type, input: params ?? null })
    }
  } else if (inspected.type === "@xstate.event" && "address" in inspected.actorRef) {
    brought.messages!.push({ to: inspected.actorRef.address, event: inspected.event })
  }
}

const nameOfLogic = (child: AnyActorRef): string => {
  const { src } = child as unknown as { src: unknown }
  return typeof src === "string" ? src : "(inline)"
}

/** The same machine with promises that end when the test says so, and recorded instead of real custom actions. */
const withHeldPromises = (shape: Shape, held: Array<Held>): AnyStateMachine => {
  const hold = () =>
    fromPromise(({ input, self }) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>()
      held.push({ child: self, input, resolve, reject })
      return promise
    })
  const { implementations } = shape.machine
  const names = [...Object.keys(implementations.actors), ...(shape.handlers ?? [])]
  return new StateMachine(
    withHeldInline(shape.machine.config, hold) as never,
    {
      ...implementations,
      actors: Object.fromEntries(names.map((name) => [name, hold()]))
    } as never
  ) as never
}

/** Copies a chart, with held logic where promise logic stands in it. */
const withHeldInline = (value: unknown, hold: () => unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map((each) => withHeldInline(each, hold))
  if (logicKind(value) === "promise") return hold()
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withHeldInline(inner, hold)]))
}
