import type { AnyStateMachine } from "xstate"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { checkFunctions } from "./check-functions.ts"
import { type LogicKind, logicKind } from "./logic-kind.ts"
import type { Finding } from "./machine-finding.ts"
import { prepare } from "./running-machine.ts"

/** `refused`: can't be made durable. `warned`: works, but does not age well. */
export interface MachineCheck {
  readonly refused: ReadonlyArray<Finding>
  readonly warned: ReadonlyArray<Finding>
}

/** Looks a machine over when it is listed. `handlers` are the names of the job handlers outside the machine. */
export const checkMachine = (listed: ListedMachine, handlers: ReadonlyArray<string> = []): MachineCheck => {
  const now = new Survey(listed.machine, handlers)
  now.survey()
  const refused = [...now.refused, ...unreadable(listed)]
  for (const previous of listed.previous ?? []) {
    const then = new Survey(previous, handlers)
    then.survey()
    refused.push(
      ...then.refused.map((each) => ({
        ...each,
        place: `${each.place} (version ${previous.version ?? "0.0.0"})`
      }))
    )
    if (previous.id !== listed.machine.id) refused.push(otherName(listed.machine, previous))
  }
  return { refused, warned: now.warned }
}

const unreadable = ({ machine, source }: ListedMachine): ReadonlyArray<Finding> => {
  if (source === undefined) return []
  try {
    prepare(machine, source)
    return []
  } catch (error) {
    const what = `its source is not all there: ${error instanceof Error ? error.message : String(error)}`
    return [{ place: machine.id, what, wayOut: "give the URL of its module, as source: import.meta.url" }]
  }
}

const otherName = (machine: AnyStateMachine, previous: AnyStateMachine): Finding => ({
  place: previous.id,
  what: `it is listed as an older version of "${machine.id}" and has another id`,
  wayOut: `give it the id "${machine.id}"`
})

type Config = { readonly [key: string]: unknown }
/** One of XState's own actions: a function that carries its parameters as properties. */
type Builtin = Config & { readonly type: string }

const machineShape = /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/
const parentTarget = "#_parent"

const asList = (value: unknown): ReadonlyArray<unknown> =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]
const asConfig = (value: unknown): Config =>
  (typeof value === "object" && value !== null) || typeof value === "function" ? (value as Config) : {}
const isBuiltin = (action: unknown): action is Builtin =>
  typeof action === "function" && "resolve" in action && "type" in action
const nameOf = (reference: unknown): string | undefined => {
  const name = typeof reference === "string" ? reference : asConfig(reference).type
  return typeof name === "string" ? name : undefined
}

const wayOutOf: Record<Exclude<LogicKind, "promise">, string> = {
  machine: "list it as a machine of its own and send to its address with sendTo(actorAt(machine, id), event)",
  callback: "make it promise logic that gives one result, or let the outside deliver its events",
  observable: "make it promise logic that gives one result, or let the outside deliver its events",
  transition: "move its state into the machine, or list it as a machine of its own",
  unknown: "make it promise logic (fromPromise)"
}

/** One walk over one machine. A class because the two lists grow together, deep down. */
class Survey {
  readonly refused: Array<Finding> = []
  readonly warned: Array<Finding> = []
  readonly machine: AnyStateMachine
  readonly handlers: ReadonlyArray<string>

  constructor(machine: AnyStateMachine, handlers: ReadonlyArray<string>) {
    this.machine = machine
    this.handlers = handlers
  }

  survey() {
    const { id, config, implementations } = this.machine
    if (!machineShape.test(id)) {
      this.refuse(
        id,
        id === "(machine)" ? "the machine has no id" : `the id "${id}" can't stand in an address`,
        "give it an id that starts with a letter and has at most 63 letters, digits, _ and -"
      )
    }
    this.refused.push(...checkFunctions(this.machine))
    for (const [name, action] of Object.entries(implementations.actions)) {
      if (isBuiltin(action)) this.builtin(`${id}, action "${name}"`, action)
    }
    this.state(id, config as Config, id)
  }

  refuse(place: string, what: string, wayOut: string) {
    this.refused.push({ place, what, wayOut })
  }

  warn(place: string, what: string, wayOut: string) {
    this.warned.push({ place, what, wayOut })
  }

  state(place: string, config: Config, nodeId: string) {
    this.actions(`${place}.entry`, config.entry)
    this.actions(`${place}.exit`, config.exit)
    this.actions(`${place}.initial`, asConfig(config.initial).actions)
    for (const [type, transitions] of Object.entries(asConfig(config.on))) {
      this.transitions(`${place}.on.${type}`, transitions)
    }
    for (const [delay, transitions] of Object.entries(asConfig(config.after))) {
      this.delay(`${place}.after.${delay}`, Number.isNaN(Number(delay)) ? delay : Number(delay))
      this.transitions(`${place}.after.${delay}`, transitions)
    }
    this.transitions(`${place}.always`, config.always)
    this.transitions(`${place}.onDone`, config.onDone)
    this.transitions(`${place}.route`, config.route)
    asList(config.invoke).forEach((invoke, index) => {
      this.invoke(`${place}.invoke[${index}]`, asConfig(invoke), `${index}.${nodeId}`)
    })
    for (const [key, child] of Object.entries(asConfig(config.states))) {
      const inner = asConfig(child)
      this.state(`${place}.${key}`, inner, typeof inner.id === "string" ? inner.id : `${nodeId}.${key}`)
    }
  }

