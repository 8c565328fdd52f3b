import { createCipheriv, createDecipheriv, createSecretKey, hash, randomBytes } from "node:crypto"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/** A master key: 32 bytes, named by the first 8 hex digits of its SHA-256. */
export interface MasterKey {
  readonly id: string
  readonly key: Uint8Array
}

/** A key that a master key wraps: nonce (12 bytes), ciphertext, tag (16 bytes). */
export interface Wrapped {
  readonly bytes: Uint8Array
  readonly masterId: string
}

/** Names the key. */
export const masterKeyOf = (key: Uint8Array): MasterKey => ({
  id: hash("sha256", key, "hex").slice(0, 8),
  key
})

/** The master keys of this process: the first wraps what is new, the others still unwrap what is old. */
export class MasterKeys extends Context.Service<
  MasterKeys,
  {
    readonly current: MasterKey
    /** False when none is given: some keys may be unwrapped by former ones, and nothing may be wrapped. */
    readonly isGiven: boolean
    /** Wraps 32 bytes; `bound` is what they are for. Throws when no master key is given. */
    readonly wrap: (bound: string, key: Uint8Array) => Wrapped
    /** Undefined when its master key is not here. Throws when the wrapped bytes were altered or are of elsewhere. */
    readonly unwrap: (bound: string, wrapped: Wrapped) => Buffer | undefined
  }
>()("centurion/eventstore/MasterKeys") {
  static readonly layer = (
    keys: readonly [MasterKey, ...ReadonlyArray<MasterKey>],
    random: (bytes: number) => Uint8Array = randomBytes
  ) => MasterKeys.layerOf(keys[0], keys, random)
  /** For those who only look, with former keys or none at all. */
  static readonly layerNotGiven = (former: ReadonlyArray<MasterKey>) =>
    MasterKeys.layerOf(undefined, former, randomBytes)
  private static readonly layerOf = (
    given: MasterKey | undefined,
    keys: ReadonlyArray<MasterKey>,
    random: (bytes: number) => Uint8Array
  ) => {
    // As objects of the runtime: from bytes they would be made anew each time, at five times the cost.
    const byId = new Map(keys.map((each) => [each.id, createSecretKey(each.key)]))
    const current = given ?? { id: "none", key: new Uint8Array() }
    const wrapping = given && createSecretKey(given.key)
    return Layer.succeed(MasterKeys, {
      current,
      isGiven: given !== undefined,
      wrap: (bound, key) => {
        if (wrapping === undefined) throw new Error("no master key is given, so nothing can be wrapped")
        const nonce = random(12)
        const gcm = createCipheriv("aes-256-gcm", wrapping, nonce).setAAD(Buffer.from(bound))
        const bytes = Buffer.concat([nonce, gcm.update(key), gcm.final(), gcm.getAuthTag()])
        return { bytes, masterId: current.id }
      },
      unwrap: (bound, { bytes, masterId }) => {
        const key = byId.get(masterId)
        if (key === undefined) return undefined
        const end = bytes.length - 16
        const gcm = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(Buffer.from(bound))
        gcm.setAuthTag(bytes.subarray(end))
        return Buffer.concat([gcm.update(bytes.subarray(12, end)), gcm.final()])
      }
    })
  }
}
