import {
  type AnyStateMachine,
  assign,
  createMachine,
  enqueueActions,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  sendParent,
  setup,
  spawnChild
} from "xstate"

/** A machine that can't be made durable, and what is said of it. */
export interface Refused {
  readonly machine: AnyStateMachine
  /** `place: what; way out`, one for each finding. */
  readonly says: ReadonlyArray<string>
}

interface Spawner {
  readonly spawn: (logic: unknown) => unknown
}

const child = createMachine({ id: "child" })
const one = { subscribe: () => ({ unsubscribe: () => {} }) }
const toPromise = "make it promise logic that gives one result, or let the outside deliver its events"
const spawning =
  "it spawns an actor inside a function, where it can't be stored; " +
  "invoke promise logic, or use spawnChild with a name and an id as an action"

const invoking = (id: string, src: unknown): AnyStateMachine =>
  createMachine(
    {
      id,
      initial: "on",
      states: { on: { initial: "deep", states: { deep: { invoke: { id: "it", src: "logic" } } } } }
    },
    { actors: { logic: src as never } }
  )

/** Logics that run on their own, seen by how they behave. */
const byLogic: ReadonlyArray<Refused> = [
  {
    machine: invoking(
      "ticking",
      fromCallback(({ sendBack }) => sendBack({ type: "Tick" }))
    ),
    says: [`ticking.on.deep.invoke[0]: it invokes callback logic "logic"; ${toPromise}`]
  },
  {
    machine: invoking(
      "observing",
      fromObservable(() => one as never)
    ),
    says: [`observing.on.deep.invoke[0]: it invokes observable logic "logic"; ${toPromise}`]
  },
  {
    machine: invoking(
      "hearing",
      fromEventObservable(() => one as never)
    ),
    says: [`hearing.on.deep.invoke[0]: it invokes observable logic "logic"; ${toPromise}`]
  },
  {
    machine: invoking(
      "reducing",
      fromTransition((n: number) => n + 1, 0)
    ),
    says: [
      `reducing.on.deep.invoke[0]: it invokes transition logic "logic"; move its state into the machine, ` +
        "or list it as a machine of its own"
    ]
  },
  {
    machine: invoking("parent", child),
    says: [
      'parent.on.deep.invoke[0]: it invokes the machine "logic" as a child; list it as a machine of its own ' +
        "and send to its address with sendTo(actorAt(machine, id), event)"
    ]
  },
  {
    machine: createMachine({
      id: "forgotten",
      initial: "on",
      states: { on: { invoke: { id: "it", src: "nobodyWroteIt" } } }
    }),
    says: [
      'forgotten.on.invoke[0]: it invokes "nobodyWroteIt", which nobody implements; ' +
        "implement it in setup's actors, or add a handler of that name"
    ]
  }
]

/** Children that are made where nobody can store them, or under names that nobody can find again. */
const bySpawning: ReadonlyArray<Refused> = [
  {
    machine: createMachine({
      id: "spawning",
      context: { ref: null as unknown },
      on: { Go: { actions: assign({ ref: ({ spawn }) => spawn(child) }) } }
    }),
    says: [`spawning.on.Go.ref: ${spawning}`]
  },
  {
    machine: createMachine({
      id: "spawningByArgument",
      context: { ref: null as unknown },
      entry: [assign((args) => ({ ref: args.spawn(child) }))]
    }),
    says: [`spawningByArgument.entry: ${spawning}`]
  },
  {
    machine: createMachine({
      id: "spawningAtBirth",
      context: ({ spawn }: Spawner) => ({ ref: spawn(child) })
    } as never) as AnyStateMachine,
    says: [`spawningAtBirth.context: ${spawning}`]
  },
  {
    machine: setup({
      actions: {
        make: enqueueActions(({ enqueue }) =>
          enqueue.assign({ ref: ({ spawn }: Spawner) => spawn(child) } as never)
        )
      }
    }).createMachine({ id: "spawningLater", entry: "make" }),
    says: [`spawningLater, action "make": ${spawning}`]
  },
  {
    machine: createMachine({ id: "nameless", entry: spawnChild(fromPromise(async () => 1)) }),
    says: [
      "nameless.entry: it spawns logic that has no name; name the logic in setup's actors",
      "nameless.entry: it spawns a child without an id; give it an id, which names its result"
    ]
  }
]

/** What only has a meaning among XState's own actors. */
const bySystem: ReadonlyArray<Refused> = [
  {
    machine: setup({ actors: { load: fromPromise(async () => 1) } }).createMachine({
      id: "registered",
      invoke: { id: "load", src: "load", systemId: "loader", onSnapshot: { actions: [] } }
    }),
    says: [
      'registered.invoke[0]: it registers the systemId "loader", and a job is in no actor system; ' +
        "leave it out; what is to be found by others is a machine of its own, at its address",
      "registered.invoke[0]: it follows the snapshots of a job, which has none; use onDone and onError"
    ]
  },
  {
    machine: createMachine({ id: "reporting", on: { Go: { actions: sendParent({ type: "Went" }) } } }),
    says: [
      "reporting.on.Go: it sends to a parent, and an actor has none; sendTo(actorAt(machine, id), event)"
    ]
  },
  {
    machine: createMachine({}),
    says: [
      "(machine): the machine has no id; " +
        "give it an id that starts with a letter and has at most 63 letters, digits, _ and -"
    ]
  },
  {
    machine: createMachine({ id: "7 of 9" }),
    says: [
      `7 of 9: the id "7 of 9" can't stand in an address; ` +
        "give it an id that starts with a letter and has at most 63 letters, digits, _ and -"
    ]
  }
]

/** Machines that must be refused when they are listed. */
export const refused: ReadonlyArray<Refused> = [...byLogic, ...bySpawning, ...bySystem]
