import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { JsonObject } from "../../eventstore/database/json.ts"
import type { StoreUnavailable } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { type Address, addressOf, formatAddress, streamOf } from "../address.ts"
import type { MachineRegistry } from "../machine/machine-registry.ts"
import type { WhyEvent, WhyFacts, WhyJob } from "./why-event.ts"
import { StepTeller, type ToldStep } from "./why-step.ts"

/** How much is told at most; what lies beyond is told as cut. */
export const whyLimits = {
  /** Events in a tree. */
  eventsMax: 500,
  /** Events of a stream that steps are looked for in; a longer one is told without steps. */
  streamEventsMax: 1_000_000,
  /** Events of one read. */
  pageEvents: 1000
} as const

/** An event by its place: an address and a version. */
export interface EventPlace {
  readonly address: Address
  readonly version: number
}

/** `acme/conversation/7f3@12` */
export const formatPlace = ({ address, version }: EventPlace): string =>
  `${formatAddress(address)}@${version}`

/** There is no such event; `message` says what there is. */
export class NoSuchEvent extends Schema.TaggedError<NoSuchEvent>()("NoSuchEvent", {
  message: Schema.String
}) {}

/** Causes that no event names, told by whoever knows the machine: places by the place that they caused. */
export type AlsoCaused = ReadonlyMap<string, ReadonlyArray<EventPlace>>

export type Read<A, E = never> = Effect.Effect<A, StoreUnavailable | E, History>

/** The event at this place; undefined when there is none. */
export const readEvent = ({ address, version }: EventPlace): Read<StoredEvent | undefined> =>
  Effect.gen(function* () {
    const history = yield* History
    const [event] = yield* history.readStream(address.company, streamOf(address), version - 1, 1)
    return event?.version === version ? event : undefined
  })

/**
 * The event, and up from it all that caused it, in this stream and in others, without steps. Fails with `NoSuchEvent`.
 */
export const findCauses = (place: EventPlace, also: AlsoCaused = new Map()): Read<WhyEvent, NoSuchEvent> =>
  Effect.gen(function* () {
    const event = yield* readEvent(place)
    if (event === undefined) return yield* noSuchEvent(place)
    const seen = new Set<string>([formatPlace(place)])
    const tell = (event: StoredEvent): Read<WhyEvent> =>
      Effect.gen(function* () {
        const facts = factsOf(event)
        const here = { address: addressOf(event.company, event.stream), version: event.version }
        const named = placeNamed(event)
        const others = (also.get(formatPlace(here)) ?? []).filter(
          (other) => named === undefined || formatPlace(other) !== formatPlace(named)
        )
        const causes: Array<WhyEvent> = []
        let end: WhyEvent["end"] = null
        for (const cause of inOrder(named === undefined ? others : [named, ...others])) {
          const key = formatPlace(cause)
          if (seen.has(key)) end ??= "toldAbove"
          else if (seen.size >= whyLimits.eventsMax) end = "limit"
          else {
            const found = yield* readEvent(cause)
            if (found === undefined) end ??= "missing"
            else {
              seen.add(key)
              causes.push(yield* Effect.suspend(() => tell(found)))
            }
          }
        }
        if (causes.length === 0) end ??= "outside"
        return { ...facts, step: null, stepUnknown: null, causes, end }
      })
    return yield* tell(event)
  })

/** The tree with the step of each input in it: which guards were asked, what they said, and what came of it. */
export const tellSteps = (
  registry: MachineRegistry,
  tree: WhyEvent,
  progress: (read: number) => void = () => {}
): Read<WhyEvent> =>
  Effect.gen(function* () {
    const wanted = new Map<string, Set<number>>()
    for (const { kind, address, version } of eventsOf(tree)) {
      if (kind !== "input") continue
      const versions = wanted.get(address) ?? new Set()
      wanted.set(address, versions.add(version))
    }
    const steps = new Map<string, ToldStep>()
    let read = 0
    for (const [address, versions] of wanted) {
      const found = yield* stepsOf(registry, addressFrom(address), versions, (events) => {
        read += events
        progress(read)
      })
      for (const [version, step] of found) steps.set(`${address}@${version}`, step)
    }
    return withSteps(tree, steps)
  })

