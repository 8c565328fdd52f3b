import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  and,
  not,
  or,
  stateIn
} from "xstate"
import type { Json } from "../../eventstore/database/json.ts"
import { prepare, type RunningMachine } from "../machine/running-machine.ts"
import type { WhyGuard, WhyTransition } from "./why-event.ts"

/** What a machine considered and did while it was watched, in order. */
export interface Watched {
  readonly transitions: ReadonlyArray<WhyTransition>
  /** Guards that actions asked for themselves. */
  readonly guards: ReadonlyArray<WhyGuard>
  readonly actions: ReadonlyArray<string>
}

/** A copy of a machine that tells which guards it asks and which actions it takes. It steps as the machine does. */
export interface WatchedMachine {
  readonly running: RunningMachine
  readonly watch: <A>(work: () => A) => readonly [A, Watched]
}

interface GuardArgs {
  readonly context: unknown
  readonly event: unknown
}
type Guard = string | { readonly type: string; readonly params?: unknown } | GuardFunction
type GuardFunction = ((args: GuardArgs, params: unknown) => unknown) & {
  readonly check?: (snapshot: AnyMachineSnapshot, args: GuardArgs, self: GuardFunction) => unknown
  readonly guards?: ReadonlyArray<Guard>
  readonly stateValue?: unknown
}

interface Notes {
  readonly transitions: Array<WhyTransition>
  readonly guards: Array<WhyGuard>
  readonly actions: Array<string>
}

/** Makes the copy. XState hands out its transitions as plain objects; only this copy's are changed. */
export const watchMachine = (listed: AnyStateMachine): WatchedMachine => {
  const running = prepare(listed)
  let notes: Notes | undefined
  const look = () => notes
  const guards = running.machine.implementations.guards as NamedGuards
  for (const node of nodesOf(running.machine.root)) watchNode(running, node, guards, look)
  watchNamed(running.machine, guards, look)
  return {
    running,
    watch: (work) => {
      const seen: Notes = { transitions: [], guards: [], actions: [] }
      notes = seen
      try {
        return [work(), seen]
      } finally {
        notes = undefined
      }
    }
  }
}

const nodesOf = (node: AnyStateNode): ReadonlyArray<AnyStateNode> => [
  node,
  ...Object.values(node.states).flatMap(nodesOf)
]

type Look = () => Notes | undefined
type NamedGuards = Readonly<Record<string, Guard>>

const watchNode = (running: RunningMachine, node: AnyStateNode, guards: NamedGuards, look: Look) => {
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
  for (const transition of transitions) {
    const guard = transition.guard as Guard | undefined
    const step = {
      from: node.id,
      on: wordsFor(running, String(transition.eventType)),
      to: (transition.target ?? []).map((target) => target.id)
    }
    const check: GuardFunction["check"] = (snapshot, args) => {
      const asked = guard === undefined ? null : ask({ guards, snapshot, args }, guard)
      const taken = asked?.result ?? true
      look()?.transitions.push({ ...step, guard: asked, taken })
      return taken
    }
    Object.assign(transition, {
      guard: Object.assign(() => true, { check }),
      actions: watchInline(transition.actions, look)
    })
  }
  node.entry = watchInline(node.entry, look) as never
  node.exit = watchInline(node.exit, look) as never
}

/** An event type as a reader knows it: XState's own names hold delays and state paths. */
const wordsFor = ({ afterNames }: RunningMachine, eventType: string): string => {
  if (eventType === "") return "always"
  const after = afterNames.get(eventType)
  if (after !== undefined) return `after ${after}`
  const own = /^xstate\.(done|error)\.(actor|state)\.(.*)$/.exec(eventType)
  if (own === null) return eventType
  return own[2] === "actor" ? `${own[1]} ${own[3]}` : `${own[1]} state ${own[3]}`
}

const checkOf = (guard: unknown) => (guard as GuardFunction).check
const combinations = new Map([
  [checkOf(and([])), "and"],
  [checkOf(or([])), "or"],
  [checkOf(not("x")), "not"]
])
const checksState = checkOf(stateIn(""))

