import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from "node:crypto"

/** The key of one person at one company: 32 bytes, for AES-256-GCM. */
export interface SubjectKey {
  readonly keyId: string
  readonly subject: string
  /** As an object of the runtime: from bytes it would be made anew for each text, at three times the cost. */
  readonly key: KeyObject
  /** Gives 12 fresh bytes, never the same twice under this key. */
  readonly nonce: () => Uint8Array
}

/** A text that is stored sealed: nonce (12 bytes), ciphertext, tag (16 bytes). */
export interface SealedText {
  readonly keyId: string
  readonly bytes: Uint8Array
}

/** A text on its way into the store: clear, or sealed because it holds personal data. */
export type StoredText = string | SealedText

/** What a ciphertext is bound to: opened in another place, it is refused. */
export type AssociatedData = ReadonlyArray<string | number>

/** The ciphertext was altered, stands elsewhere than it was written, or is under another key. */
export class SealBroken extends Error {
  constructor(place: AssociatedData) {
    super(`the sealed data of ${place.join(" ")} can't be opened: it was altered, or belongs elsewhere`)
    this.name = "SealBroken"
  }
}

const nonceBytes = 12
const tagBytes = 16
const cipher = "aes-256-gcm"

/** Seals a text with the person's key, bound to its place. */
export const encrypt = ({ key, nonce }: SubjectKey, place: AssociatedData, text: string): Buffer => {
  const iv = nonce()
  const gcm = createCipheriv(cipher, key, iv)
  gcm.setAAD(boundTo(place))
  const head = gcm.update(text, "utf8")
  gcm.final()
  return Buffer.concat([iv, head, gcm.getAuthTag()])
}

/** The text that was sealed there. Throws `SealBroken`. */
export const decrypt = (
  { key }: Pick<SubjectKey, "key">,
  place: AssociatedData,
  sealed: Uint8Array
): string => {
  const end = sealed.length - tagBytes
  if (end < nonceBytes) throw new SealBroken(place)
  try {
    const gcm = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes))
    gcm.setAAD(boundTo(place))
    gcm.setAuthTag(sealed.subarray(end))
    const text = gcm.update(sealed.subarray(nonceBytes, end))
    gcm.final()
    return text.toString("utf8")
  } catch {
    throw new SealBroken(place)
  }
}

/** As JSON, which is canonical for such a list, so that no two places run into the same bytes. */
const boundTo = (place: AssociatedData): Buffer => Buffer.from(JSON.stringify(place), "utf8")

/** Where an event's personal data is bound to. */
export const eventPlace = (event: {
  readonly company: string
  readonly stream: string
  readonly version: number
  readonly type: string
}): AssociatedData => [event.company, event.stream, event.version, event.type]

/** The bytes as they are stored, and the key they are under; null for clear ones. */
export const keptBytes = (text: StoredText): readonly [Uint8Array, string | null] =>
  typeof text === "string" ? [Buffer.from(text, "utf8"), null] : [text.bytes, text.keyId]

/** What `keptBytes` gave. */
export const keptText = (bytes: Uint8Array, keyId: string | null): StoredText =>
  keyId === null
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8")
    : { keyId, bytes }

/** Seals with the key when there is one; without, the text is not personal and stays as it is. */
export const encryptIf = (key: SubjectKey | undefined, place: AssociatedData, text: string): StoredText =>
  key === undefined ? text : { keyId: key.keyId, bytes: encrypt(key, place, text) }

/** Random nonces out of a pool: asking the system for each costs more than the sealing. */
export const randomNonces = (): (() => Uint8Array) => {
  const pool = Buffer.allocUnsafeSlow(nonceBytes * 1024)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const nonce = Buffer.from(pool.subarray(used, used + nonceBytes))
    used += nonceBytes
    return nonce
  }
}