  transitions(place: string, transitions: unknown) {
    const list = asList(transitions)
    list.forEach((each, index) => {
      if (typeof each === "string") return
      const here = list.length === 1 ? place : `${place}[${index}]`
      const { actions, guard } = asConfig(each)
      this.actions(here, actions)
      if (guard !== undefined) this.guard(here, guard)
    })
  }

  guard(place: string, guard: unknown) {
    if (typeof guard === "function") {
      for (const inner of asList(asConfig(guard).guards)) this.guard(place, inner)
      return
    }
    const name = nameOf(guard)
    if (name !== undefined && this.machine.implementations.guards[name] === undefined) {
      this.warn(place, `nobody implements the guard "${name}"; it throws when asked`, "implement it in setup")
    }
  }

  actions(place: string, actions: unknown) {
    const list = asList(actions)
    list.forEach((action, index) => {
      this.action(list.length === 1 ? place : `${place}[${index}]`, action)
    })
  }

  action(place: string, action: unknown) {
    if (isBuiltin(action)) return this.builtin(place, action)
    if (typeof action === "function") {
      const called = action.name === "" || action.name === "actions" ? "" : ` (${action.name})`
      return this.warn(
        place,
        `an inline function${called} is the action: its job has no name of its own`,
        "name it in setup"
      )
    }
    const name = nameOf(action)
    if (name === undefined || this.handlers.includes(name)) return
    if (this.machine.implementations.actions[name] === undefined) {
      this.warn(
        place,
        `nobody implements the action "${name}"; XState would ignore it`,
        "implement it in setup, or add a handler of that name"
      )
    }
  }

  builtin(place: string, action: Builtin) {
    if (action.type === "xstate.spawnChild") {
      this.spawnChild(place, action)
    } else if (action.type === "xstate.sendTo" || action.type === "xstate.raise") {
      if (action.to === parentTarget) {
        this.refuse(
          place,
          "it sends to a parent, and an actor has none",
          "sendTo(actorAt(machine, id), event)"
        )
      }
      if (action.delay !== undefined) this.delay(place, action.delay)
    }
  }

  delay(place: string, delay: unknown) {
    if (typeof delay !== "string") {
      this.warn(
        place,
        typeof delay === "number"
          ? `the delay is the number ${delay}, so it has no name that outlives a change`
          : "the delay is an inline function, so it has no name",
        "name the delay in setup"
      )
    } else if (this.machine.implementations.delays[delay] === undefined) {
      this.warn(
        place,
        `nobody implements the delay "${delay}"; it would be over at once`,
        "implement it in setup"
      )
    }
  }

  spawnChild(place: string, action: Builtin) {
    this.logic(place, action.src, "spawns")
    if (typeof action.src !== "string") {
      this.refuse(place, "it spawns logic that has no name", "name the logic in setup's actors")
    }
    if (action.id === undefined) {
      this.refuse(place, "it spawns a child without an id", "give it an id, which names its result")
    }
    this.systemOf(place, action)
    if (action.syncSnapshot === true) {
      this.refuse(place, "it follows the snapshots of a job, which has none", "wait for its result")
    }
  }

  invoke(place: string, invoke: Config, generatedId: string) {
    this.logic(place, invoke.src, "invokes")
    if (typeof invoke.src !== "string") {
      this.warn(place, "it invokes logic that has no name", "name the logic in setup's actors")
    }
    if (invoke.id === undefined) {
      this.warn(
        place,
        `it has no id, so its place in the chart names it: "${generatedId}"`,
        "give it an id of its own"
      )
    }
    this.systemOf(place, invoke)
    if (invoke.onSnapshot !== undefined) {
      this.refuse(place, "it follows the snapshots of a job, which has none", "use onDone and onError")
    }
    for (const outcome of ["onDone", "onError", "onSnapshot"]) {
      this.transitions(`${place}.${outcome}`, invoke[outcome])
    }
  }

  systemOf(place: string, config: Config) {
    if (config.systemId !== undefined) {
      this.refuse(
        place,
        `it registers the systemId "${String(config.systemId)}", and a job is in no actor system`,
        "leave it out; what is to be found by others is a machine of its own, at its address"
      )
    }
  }

  logic(place: string, src: unknown, verb: string) {
    const logic = typeof src === "string" ? this.machine.implementations.actors[src] : src
    if (logic === undefined && typeof src === "string") {
      if (this.handlers.includes(src)) return
      return this.refuse(
        place,
        `it ${verb} "${src}", which nobody implements`,
        "implement it in setup's actors, or add a handler of that name"
      )
    }
    const kind = logicKind(logic)
    if (kind === "promise") return
    const called = typeof src === "string" ? ` "${src}"` : ""
    this.refuse(
      place,
      kind === "machine"
        ? `it ${verb} the machine${called || ` "${(logic as AnyStateMachine).id}"`} as a child`
        : `it ${verb} ${kind} logic${called}`,
      wayOutOf[kind]
    )
  }
}
