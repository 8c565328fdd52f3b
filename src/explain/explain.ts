import * as Effect from "effect/Effect"
import { type Address, formatAddress, streamOf } from "../../actors/address.ts"
import type { MachineRegistry } from "../../actors/machine/machine-registry.ts"
import {
  addressFrom,
  type EventPlace,
  eachPage,
  eventsOf,
  findCauses,
  formatPlace,
  type NoSuchEvent,
  type Read,
  readEvent,
  tellSteps
} from "../../actors/why/why.ts"
import { findEffects } from "../../actors/why/why-effects.ts"
import type { WhyEvent } from "../../actors/why/why-event.ts"
import { History } from "../../eventstore/log/history.ts"
import type { StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { Explanation, TurnTold } from "./explanation.ts"
import type { FoundEvent } from "./find-asked.ts"
import { TurnRecord } from "./turn-record.ts"

/** What else is wanted, and who hears how many events were read. */
export interface ExplainOptions {
  readonly effects?: boolean
  readonly progress?: (read: number) => void
}

/** The machine whose streams have turns. */
const conversation = "conversation"

/**
 * Why this was said or decided: the turns that it passed through, and the tree of causes with the guards that decided,
 * over all streams. Writes nothing, runs nothing. Fails with `NoSuchEvent`.
 */
export const explain = (
  registry: MachineRegistry,
  found: FoundEvent,
  { effects = false, progress = () => {} }: ExplainOptions = {}
): Read<Explanation, NoSuchEvent> =>
  Effect.gen(function* () {
    const first = yield* findCauses(found)
    const passed = yield* turnsPassed(found, first)
    const also = new Map<string, ReadonlyArray<EventPlace>>()
    const turns: Array<TurnTold> = []
    for (const [address, numbers] of passed) {
      const found = yield* tellTurns(addressFrom(address), new Set(numbers), also)
      turns.push(...numbers.flatMap((number) => found.get(number) ?? []))
    }
    const causes = also.size === 0 ? first : yield* findCauses(found, also)
    const event = yield* tellSteps(registry, causes, progress)
    const led = effects ? yield* findEffects(registry, found) : undefined
    return {
      place: formatPlace(found),
      chunk: found.chunk,
      turns,
      event,
      ...(led === undefined ? {} : { effects: led })
    }
  })

/** The turns of each conversation on the way up, the nearest first. */
const turnsPassed = (found: FoundEvent, tree: WhyEvent): Read<ReadonlyMap<string, ReadonlyArray<number>>> =>
  Effect.gen(function* () {
    const passed = new Map<string, Array<number>>()
    const pass = (address: string, turn: unknown) => {
      const turns = passed.get(address) ?? []
      if (typeof turn === "number" && !turns.includes(turn)) passed.set(address, [...turns, turn])
    }
    if (found.address.machine === conversation) pass(formatAddress(found.address), found.turn)
    for (const event of eventsOf(tree)) {
      const address = addressFrom(event.address)
      if (address.machine !== conversation) continue
      pass(event.address, event.data.turn)
      for (const turn of yield* turnsOf(address, event)) pass(event.address, turn)
    }
    const { address, type, data } = tree
    // An id that is withheld is empty, and would name any message.
    if (namesMessage.has(type) && data.messageId !== "")
      pass(address, yield* turnNaming(found.address, String(data.messageId)))
    return passed
  })

/** Facts of one step at most. */
const factsMax = 50

/** The turns that the facts of this input tell of. */
const turnsOf = (address: Address, { kind, version }: WhyEvent): Read<ReadonlyArray<unknown>> =>
  Effect.gen(function* () {
    const history = yield* History
    if (kind === "emitted") return []
    const stream = streamOf(address)
    const facts = yield* history.readStream(address.company, stream, version, factsMax)
    return facts
      .filter((fact) => fact.kind === "emitted" && fact.causation === `${stream}@${version}`)
      .map(({ data }) => data.turn)
  })

const namesMessage: ReadonlySet<string> = new Set([
  "MessageReceived",
  "DeliveryUpdated",
  "DeliveryStatusChanged"
])

/** The turn that answers this message of the lead, or that said this one of ours. */
const turnNaming = (address: Address, messageId: string): Read<unknown> =>
  Effect.gen(function* () {
    let turn: unknown
    yield* eachPage(address, 0, (page) => {
      const naming = page.find(
        ({ type, data }) =>
          (type === "ChunkSent" && data.messageId === messageId) ||
          (type === "TurnClosed" && (data.messageIds as ReadonlyArray<string>)?.includes(messageId))
      )
      turn = naming?.data.turn
      return naming === undefined
    })
    return turn
  })

/** Tells the wanted turns, and notes the causes that they know of. */
const tellTurns = (
  address: Address,
  wanted: ReadonlySet<number>,
  also: Map<string, ReadonlyArray<EventPlace>>
): Read<ReadonlyMap<number, TurnTold>> =>
  Effect.gen(function* () {
    const record = new TurnRecord(formatAddress(address), wanted)
    yield* eachPage(address, 0, (page) => {
      for (const event of page) record.take(event)
      return true
    })
    const messages = new Map<number, StoredEvent>()
    for (const version of [...record.answered.values()].flat()) {
      const event = yield* readEvent({ address, version })
      if (event !== undefined) messages.set(version, event)
    }
    for (const [version, causes] of record.also) {
      const places = causes.map((cause) => ({ address, version: cause }))
      also.set(formatPlace({ address, version }), places)
    }
    return record.turnsWith(messages)
  })
