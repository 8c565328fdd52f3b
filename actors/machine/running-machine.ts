import { createHash } from "node:crypto"
import { type AnyMachineSnapshot, type AnyStateMachine, type AnyStateNode, fromPromise } from "xstate"
import type { ListedMachine } from "../../machines/listed-machine.ts"
import { ModuleHashes } from "./module-hash.ts"

/** What XState hands out instead of doing it: the action's type, its resolved parameters, its own function. */
export interface AskedAction {
  readonly type: string
  readonly params: unknown
  readonly info: unknown
  readonly exec: ((info: unknown, params: unknown) => unknown) | undefined
}

/** The stand-in for an invoked child: XState only needs to find it again by id. */
export interface ChildStub {
  readonly id: string
  readonly src: string
}

/** A machine made ready to run: its full version, and one scope used for all its steps. */
export interface RunningMachine {
  readonly name: string
  /** The declared version plus a hash of what it is made of: `1.0.0+3f2a9c01`. */
  readonly version: string
  /** What steps are taken with: the listed machine, with stand-ins for jobs that only a handler does. */
  readonly machine: AnyStateMachine
  /** The machine as its author wrote it. */
  readonly listed: AnyStateMachine
  /** The delay's name by XState's event type: `xstate.after.turnClosure.conv.collecting` to `turnClosure`. */
  readonly afterNames: ReadonlyMap<string, string>
  readonly self: object
  /** Runs `work` and gives what it returned beside the actions that it asked for, in order. */
  readonly collect: <A>(seed: string, work: (scope: never) => A) => readonly [A, ReadonlyArray<AskedAction>]
  readonly childStub: (child: ChildStub) => unknown
}

/** A machine of the list made ready: as it is now, and in all versions by their full names. */
export interface MachineVersions {
  readonly current: RunningMachine
  readonly all: ListedVersions
}

/** Spawning inside `assign` hides a child in the context, where no durable engine can find it. */
export class SpawnInAssign extends Error {
  constructor(machine: string) {
    super(
      `machine "${machine}" spawns inside assign; use invoke, or spawnChild as an action, with promise logic`
    )
  }
}

/**
 * Makes a machine ready to run; `source` is the URL of the module that all of its code is reached from. The scope is
 * XState's own internal interface; a test holds it to `transition`.
 */
export const prepare = (listed: AnyStateMachine, source?: string): RunningMachine => {
  const name = listed.id
  const version = `${declaredVersion(listed)}+${definitionHash(listed, source)}`
  const machine = withEveryJob(listed)
  const collected: { actions: Array<AskedAction> } = { actions: [] }
  const ids = { seed: "", next: 0 }
  const system = inertSystem(() => `${ids.seed}.${ids.next++}`)
  const self = inertRef(name, "self", system, undefined)
  const scope = {
    self,
    system,
    id: name,
    sessionId: "self",
    logger: () => {},
    emit: () => {},
    stopChild: () => {},
    defer: () => {
      throw new SpawnInAssign(name)
    },
    actionExecutor: (action: AskedAction) => {
      collected.actions.push(action)
    }
  }
  return {
    name,
    version,
    machine,
    listed,
    afterNames: afterNamesOf(machine),
    self,
    collect: (seed, work) => {
      collected.actions = []
      ids.seed = seed
      ids.next = 0
      const result = work(scope as never)
      return [result, collected.actions]
    },
    childStub: (child) => inertRef(child.id, child.src, system, self)
  }
}

/** The declared part of a machine's version. */
export const declaredVersion = (machine: AnyStateMachine): string => machine.version ?? "0.0.0"

/**
 * The versions of a listed machine that can be run. A recorded version that is none of them is taken by the older machine
 * that declares the same one: its code has moved elsewhere since. The present machine takes what histories call by the
 * hash of before its modules counted.
 */
export const versionsOf = ({ machine, source, previous = [] }: ListedMachine): MachineVersions => {
  const current = prepare(machine, source)
  const older = previous.map((each) => prepare(each))
  const declared = declaredVersion(machine)
  const asBefore = `${declared}+${definitionHash(machine, undefined)}`
  const otherwise = (version: string) => {
    if (version === asBefore) return current
    const named = version.slice(0, version.lastIndexOf("+"))
    return named === declared ? undefined : older.find(({ listed }) => declaredVersion(listed) === named)
  }
  const all = new ListedVersions(otherwise)
  for (const running of [...older, current]) all.set(running.version, running)
  return { current, all }
}

/** By full version; `otherwise` knows by which other names histories call them. */
export class ListedVersions extends Map<string, RunningMachine> {
  private readonly otherwise: (version: string) => RunningMachine | undefined

  constructor(otherwise: ListedVersions["otherwise"]) {
    super()
    this.otherwise = otherwise
  }

  override get(version: string) {
    return super.get(version) ?? this.otherwise(version)
  }

