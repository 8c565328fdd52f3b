import * as Effect from "effect/Effect"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import { type Address, addressOf, formatAddress, streamOf } from "../address.ts"
import type { MachineRegistry } from "../machine/machine-registry.ts"
import {
  type EventPlace,
  eachPage,
  factsOf,
  formatPlace,
  type Read,
  readEvent,
  stepsOf,
  whyLimits
} from "./why.ts"
import type { WhyEffect } from "./why-event.ts"

/** Versions of one stream by the cause that they name. */
type CausedBy = ReadonlyMap<string, ReadonlyArray<number>>

/** What each event led to, as far as it was looked. */
interface Found {
  readonly effects: Map<string, Array<EventPlace>>
  /** Inputs whose messages can't be known: the step can't be taken again. */
  readonly unknown: Set<string>
  /** Events whose effects were not looked for: there are too many. */
  readonly beyond: Set<string>
}

/**
 * What an event led to, down through jobs, timers and messages to other actors, as a tree. A fact led to what its
 * step led to. Undefined when there is no such event.
 */
export const findEffects = (registry: MachineRegistry, place: EventPlace): Read<WhyEffect | undefined> =>
  Effect.gen(function* () {
    const asked = yield* readEvent(place)
    if (asked === undefined) return undefined
    const root = asked.kind === "emitted" ? (inputOf(asked) ?? place) : place
    const found = yield* look(registry, root)
    let count = 0
    const tell = (at: EventPlace, event: StoredEvent): Read<WhyEffect> =>
      Effect.gen(function* () {
        const key = formatPlace(at)
        const effects: Array<WhyEffect> = []
        let end: WhyEffect["end"] = found.beyond.has(key)
          ? "limit"
          : found.unknown.has(key)
            ? "messagesUnknown"
            : null
        for (const next of found.effects.get(key) ?? []) {
          if (++count > whyLimits.eventsMax) {
            end = "limit"
            break
          }
          const there = yield* readEvent(next)
          if (there !== undefined) effects.push(yield* Effect.suspend(() => tell(next, there)))
        }
        return { ...factsOf(event), effects, end }
      })
    const inner = yield* tell(root, (yield* readEvent(root)) ?? asked)
    if (root === place) return inner
    const others = inner.effects.filter(
      ({ version, address }) => formatPlace(place) !== `${address}@${version}`
    )
    return { ...factsOf(asked), effects: others, end: inner.end }
  })

const inputOf = ({ company, causation }: StoredEvent): EventPlace | undefined => {
  const at = causation?.lastIndexOf("@") ?? -1
  if (causation === null || at < 0) return undefined
  return { address: addressOf(company, causation.slice(0, at)), version: Number(causation.slice(at + 1)) }
}

/** Stream after stream: first all that follows within it, then where its messages went. */
const look = (registry: MachineRegistry, root: EventPlace): Read<Found> =>
  Effect.gen(function* () {
    const found: Found = { effects: new Map(), unknown: new Set(), beyond: new Set() }
    const indexes = new Map<string, CausedBy>()
    const seen = new Set([formatPlace(root)])
    const indexOf = (address: Address): Read<CausedBy> =>
      Effect.gen(function* () {
        const key = formatAddress(address)
        const known = indexes.get(key) ?? (yield* readCauses(address))
        indexes.set(key, known)
        return known
      })
    /** Notes the events that name this place as their cause; gives those that are new. */
    const note = (cause: EventPlace, address: Address, index: CausedBy): ReadonlyArray<EventPlace> => {
      const versions = index.get(`${streamOf(cause.address)}@${cause.version}`) ?? []
      const fresh = versions
        .map((version) => ({ address, version }))
        .filter((place) => !seen.has(formatPlace(place)))
      for (const place of fresh) seen.add(formatPlace(place))
      const key = formatPlace(cause)
      found.effects.set(key, [...(found.effects.get(key) ?? []), ...fresh])
      return fresh
    }
    const waiting: Array<ReadonlyArray<EventPlace>> = [[root]]
    for (let places = waiting.shift(); places !== undefined; places = waiting.shift()) {
      const { address } = places[0]!
      const index = yield* indexOf(address)
      const inside = [...places]
      for (let n = 0; n < inside.length; n++) {
        if (seen.size > whyLimits.eventsMax) found.beyond.add(formatPlace(inside[n]!))
        else inside.push(...note(inside[n]!, address, index))
      }
      const steps = yield* stepsOf(registry, address, new Set(inside.map(({ version }) => version)))
      const arrived = new Map<string, Array<EventPlace>>()
      for (const cause of inside) {
        const step = steps.get(cause.version)
        // A fact has no step of its own, and nothing came of it alone.
        if (step?.step === null) found.unknown.add(formatPlace(cause))
        for (const to of step?.messagesTo ?? []) {
          const key = formatAddress(to)
          arrived.set(key, [...(arrived.get(key) ?? []), ...note(cause, to, yield* indexOf(to))])
        }
      }
      for (const group of arrived.values()) if (group.length > 0) waiting.push(group)
    }
    return found
  })

const readCauses = (address: Address): Read<CausedBy> =>
  Effect.gen(function* () {
    const index = new Map<string, Array<number>>()
    yield* eachPage(address, 0, (page) => {
      for (const { causation, version } of page) {
        if (causation === null) continue
        const versions = index.get(causation)
        if (versions === undefined) index.set(causation, [version])
        else versions.push(version)
      }
      return (page.at(-1)?.version ?? 0) < whyLimits.streamEventsMax
    })
    return index
  })