interface Asking {
  readonly guards: NamedGuards
  readonly snapshot: AnyMachineSnapshot
  readonly args: GuardArgs
}

/** Asks as XState does, and keeps what was said. Throws as XState does. */
const ask = (asking: Asking, guard: Guard): WhyGuard => {
  if (typeof guard === "function") return askFunction(asking, guard, nameOf(guard), undefined)
  const name = typeof guard === "string" ? guard : guard.type
  const given = typeof guard === "string" ? undefined : guard.params
  const params: unknown = typeof given === "function" ? given(asking.args) : given
  const meant = asking.guards[name]
  if (meant === undefined) throw new Error(`Guard '${name}' is not implemented.'.`)
  if (typeof meant === "function") return askFunction(asking, meant, name, params)
  const inner = ask(asking, meant)
  return { name, params: plainOf(params), result: inner.result, asked: [inner] }
}

const askFunction = (asking: Asking, guard: GuardFunction, name: string, params: unknown): WhyGuard => {
  const { snapshot, args } = asking
  const shown = (result: unknown, asked: ReadonlyArray<WhyGuard> = [], seen = params): WhyGuard => ({
    name,
    params: plainOf(seen),
    result: Boolean(result),
    asked
  })
  if (guard.check === undefined) return shown(guard(args, params))
  const combination = combinations.get(guard.check)
  if (combination === undefined) {
    const seen = guard.check === checksState ? guard.stateValue : params
    return shown(guard.check(snapshot, args, guard), [], seen)
  }
  const asked: Array<WhyGuard> = []
  for (const each of guard.guards ?? []) {
    const inner = ask(asking, each)
    asked.push(inner)
    // `and` asks no further after a no, `or` after a yes, and `not` has one.
    if (inner.result === (combination === "or")) break
  }
  const last = asked.at(-1)?.result ?? combination === "and"
  return shown(combination === "not" ? !last : last, asked)
}

const nameOf = (guard: GuardFunction): string =>
  combinations.get(guard.check) ?? (guard.check === checksState ? "stateIn" : "(inline)")

/** As JSON, so that it can be told; what JSON can't hold is left out. */
const plainOf = (value: unknown): Json => {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as Json
  } catch {
    return String(value)
  }
}

/** Named actions are looked up just before they are taken; named guards too, where an action asks for one. */
const watchNamed = (machine: AnyStateMachine, guards: NamedGuards, look: Look) => {
  const { implementations } = machine
  implementations.actions = new Proxy(implementations.actions, {
    get: (actions, name) => {
      look()?.actions.push(String(name))
      return Reflect.get(actions, name)
    }
  })
  implementations.guards = new Proxy(implementations.guards, {
    get: (named, key) => {
      const guard = Reflect.get(named, key) as Guard | undefined
      // A name for another guard is looked up again, and seen then.
      if (typeof guard !== "function") return guard
      const note = (asked: WhyGuard) => {
        look()?.guards.push(asked)
        return asked.result
      }
      const name = String(key)
      if (guard.check === undefined) {
        return (args: GuardArgs, params: unknown) =>
          note({ name, params: plainOf(params), result: Boolean(guard(args, params)), asked: [] })
      }
      const check: GuardFunction["check"] = (snapshot, args) => note(ask({ guards, snapshot, args }, name))
      return Object.assign(() => true, { check })
    }
  })
}

/** XState asks of an inline action whether it is one of its own just before it takes it: there it is seen. */
const watchInline = <A>(actions: ReadonlyArray<A>, look: Look): ReadonlyArray<A> =>
  actions.map((action) => {
    if (typeof action !== "function" || timersOwn.has(String((action as { type?: unknown }).type)))
      return action
    return new Proxy(action, {
      has: (target, key) => {
        if (key === "resolve") look()?.actions.push(inlineName(target as never))
        return key in target
      }
    })
  })

/** What `after` puts into a state's entry and exit is told as timers. */
const timersOwn = new Set(["xstate.raise", "xstate.cancel"])

const inlineName = ({ type }: { readonly type?: string }): string =>
  type?.replace("xstate.", "") ?? "(inline)"
