import * as Effect from "effect/Effect"
import type { JsonObject } from "../eventstore/database/json.ts"
import { Batch } from "../eventstore/log/batch.ts"
import type { EventStore } from "../eventstore/log/event-store.ts"
import type { Partition } from "../eventstore/log/stored-rows.ts"
import { canonicalJson, nextLink, payloadHash } from "../eventstore/proof/hash.ts"
import { inbound } from "./turn-machine.ts"

/** A partition whose events we write ourselves, below the engine: version check, hashes and chain included. */
export interface Lane {
  readonly company: string
  readonly partition: number
  readonly epoch: number
  position: number
  head: Uint8Array
}

const laneOf = ({ company, partition, epoch, position, head }: Partition): Lane => ({
  company,
  partition,
  epoch,
  position,
  head
})

const streams = 1000
const principal = "channel:evolution"

/** The lane's next `count` events, spread over its streams, as one batch; moves the lane on. */
export const nextBatch = (lane: Lane, count: number): Batch => {
  const batch = new Batch()
  const recordedAt = Date.now()
  const from = lane.position
  for (let n = 0; n < count; n++) {
    const position = ++lane.position
    const { type, ...data } = inbound(position, recordedAt)
    const text = canonicalJson(data as JsonObject)
    const leaf = {
      company: lane.company,
      partition: lane.partition,
      position,
      stream: `turn/${lane.partition}.${position % streams}`,
      version: Math.floor((position - 1) / streams) + 1,
      kind: "input" as const,
      type,
      schemaVersion: 1,
      sealedHash: null,
      keyId: null,
      occurredAt: recordedAt,
      recordedAt,
      causation: null,
      correlation: null,
      principal,
      machineVersion: "1.0.0+00000000",
      payloadHash: payloadHash(text, null)
    }
    lane.head = nextLink(lane.head, leaf)
    batch.event({ ...leaf, sealed: null, link: lane.head }, text)
  }
  const { company, partition, epoch, position: to, head } = lane
  batch.advance({ company, partition, epoch, from, to, head, recordedAt })
  return batch
}

/** Makes the company and owns its partitions, four of them. */
export const claimLanes = async (store: EventStore["Service"]): Promise<ReadonlyArray<Lane>> => {
  await Effect.runPromise(store.createCompany("bench", 4))
  return (await Effect.runPromise(store.claim("bench", leaseMs, 4))).map(laneOf)
}

/** Longer than any measurement. */
const leaseMs = 3_600_000
