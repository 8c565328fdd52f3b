import { Batch } from "../../../eventstore/log/batch.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { canonicalJson, firstLink, nextLink, payloadHash } from "../../../eventstore/proof/hash.ts"

/** Events of one batch. */
const batchEvents = 1000

/** A partition's events as a store takes them, with their hash chain; the partition's epoch is 1. */
export const asBatches = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<Batch> => {
  const batches: Array<Batch> = []
  let head: Uint8Array = firstLink
  for (let from = 0; from < events.length; from += batchEvents) {
    const batch = new Batch()
    const page = events.slice(from, from + batchEvents)
    for (const event of page) {
      const text = canonicalJson(event.data)
      const leaf = { ...event, payloadHash: payloadHash(text, null) }
      head = nextLink(head, leaf)
      batch.event({ ...leaf, link: head }, text)
    }
    const { company, partition } = page[0]!
    const { position, recordedAt } = page.at(-1)!
    batch.advance({ company, partition, epoch: 1, from, to: position, head, recordedAt })
    batches.push(batch)
  }
  return batches
}
