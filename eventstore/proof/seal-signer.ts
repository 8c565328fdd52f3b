import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { signNote, type VerifierKey, verifierKeyOf } from "./checkpoint-note.ts"

/** Signs seals and exports with an Ed25519 key under a name. */
export class SealSigner extends Context.Service<
  SealSigner,
  {
    readonly verifierKey: VerifierKey
    /** The note of a text that ends in a newline. */
    readonly sign: (text: string) => string
  }
>()("centurion/eventstore/SealSigner") {
  static readonly layerOf = (name: string, privateKey: KeyObject) =>
    Layer.succeed(SealSigner, {
      verifierKey: verifierKeyOf(name, privateKey),
      sign: (text) => signNote(text, name, privateKey)
    })
}

/** A new Ed25519 private key as PEM. */
export const newSealKeyPem = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString()

/** The private key of a PEM text, or of base64 of its DER form; undefined when it is no Ed25519 key. */
export const readSealKey = (text: string): KeyObject | undefined => {
  try {
    const key = text.includes("-----BEGIN")
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" })
    return key.asymmetricKeyType === "ed25519" ? key : undefined
  } catch {
    return undefined
  }
}