/** The steps of one stream, by version. */
export const stepsOf = (
  registry: MachineRegistry,
  address: Address,
  versions: ReadonlySet<number>,
  progress: (events: number) => void = () => {}
): Read<ReadonlyMap<number, ToldStep>> =>
  Effect.gen(function* () {
    const none = (unknown: string): ReadonlyMap<number, ToldStep> =>
      new Map([...versions].map((version) => [version, { step: null, unknown, messagesTo: undefined }]))
    const registered = registry.get(address.machine)
    if (registered === undefined) return none(`no machine is called "${address.machine}" here`)
    const last = Math.max(...versions)
    if (last > whyLimits.streamEventsMax) {
      return none(`its stream is longer than ${whyLimits.streamEventsMax} events`)
    }
    const teller = new StepTeller(registered, versions)
    yield* eachPage(address, 0, (page) => {
      for (const event of page) {
        // The facts that the last wanted input gave belong to its step.
        if (event.version > last && event.kind === "input") return false
        teller.take(event)
      }
      progress(page.length)
      return true
    })
    teller.close()
    return teller.steps
  })

/** Shows a stream page by page, until `see` says no or it ends. */
export const eachPage = (
  address: Address,
  after: number,
  see: (page: ReadonlyArray<StoredEvent>) => boolean
): Read<void> =>
  Effect.gen(function* () {
    const history = yield* History
    for (let last = after; ; ) {
      const page = yield* history.readStream(address.company, streamOf(address), last, whyLimits.pageEvents)
      if (!see(page) || page.length < whyLimits.pageEvents) return
      last = page.at(-1)!.version
    }
  })

/** Every event of the tree, the asked one first. */
export const eventsOf = (tree: WhyEvent): ReadonlyArray<WhyEvent> => [tree, ...tree.causes.flatMap(eventsOf)]

/** `acme/conversation/7f3` as an address; it is one that we wrote. */
export const addressFrom = (text: string): Address => {
  const [company = "", machine = "", id = ""] = text.split("/")
  return { company, machine, id }
}

const withSteps = (tree: WhyEvent, steps: ReadonlyMap<string, ToldStep>): WhyEvent => {
  const known = steps.get(`${tree.address}@${tree.version}`)
  return {
    ...tree,
    step: known?.step ?? null,
    stepUnknown: known?.unknown ?? null,
    causes: tree.causes.map((cause) => withSteps(cause, steps))
  }
}

/** Causes in one stream in the order in which they came. */
const inOrder = (causes: ReadonlyArray<EventPlace>): ReadonlyArray<EventPlace> => {
  const streams = new Set(causes.map(({ address }) => formatAddress(address)))
  return streams.size > 1 ? causes : causes.toSorted((a, b) => a.version - b.version)
}

/** What the event says, as it is told. */
export const factsOf = (event: StoredEvent): WhyFacts => ({
  address: `${event.company}/${event.stream}`,
  version: event.version,
  partition: event.partition,
  position: event.position,
  kind: event.kind,
  type: event.type,
  data: event.data,
  withheld: event.withheld ?? null,
  occurredAt: event.occurredAt,
  recordedAt: event.recordedAt,
  principal: event.principal,
  correlation: event.correlation,
  machineVersion: event.machineVersion,
  causation: event.causation,
  by: comesBy(event),
  job: jobOf(event)
})

const comesBy = ({ kind, type, principal, causation }: StoredEvent): WhyFacts["by"] => {
  if (kind === "emitted") return "step"
  if (type === "JobSucceeded" || type === "JobFailed") return "job"
  if (type === "TimerFired") return "timer"
  if (principal === "engine") return "engine"
  return principal.startsWith("actor:") && causation !== null ? "message" : "outside"
}

const jobOf = ({ type, data }: StoredEvent): WhyJob | null => {
  if (type !== "JobSucceeded" && type !== "JobFailed") return null
  const number = (field: string) => {
    const value = data[field]
    return typeof value === "number" ? value : null
  }
  const error = (data.error ?? {}) as JsonObject
  return {
    job: String(data.job),
    name: String(data.name),
    failed: type === "JobFailed" ? String(error.reason ?? "failed") : null,
    attempts: number("attempts"),
    askedAt: number("askedAt"),
    firstAttemptAt: number("firstAttemptAt"),
    endedAt: number("endedAt")
  }
}

/** The event of the same company that this one says it comes from; undefined when it names none. */
const placeNamed = ({ company, causation }: StoredEvent): EventPlace | undefined => {
  const named = /^([^/@]+\/[^/]+)@([1-9]\d{0,14})$/.exec(causation ?? "")
  return named === null ? undefined : { address: addressOf(company, named[1]!), version: Number(named[2]) }
}

const noSuchEvent = (place: EventPlace): Read<never, NoSuchEvent> =>
  Effect.gen(function* () {
    let last = 0
    yield* eachPage(place.address, 0, (page) => {
      last = page.at(-1)?.version ?? last
      return true
    })
    const where = formatAddress(place.address)
    return yield* new NoSuchEvent({
      message:
        last === 0
          ? `${where} has no event`
          : `there is no ${formatPlace(place)}: ${where} has versions 1 to ${last}`
    })
  })
