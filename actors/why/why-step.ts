import { isDeepStrictEqual } from "node:util"
import type { Json, JsonObject } from "../../eventstore/database/json.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { upcast } from "../../eventstore/log/upcast.ts"
import type { Address } from "../address.ts"
import type { ActorEvent } from "../engine/engine.ts"
import type { ActorState } from "../machine/actor-state.ts"
import { stepInputOf } from "../machine/live-actor.ts"
import type { RegisteredMachine } from "../machine/machine-registry.ts"
import { errorAsJson } from "../machine/persisted-state.ts"
import type { RunningMachine } from "../machine/running-machine.ts"
import { type Step, takeStep } from "../machine/step.ts"
import { Replayer } from "../replay/replay.ts"
import type { WhyStep } from "./why-event.ts"
import { type Watched, type WatchedMachine, watchMachine } from "./why-watch.ts"

/** What is known of an input's step, and where its messages went. */
export type ToldStep =
  | {
      readonly step: WhyStep
      readonly unknown: null
      readonly messagesTo: ReadonlyArray<Address>
    }
  | { readonly step: null; readonly unknown: string; readonly messagesTo: undefined }

/** The state is known again from these on: they carry it. */
const statesOfTheirOwn: ReadonlySet<string> = new Set(["ActorMigrated", "SubjectErased", "ActorClosed"])

/**
 * Folds one stream and takes the wanted inputs again with guards watched, each with the version of the machine that
 * took it. What can't be taken again is told with the reason. A class because its state goes from event to event.
 */
export class StepTeller {
  readonly steps = new Map<number, ToldStep>()
  private readonly wanted: ReadonlySet<number>
  private readonly registered: RegisteredMachine
  private readonly watched: ReadonlyMap<RunningMachine, WatchedMachine["watch"]>
  private readonly replayer: Replayer
  /** Why the state is not known here. */
  private blind: string | undefined
  /** The wanted input whose facts come next. */
  private open: { readonly version: number; readonly taken: Taken; readonly said: Array<Said> } | undefined

  constructor(registered: RegisteredMachine, wanted: ReadonlySet<number>) {
    this.wanted = wanted
    const { current, versions } = registered
    const watched = new Map<RunningMachine, WatchedMachine["watch"]>()
    const copies = versions.copied(({ listed, version }) => {
      const { running, watch } = watchMachine(listed)
      const copy = { ...running, version }
      watched.set(copy, watch)
      return copy
    })
    this.watched = watched
    this.registered = { ...registered, current: copies.get(current.version)!, versions: copies }
    this.replayer = new Replayer(this.registered)
  }

  /** Events of the stream in order, from its first. */
  take(event: StoredEvent) {
    if (event.kind === "emitted") this.open?.said.push(event)
    else {
      this.close()
      if (this.wanted.has(event.version)) this.tell(event)
    }
    this.goOn(event)
  }

  /** When no more events come, or none that matter. */
  close() {
    if (this.open === undefined) return
    const { version, taken, said } = this.open
    this.open = undefined
    const { step, messagesTo } = taken
    this.steps.set(version, {
      step: { ...step, agrees: this.agree(taken.emitted, said) },
      unknown: null,
      messagesTo
    })
  }

  private tell(event: StoredEvent) {
    const unknown = this.whyUnknown(event)
    if (unknown !== undefined) {
      this.steps.set(event.version, { step: null, unknown, messagesTo: undefined })
      return
    }
    try {
      this.open = { version: event.version, taken: this.takeAgain(event), said: [] }
    } catch (error) {
      const message = `it can't be taken again: ${error instanceof Error ? error.message : String(error)}`
      this.steps.set(event.version, { step: null, unknown: message, messagesTo: undefined })
    }
  }

