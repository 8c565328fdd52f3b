import { hash } from "node:crypto"
import { firstLink, leafText, payloadHash } from "./hash.ts"
import type { StoredEvent } from "./stored-event.ts"
import type { Partition } from "./stored-rows.ts"

/**
 * What can be wrong. `hole`: a position is missing. `payload`: data is not what was hashed. `sealed`: the ciphertext
 * is not. `link`: anything else of the event is not, or it stands elsewhere than it was written. `time`: recorded
 * before the event ahead of it. `version`: a version of the stream is missing or comes twice. `head`: the partition's
 * row says another end than the events have. `partition`: a row of the company's partitions is gone.
 */
export type DamageKind = "hole" | "payload" | "sealed" | "link" | "time" | "version" | "head" | "partition"

/** The first damage of a partition. */
export interface Damage {
  readonly company: string
  readonly partition: number
  readonly position: number
  /** Null where no event stands. */
  readonly stream: string | null
  readonly version: number | null
  readonly kind: DamageKind
  readonly message: string
}

/** The chain of one partition, event by event. */
export class ChainCheck {
  readonly row: Partition
  link: Uint8Array = firstLink
  position = 0
  recordedAt = Number.NEGATIVE_INFINITY

  constructor(row: Partition) {
    this.row = row
  }

  /** The damage that shows at this event, if any. */
  take(event: StoredEvent): Damage | undefined {
    const damage = this.look(event)
    this.link = event.link
    this.position = event.position
    this.recordedAt = event.recordedAt
    return damage
  }

  look(event: StoredEvent): Damage | undefined {
    const due = this.position + 1
    if (event.position !== due) {
      const { company, partition } = event
      const message = `position ${due} is missing, ${event.position} comes next`
      return { company, partition, position: due, stream: null, version: null, kind: "hole", message }
    }
    if (!sealedStands(event)) return damageAt(event, "sealed", "the sealed data is not what its hash says")
    if (!payloadStands(event)) return damageAt(event, "payload", "the data is not what its payload hash says")
    if (!isLinked(this.link, event)) {
      return damageAt(event, "link", "the event, or its place, is not what its link says")
    }
    return event.recordedAt < this.recordedAt
      ? damageAt(event, "time", "it was recorded before the event ahead of it")
      : undefined
  }

  /** The damage that shows when the last event has been taken, if any. */
  end(): Damage | undefined {
    const { company, partition, position, head, recordedAt } = this.row
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

/** Damage that shows at an event. */
export const damageAt = (
  { company, partition, position, stream, version }: StoredEvent,
  kind: DamageKind,
  message: string
): Damage => ({ company, partition, position, stream, version, kind, message })

/** Erased data has no ciphertext any more; its hash stays and goes on standing for it. */
const sealedStands = ({ sealed, sealedHash, keyId }: StoredEvent): boolean => {
  if (sealed === null) return (sealedHash === null) === (keyId === null)
  return sealedHash !== null && same(hash("sha256", sealed, "buffer"), sealedHash)
}

const payloadStands = ({ dataText, sealedHash, payloadHash: stored }: StoredEvent): boolean =>
  sealedHash !== null
    ? same(payloadHash(dataText, sealedHash), stored)
    : hash("sha256", dataText, "binary") === binaryOf(stored)

let scratch = Buffer.allocUnsafe(4096)

/** As `nextLink`, in one buffer for all events and with the digest as a string, which costs half. */
const isLinked = (previous: Uint8Array, event: StoredEvent): boolean => {
  const leaf = leafText(event)
  const most = 32 + leaf.length * 3
  if (scratch.length < most) scratch = Buffer.allocUnsafe(most)
  scratch.set(previous, 0)
  const length = 32 + scratch.write(leaf, 32)
  return hash("sha256", scratch.subarray(0, length), "binary") === binaryOf(event.link)
}

const binaryOf = (bytes: Uint8Array): string => Buffer.prototype.toString.call(bytes, "binary")

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
