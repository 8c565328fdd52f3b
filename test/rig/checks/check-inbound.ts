import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import type { RigChannel } from "../world/stage.ts"
import type { ToldConversation } from "./read-conversations.ts"

/** What became of what leads wrote. */
export interface InboundCounts {
  readonly messages: number
  readonly acknowledged: number
  readonly stored: number
  /** Answered with 200 by a process of ours, and not in the store. */
  readonly acknowledgedAndLost: number
  /** Written by a lead, and not in the store when all was at rest. */
  readonly lost: number
  /** Events beyond the first of one provider id. */
  readonly storedTwice: number
  /** The same of delivery updates. */
  readonly updatesTwice: number
  /** Pairs of messages of one lead that stand in the other order. */
  readonly inboundInversions: number
}

/** Names that are there more than once, counted for each time too many. */
export const tooMany = (names: ReadonlyArray<string>): number => names.length - new Set(names).size

/** Neighbours in `seen` that stand the other way round in `wanted`; what only one of them has is passed over. */
export const inversions = (wanted: ReadonlyArray<string>, seen: ReadonlyArray<string>): number => {
  const places = new Map(wanted.map((name, n) => [name, n]))
  const order = [...new Set(seen)].flatMap((name) => places.get(name) ?? [])
  return order.filter((place, n) => n > 0 && place < order[n - 1]!).length
}

/** Holds what leads wrote and what was acknowledged against the store. */
export const checkInbound = (
  incoming: Readonly<Record<RigChannel, ReadonlyArray<Passed>>>,
  acknowledged: ReadonlyMap<string, number>,
  conversations: ReadonlyArray<ToldConversation>
): InboundCounts => {
  const stored = new Set<string>()
  let storedTwice = 0
  let updatesTwice = 0
  let inboundInversions = 0
  for (const { channel, contact, received, updates } of conversations) {
    for (const id of received) stored.add(`${channel} ${id}`)
    storedTwice += tooMany(received)
    updatesTwice += tooMany(updates)
    const written = incoming[channel as RigChannel].filter((passed) => passed.contact === contact)
    inboundInversions += inversions(
      written.map(({ id }) => id),
      received
    )
  }
  const messages = Object.entries(incoming).flatMap(([channel, passed]) =>
    passed.map(({ id }) => `${channel} ${id}`)
  )
  const isLost = (id: string) => !stored.has(id)
  return {
    messages: messages.length,
    acknowledged: acknowledged.size,
    stored: stored.size,
    acknowledgedAndLost: [...acknowledged.keys()].filter(isLost).length,
    lost: messages.filter(isLost).length,
    storedTwice,
    updatesTwice,
    inboundInversions
  }
}