  private whyUnknown({ type, withheld, machineVersion }: StoredEvent): string | undefined {
    if (statesOfTheirOwn.has(type)) return "it carries the state that follows; no machine decided"
    if (withheld !== undefined) return whyWithheld[withheld]
    if (this.blind !== undefined) return this.blind
    if (this.registered.versions.has(machineVersion)) return undefined
    return `version ${machineVersion} took it, which is not listed any more`
  }

  private takeAgain(event: StoredEvent): Taken {
    const running = this.registered.versions.get(event.machineVersion)!
    const watch = this.watched.get(running)!
    const state = this.replayer.stateUnder(running)
    const { type, schemaVersion, version, recordedAt } = event
    const data = upcast(this.registered.upcasters, type, schemaVersion, event.data)
    const [step, watched] = watch(() =>
      takeStep(running, state, version, stepInputOf(type, data), recordedAt)
    )
    return takenOf(event, state, step, watched)
  }

  /** The same facts; where personal data is withheld, the same types. */
  private agree(drawn: ReadonlyArray<ActorEvent>, stored: ReadonlyArray<Said>): boolean {
    return (
      drawn.length === stored.length &&
      drawn.every(({ type, ...data }, n) => {
        const said = stored[n]!
        if (type !== said.type || said.withheld !== undefined) return type === said.type
        const present = upcast(this.registered.upcasters, type, said.schemaVersion, said.data)
        return [said.data, present].some((each) => isDeepStrictEqual(plain(data as JsonObject), plain(each)))
      })
    )
  }

  private goOn(event: StoredEvent) {
    const { replayer } = this
    const isInput = event.kind === "input"
    if (isInput && event.withheld !== undefined) this.blind = whyWithheld[event.withheld]
    else if (isInput && statesOfTheirOwn.has(event.type)) this.blind = undefined
    if (this.blind !== undefined) {
      // The fold steps over what it can't take; the next state that an event carries sets it right.
      replayer.last = event
      replayer.owed = []
      return
    }
    if (!replayer.take(event)) this.blind = `the fold had to stop before it: ${replayer.stopped?.message}`
  }
}

const whyWithheld = {
  erased: "the person is erased: what decided can't be known any more",
  locked:
    "the personal data is sealed, and its key can't be unwrapped here: name the master key to see what decided",
  broken: "the sealed data was altered: `centurion verify` names the place"
} as const

type Said = Pick<StoredEvent, "type" | "schemaVersion" | "data" | "withheld">
interface Taken {
  readonly step: Omit<WhyStep, "agrees">
  readonly emitted: ReadonlyArray<ActorEvent>
  readonly messagesTo: ReadonlyArray<Address>
}

const takenOf = (
  { company, type, data }: StoredEvent,
  before: ActorState | undefined,
  { state, emitted, jobs, cancelledJobs, timers, cancelledTimers, messages }: Step,
  { transitions, guards, actions }: Watched
): Taken => {
  const { snapshot } = state
  const fired = type === "TimerFired" ? before?.timers.find(({ timer }) => timer === data.timer) : undefined
  return {
    step: {
      before: (before?.snapshot.value ?? null) as Json,
      after: snapshot.value as Json,
      status: snapshot.status,
      error: errorAsJson(snapshot.error),
      transitions,
      guards,
      actions,
      timersSet: timers.map(({ timer, dueAt }) => ({ timer, dueAt })),
      timersCancelled: cancelledTimers.map(({ timer }) => timer),
      jobsAsked: jobs.map(({ job, name }) => ({ job, name })),
      jobsCancelled: cancelledJobs,
      messages: messages.map(({ to, event }) => ({
        to: `${company}/${to.machine}/${to.id}`,
        type: event.type
      })),
      emitted: emitted.map((event) => event.type),
      timerDueAt: fired?.dueAt ?? null
    },
    emitted,
    messagesTo: messages.map(({ to }) => ({ company, machine: to.machine, id: to.id }))
  }
}

const plain = (data: JsonObject): unknown => JSON.parse(JSON.stringify(data))
