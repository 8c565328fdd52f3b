import type { ChainEvent } from "./chain-event.ts"

/**
 * What can be wrong. `hole`: a position is missing. `payload`: data is not what was hashed. `sealed`: the ciphertext
 * is not. `link`: anything else of the event is not, or it stands elsewhere than it was written. `time`: recorded
 * before the event ahead of it. `version`: a version of the stream is missing or comes twice. `head`: the partition's
 * row says another end than the events have. `partition`: a row of the company's partitions is gone. `seal`: a seal
 * is missing or altered, or history is not what was sealed. `signature`: a seal or an export is not signed by a key
 * that is trusted. `anchor`: what was kept outside the database is missing or another. `file`: an export is not as it
 * was written.
 */
export type DamageKind =
  | "hole"
  | "payload"
  | "sealed"
  | "link"
  | "time"
  | "version"
  | "head"
  | "partition"
  | "seal"
  | "signature"
  | "anchor"
  | "file"

/** Damage, and where. */
export interface Damage {
  /** Null where all companies are concerned. */
  readonly company: string | null
  readonly partition: number | null
  readonly position: number | null
  /** The last position that may be altered, when it is known no better. */
  readonly until?: number
  /** Null where no event stands. */
  readonly stream: string | null
  readonly version: number | null
  /** The seal that shows it. */
  readonly seal?: number
  readonly kind: DamageKind
  readonly message: string
}

/** A partition, as two fields of many rows. */
export interface PartitionName {
  readonly company: string
  readonly partition: number
}

/** Damage that shows at an event. */
export const damageAt = (
  { company, partition }: PartitionName,
  { position, stream, version }: ChainEvent,
  kind: DamageKind,
  message: string
): Damage => ({ company, partition, position, stream, version, kind, message })

/** Damage of a seal or what belongs to it, not of one partition. */
export const damageOfSeal = (seal: number, kind: DamageKind, message: string): Damage => ({
  company: null,
  partition: null,
  position: null,
  stream: null,
  version: null,
  seal,
  kind,
  message
})