  override has(version: string) {
    return this.get(version) !== undefined
  }

  /** The same versions as copies of them, each made once. */
  copied(copy: (running: RunningMachine) => RunningMachine): ListedVersions {
    const copies = new Map([...this.values()].map((running) => [running, copy(running)]))
    const copyOf = (running: RunningMachine | undefined) => running && copies.get(running)
    const all = new ListedVersions((version) => copyOf(this.otherwise(version)))
    for (const [version, running] of this) all.set(version, copyOf(running)!)
    return all
  }
}

/**
 * Microsteps of one step, unless the machine says otherwise (`options.maxIterations`): whoever needs more goes in a
 * circle. What is stored was taken under this bound, so it is never lowered.
 */
const microstepsMax = 10_000

const neverRun = fromPromise(() => Promise.reject(new Error("the engine runs jobs, the machine does not")))

/**
 * Without an implementation XState would drop the input of a job, and not find the job again to stop it. Without a bound
 * an eventless loop would never come back.
 */
const withEveryJob = (listed: AnyStateMachine): AnyStateMachine => {
  const machine = listed.provide({})
  const { maxIterations = Number.POSITIVE_INFINITY } = machine.options
  if (maxIterations === Number.POSITIVE_INFINITY)
    machine.options = { ...machine.options, maxIterations: microstepsMax }
  machine.implementations.actors = new Proxy(machine.implementations.actors, {
    get: (actors, name) => Reflect.get(actors, name) ?? neverRun
  })
  return machine
}

const inertSystem = (bookId: () => string) => ({
  _bookId: bookId,
  _register: (id: string) => id,
  _unregister: () => {},
  _set: () => {},
  _sendInspectionEvent: () => {},
  _relay: () => {},
  _logger: () => {},
  _clock: { setTimeout: () => 0, clearTimeout: () => {} },
  get: () => undefined,
  getAll: () => ({}),
  getSnapshot: () => ({ _scheduledEvents: {} }),
  inspect: () => ({ unsubscribe: () => {} }),
  start: () => {},
  scheduler: { schedule: () => {}, cancel: () => {}, cancelAll: () => {} }
})

const inertRef = (id: string, src: string, system: object, parent: object | undefined) => {
  const ref = {
    id,
    src,
    sessionId: id,
    system,
    _parent: parent,
    ref: undefined as unknown,
    send: () => {},
    _send: () => {},
    start: () => {},
    on: () => ({ unsubscribe: () => {} }),
    subscribe: () => ({ unsubscribe: () => {} }),
    getSnapshot: () => ({ status: "active" }),
    toJSON: () => ({ xstate$$type: 1, id })
  }
  ref.ref = ref
  return ref
}

const afterPrefix = "xstate.after."

const nodesOf = (node: AnyStateNode): ReadonlyArray<AnyStateNode> => [
  node,
  ...Object.values(node.states).flatMap(nodesOf)
]

const afterNamesOf = (machine: AnyStateMachine): ReadonlyMap<string, string> => {
  const names = new Map<string, string>()
  for (const node of nodesOf(machine.root)) {
    for (const eventType of node.transitions.keys()) {
      if (eventType.startsWith(afterPrefix)) {
        names.set(eventType, eventType.slice(afterPrefix.length, -(node.id.length + 1)))
      }
    }
  }
  return names
}

/** What the machine at hand calls the delay `name` in the states that are active now; undefined if it has none. */
export const afterEventOf = (
  running: RunningMachine,
  snapshot: AnyMachineSnapshot,
  name: string
): string | undefined => {
  for (const node of snapshot._nodes) {
    for (const eventType of node.transitions.keys()) {
      if (running.afterNames.get(eventType) === name) return eventType
    }
  }
  return undefined
}

const moduleHashes = new ModuleHashes()

/**
 * Eight hex digits over the machine's configuration and implementations, and over its modules. Without a source it is the
 * text of its own functions, which does not say what they call.
 */
const definitionHash = (machine: AnyStateMachine, source: string | undefined): string => {
  const hash = createHash("sha256")
  if (source !== undefined) hash.update(moduleHashes.of(source))
  const seen = new Set<unknown>()
  const write = (value: unknown): void => {
    // The module says more than the text, which a test runner rewrites.
    if (typeof value === "function") hash.update(source === undefined ? `f${value.toString()}` : "f")
    else if (value === null || typeof value !== "object") {
      hash.update(`v${typeof value}${String(value)}`)
      return
    }
    if (seen.has(value)) return
    seen.add(value)
    for (const [key, inner] of Object.entries(value as object)) {
      if (inner === undefined) continue
      hash.update(`k${key}`)
      write(inner)
    }
    hash.update("e")
  }
  write(machine.config)
  write(machine.implementations)
  return hash.digest("hex").slice(0, 8)
}
