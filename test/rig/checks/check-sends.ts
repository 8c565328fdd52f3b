import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import { inversions, tooMany } from "./check-inbound.ts"
import type { ToldConversation } from "./read-conversations.ts"

/** What became of what we sent on one channel: the provider's list against what the conversations tell. */
export interface SendCounts {
  readonly accepted: number
  /** Texts that the provider took more than once. */
  readonly doubles: number
  /** Told as sent, and the provider never had it. */
  readonly losses: number
  /** The provider has it, and the conversation tells of neither a sending nor a doubt. */
  readonly silent: number
  /** Chunks that are told as in doubt. */
  readonly doubts: number
  /** Of these, the ones that the provider has. */
  readonly doubtsArrived: number
  /** Chunks that are told to have failed. */
  readonly failed: number
  /** Told with an id that the provider knows under another text, or not at all. */
  readonly wrongIds: number
  /** Neighbouring chunks of one conversation that arrived in the other order. */
  readonly inversions: number
}

/** Counts one channel; its conversations only. */
export const checkSends = (
  accepted: ReadonlyArray<Passed>,
  conversations: ReadonlyArray<ToldConversation>
): SendCounts => {
  const byContact = Map.groupBy(accepted, ({ contact }) => contact)
  const counts = {
    accepted: accepted.length,
    doubles: 0,
    losses: 0,
    silent: 0,
    doubts: 0,
    doubtsArrived: 0,
    failed: 0,
    wrongIds: 0,
    inversions: 0
  }
  for (const { contact, written, sent, doubts, failed } of conversations) {
    const arrived = byContact.get(contact) ?? []
    byContact.delete(contact)
    const texts = arrived.map(({ text }) => text)
    const has = new Set(texts)
    const idOf = new Map(arrived.map(({ id, text }) => [id, text]))
    const toldTexts = new Set(sent.map(({ text }) => text))
    const doubtful = doubts.map((place) => written.get(place) ?? "")
    counts.doubles += tooMany(texts)
    counts.losses += sent.filter(({ text }) => !has.has(text)).length
    counts.silent += [...has].filter((text) => !toldTexts.has(text) && !doubtful.includes(text)).length
    counts.doubts += doubts.length
    counts.doubtsArrived += doubtful.filter((text) => has.has(text)).length
    counts.failed += failed.length
    counts.wrongIds += sent.filter(({ text, messageId }) => idOf.get(messageId) !== text).length
    // When a chunk in doubt arrives, if it does, nobody can know.
    const certain = texts.filter((text) => !doubtful.includes(text))
    counts.inversions += inversions([...written.values()], certain)
  }
  // Whom nobody wrote for: the provider has chunks of a conversation that has no history.
  for (const arrived of byContact.values()) counts.silent += arrived.length
  return counts
}
