import { hash } from "node:crypto"
import type { ChainEvent } from "./chain-event.ts"
import { type Damage, damageAt, type PartitionName } from "./damage.ts"
import { firstLink } from "./hash.ts"

/** Where a partition ends: as its row says, or the manifest of an export. */
export interface PartitionEnd extends PartitionName {
  readonly position: number
  readonly head: Uint8Array
  /** Epoch ms; undefined when that is not told. */
  readonly recordedAt?: number
}

/** The chain of one partition, event by event. */
export class ChainCheck {
  readonly end: PartitionEnd
  link: Uint8Array = firstLink
  position = 0
  recordedAt = Number.NEGATIVE_INFINITY

  constructor(end: PartitionEnd) {
    this.end = end
  }

  /** The damage that shows at this event, if any. */
  take(event: ChainEvent): Damage | undefined {
    const damage = this.look(event)
    this.link = event.link
    this.position = event.position
    this.recordedAt = event.recordedAt
    return damage
  }

  private look(event: ChainEvent): Damage | undefined {
    const due = this.position + 1
    const { company, partition } = this.end
    if (event.position !== due) {
      const message = `position ${due} is missing, ${event.position} comes next`
      return { company, partition, position: due, stream: null, version: null, kind: "hole", message }
    }
    if (!sealedStands(event)) return this.at(event, "sealed", "the sealed data is not what its hash says")
    if (!payloadStands(event)) return this.at(event, "payload", "the data is not what its payload hash says")
    if (!isLinked(this.link, event)) {
      return this.at(event, "link", "the event, or its place, is not what its link says")
    }
    return event.recordedAt < this.recordedAt
      ? this.at(event, "time", "it was recorded before the event ahead of it")
      : undefined
  }

  private at(event: ChainEvent, kind: Damage["kind"], message: string): Damage {
    return damageAt(this.end, event, kind, message)
  }

  /** The damage that shows when the last event has been taken, if any. */
  finish(): Damage | undefined {
    const { company, partition, position, head, recordedAt = this.recordedAt } = this.end
    const at = { company, partition, stream: null, version: null, kind: "head" } as const
    if (this.position < position) {
      const first = this.position + 1
      return { ...at, position: first, message: `positions ${first} to ${position} are missing at the end` }
    }
    if (!same(head, this.link)) {
      return { ...at, position, message: "the partition's head is not the link of its last event" }
    }
    return recordedAt < this.recordedAt
      ? { ...at, position, message: "the partition's row is older than its last event" }
      : undefined
  }
}

/** Erased data has no ciphertext any more; its hash stays and goes on standing for it. */
const sealedStands = ({ sealed, sealedHash, hasKey }: ChainEvent): boolean => {
  if (sealed === null) return (sealedHash === null) === !hasKey
  return sealedHash !== null && hasKey && hash("sha256", sealed, "hex") === hexOf(sealedHash)
}

const marked = Buffer.alloc(1 + 32 + 32, 1)

const payloadStands = ({ data, sealedHash, payloadHash }: ChainEvent): boolean => {
  if (sealedHash === null) return hash("sha256", data, "hex") === payloadHash
  if (sealedHash.length !== 32) return false
  marked.set(hash("sha256", data, "buffer"), 1)
  marked.set(sealedHash, 1 + 32)
  return hash("sha256", marked, "hex") === payloadHash
}

let scratch = Buffer.allocUnsafe(4096)

/** As `nextLink`, in one buffer for all events. */
const isLinked = (previous: Uint8Array, { leaf, link }: ChainEvent): boolean => {
  const length = previous.length + leaf.length
  if (scratch.length < length) scratch = Buffer.allocUnsafe(length)
  scratch.set(previous, 0)
  scratch.set(leaf, previous.length)
  return hash("sha256", scratch.subarray(0, length), "binary") === link.toString("latin1")
}

const hexOf = (bytes: Uint8Array): string => Buffer.prototype.toString.call(bytes, "hex")

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
