import { hash } from "node:crypto"
import type { Json } from "./json.ts"
import type { StoredEvent } from "./stored-event.ts"

/** The link before the first event of a partition: 32 zero bytes. */
export const firstLink = new Uint8Array(32)

/** A value that can't be stored as JSON in Postgres; `path` says where it stands. */
export class NotStorable extends Error {
  constructor(path: string, why: string) {
    super(`${path === "" ? "the value" : path} ${why}`)
    this.name = "NotStorable"
  }
}

/**
 * The canonical text of a JSON value (RFC 8785): sorted keys, no white space, ECMAScript numbers. As ever in JavaScript
 * a date or another object with `toJSON` is what that gives.
 * Throws `NotStorable` for what Postgres or JSON can't hold: NaN, NUL, a lone surrogate, a function.
 */
export const canonicalJson = (value: Json, path = ""): string => {
  if (typeof value === "string") return quoted(value, path)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotStorable(path, `is ${value}, which JSON does not have`)
    return JSON.stringify(value)
  }
  if (value === null || typeof value === "boolean") return String(value)
  if (Array.isArray(value)) {
    return `[${value.map((each, index) => canonicalJson(each ?? null, `${path}[${index}]`)).join(",")}]`
  }
  if (typeof value !== "object") throw new NotStorable(path, `is a ${typeof value}, which JSON does not have`)
  const own = value as unknown as { readonly toJSON?: () => Json }
  if (typeof own.toJSON === "function") return canonicalJson(own.toJSON(), path)
  let text = ""
  // Sorted by UTF-16 code units, which is how JavaScript compares strings.
  for (const key of Object.keys(value).sort()) {
    const inner = (value as { readonly [key: string]: Json | undefined })[key]
    if (inner === undefined) continue
    text += `${text === "" ? "" : ","}${quoted(key, path)}:${canonicalJson(inner, `${path}.${key}`)}`
  }
  return `{${text}}`
}

const quoted = (text: string, path: string): string => {
  if (!text.isWellFormed()) throw new NotStorable(path, "holds half a surrogate pair")
  if (text.includes("\u0000")) throw new NotStorable(path, "holds a NUL character")
  return JSON.stringify(text)
}

/** SHA-256 of the canonical clear data; with sealed data, of 0x01, that hash and the hash of the ciphertext. */
export const payloadHash = (canonicalData: string, sealedHash: Uint8Array | null): Buffer => {
  const clear = sha256(canonicalData)
  if (sealedHash === null) return clear
  return sha256(Buffer.concat([Buffer.of(1), clear, sealedHash]))
}

/** Asking for a string is three times as fast as asking for a buffer, which gets memory of its own outside the heap. */
const sha256 = (bytes: string | Uint8Array): Buffer => Buffer.from(hash("sha256", bytes, "latin1"), "latin1")

/** What of an event the chain covers, all but the data itself, which its payload hash stands for. */
export type Leaf = Omit<StoredEvent, "data" | "sealed" | "link">

/** The text that is hashed into the chain: a canonical JSON array, so that a stranger can make it again. */
export const leafText = (event: Leaf): string =>
  JSON.stringify([
    event.company,
    event.partition,
    event.position,
    event.stream,
    event.version,
    event.kind,
    event.type,
    event.schemaVersion,
    Buffer.from(
      event.payloadHash.buffer,
      event.payloadHash.byteOffset,
      event.payloadHash.byteLength
    ).toString("hex"),
    event.keyId,
    event.occurredAt,
    event.recordedAt,
    event.causation,
    event.correlation,
    event.principal,
    event.machineVersion
  ])

/** `SHA-256(previous link ‖ leaf)`, the leaf as UTF-8. */
export const nextLink = (previous: Uint8Array, event: Leaf): Buffer => {
  const leaf = leafText(event)
  const atMost = 32 + 3 * leaf.length
  const bytes = atMost <= scratch.length ? scratch : Buffer.allocUnsafe(atMost)
  bytes.set(previous, 0)
  return sha256(bytes.subarray(0, 32 + bytes.write(leaf, 32)))
}

const scratch = Buffer.allocUnsafeSlow(8192)
