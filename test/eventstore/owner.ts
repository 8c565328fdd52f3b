import type { JsonObject } from "../../eventstore/database/json.ts"
import type { Batch, StreamPosition } from "../../eventstore/log/batch.ts"
import type { EventKind, StoredEvent } from "../../eventstore/log/stored-event.ts"
import type { Partition } from "../../eventstore/log/stored-rows.ts"
import { canonicalJson, nextLink, payloadHash } from "../../eventstore/proof/hash.ts"

/** When everything happens unless a test says otherwise. */
export const atNoon = Date.UTC(2026, 0, 5, 12)

/** What a test says of an event; the rest is filled in. */
export interface Said {
  readonly type?: string
  readonly data?: JsonObject
  readonly kind?: EventKind
  readonly key?: string
  readonly occurredAt?: number
  readonly recordedAt?: number
  readonly sealed?: { readonly text: Uint8Array; readonly hash: Uint8Array; readonly keyId: string }
}

/** The owner of one partition as the store expects it: it knows positions, versions and the head, and computes them. */
export class PartitionOwner {
  readonly company: string
  readonly partition: number
  epoch: number
  position: number
  head: Uint8Array
  readonly versions = new Map<string, number>()
  /** All that it has put into batches, as it should be read back. */
  readonly events: Array<StoredEvent> = []

  constructor({ company, partition, epoch, position, head }: Partition) {
    this.company = company
    this.partition = partition
    this.epoch = epoch
    this.position = position
    this.head = head
  }

  place(stream: string): StreamPosition {
    return { company: this.company, partition: this.partition, stream }
  }

  /** Another owner that believes the same. */
  copy(): PartitionOwner {
    const copy = new PartitionOwner({ ...this, owner: null, alive: true, recordedAt: 0 })
    for (const [stream, version] of this.versions) copy.versions.set(stream, version)
    return copy
  }

  /** Puts events of several streams into the batch, and the partition's way from here to there. */
  write(batch: Batch, ...said: ReadonlyArray<readonly [stream: string, event: Said]>): void {
    const from = this.position
    for (const [stream, event] of said) this.put(batch, stream, event)
    const { company, partition, epoch, head } = this
    batch.advance({ company, partition, epoch, from, to: this.position, head, recordedAt: atNoon })
  }

  private put(batch: Batch, stream: string, said: Said): void {
    const { type = "Said", data = {}, kind = "input", sealed } = said
    const version = (this.versions.get(stream) ?? 0) + 1
    const position = this.position + 1
    const text = canonicalJson(data)
    const leaf = {
      ...this.place(stream),
      position,
      version,
      kind,
      type,
      schemaVersion: 1,
      sealedHash: sealed?.hash ?? null,
      keyId: sealed?.keyId ?? null,
      occurredAt: said.occurredAt ?? atNoon,
      recordedAt: said.recordedAt ?? atNoon,
      causation: null,
      correlation: "c1",
      principal: "person:ana",
      machineVersion: "1.0.0+00000000",
      payloadHash: payloadHash(text, sealed?.hash ?? null)
    }
    this.head = nextLink(this.head, leaf)
    this.position = position
    this.versions.set(stream, version)
    const event = { ...leaf, sealed: sealed?.text ?? null, link: this.head }
    batch.event(event, text)
    if (said.key !== undefined) batch.key(this.place(stream), said.key, version, position)
    this.events.push({ ...event, data, dataText: text })
  }
}

/** Bytes as hex, so that a failed comparison can be read. */
export const readable = (event: StoredEvent) => ({
  ...event,
  sealed: hexOf(event.sealed),
  sealedHash: hexOf(event.sealedHash),
  payloadHash: hexOf(event.payloadHash),
  link: hexOf(event.link)
})

const hexOf = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString("hex"))
