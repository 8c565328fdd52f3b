import type { JsonObject } from "../database/json.ts"

/** `input`: what came to the actor. `emitted`: a domain fact that its machine drew from an input. */
export type EventKind = "input" | "emitted"

/** An event as it stands in the store. Times are epoch ms. */
export interface StoredEvent {
  readonly company: string
  readonly partition: number
  /** 1, 2, 3… in the partition, without a hole, in commit order. */
  readonly position: number
  /** `conversation/7f3` */
  readonly stream: string
  /** 1, 2, 3… in the stream. */
  readonly version: number
  readonly kind: EventKind
  readonly type: string
  readonly schemaVersion: number
  /** Its personal data is in it when it was read through `History`; else empty values stand in its place. */
  readonly data: JsonObject
  /** Why personal data is still missing after `History` tried: its key was destroyed or can't be unwrapped here, or the ciphertext was altered. */
  readonly withheld?: "erased" | "locked" | "broken"
  /** The canonical text of `data` as it is stored: what the payload hash is over. */
  readonly dataText: string
  /** Personal data, encrypted; null when there is none or when it was erased (`keyId` and `sealedHash` stay). */
  readonly sealed: Uint8Array | null
  readonly sealedHash: Uint8Array | null
  readonly keyId: string | null
  /** When it happened, by the one who told us. */
  readonly occurredAt: number
  /** When it was stored; never goes back within a partition. */
  readonly recordedAt: number
  /** What caused it: `stream@version` of an event of the same company, or an outside cause. */
  readonly causation: string | null
  readonly correlation: string | null
  /** Who: `person:ana`, `channel:evolution`, `engine`. */
  readonly principal: string
  /** Of the machine that took the step: `1.0.0+3f2a9c01`. */
  readonly machineVersion: string
  readonly payloadHash: Uint8Array
  /** SHA-256 over the previous link of the partition and this event. */
  readonly link: Uint8Array
}
