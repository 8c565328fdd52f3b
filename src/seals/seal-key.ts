import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  isKeyName,
  parseVerifierKey,
  type VerifierKey,
  verifierKeyOf,
  verifierKeyText
} from "../../eventstore/proof/checkpoint-note.ts"
import { newSealKeyPem, readSealKey, SealSigner } from "../../eventstore/proof/seal-signer.ts"
import { WrongSettings } from "../settings/setting.ts"
import type { SealValues } from "./seal-settings.ts"

/** Where the key that signs seals is kept when no variable holds it. */
export const sealKeyFile = ({ dir, sealKeyFile: file }: SealValues): string => file ?? join(dir, "seal.key")

const wrong = (message: string) => new WrongSettings({ message })

const decoded = (from: string, text: string) => {
  const key = readSealKey(text.trim())
  return key === undefined
    ? Effect.fail(
        wrong(`${from} holds no Ed25519 private key, such as \`openssl genpkey -algorithm ed25519\` gives`)
      )
    : Effect.succeed(key)
}

const readKey = Effect.fnUntraced(function* (settings: SealValues) {
  if (!isKeyName(settings.sealName)) {
    return yield* wrong(`CENTURION_SEAL_NAME is "${settings.sealName}"; it may hold no space and no plus`)
  }
  if (settings.sealKey !== undefined) {
    return yield* decoded("CENTURION_SEAL_KEY", Redacted.value(settings.sealKey))
  }
  const file = sealKeyFile(settings)
  if (!existsSync(file)) return undefined
  const text = yield* Effect.try({
    try: () => readFileSync(file, "utf8"),
    catch: (cause) => wrong(`the seal key in ${file} can't be read: ${cause}`)
  })
  return yield* decoded(file, text)
})

/** Whoever has this file can sign seals; whoever loses it begins with a new key that others must be told. */
const makeKey = Effect.fnUntraced(function* (settings: SealValues) {
  const file = sealKeyFile(settings)
  if (settings.sealKeyFile !== undefined) {
    return yield* wrong(`CENTURION_SEAL_KEY_FILE is ${file}, and no such file is there`)
  }
  const made = yield* Effect.result(
    Effect.try({
      try: () => {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        // Another process may be faster; then its key is the key.
        writeFileSync(file, newSealKeyPem(), { flag: "wx", mode: 0o600 })
      },
      catch: (cause) => wrong(`no seal key can be made in ${file}: ${cause}`)
    })
  )
  const key = yield* readKey(settings)
  if (key === undefined) return yield* made._tag === "Failure" ? made.failure : wrong(`${file} is gone`)
  if (made._tag === "Success") {
    const text = verifierKeyText(verifierKeyOf(settings.sealName, key))
    yield* Effect.logInfo(`a key that signs seals was made in ${file}; its public key is ${text}`)
  }
  return key
})

/** The signer of the settings; with `make` a key is made when there is none, else undefined stands for that. */
export const readSealSigner = Effect.fn("readSealSigner")(function* (settings: SealValues, make: boolean) {
  const key = (yield* readKey(settings)) ?? (make ? yield* makeKey(settings) : undefined)
  return key && SealSigner.layerOf(settings.sealName, key)
})

/** The public key of the settings, if there is one. */
export const ownVerifierKey = Effect.fnUntraced(function* (settings: SealValues) {
  const key = yield* readKey(settings)
  return key && verifierKeyOf(settings.sealName, key)
})

/** The public keys that are trusted: our own, and those that were given as text or as the name of a file. */
export const trustedKeys = Effect.fnUntraced(function* (settings: SealValues, given: ReadonlyArray<string>) {
  const own = yield* ownVerifierKey(settings)
  const keys: Array<VerifierKey> = own === undefined ? [] : [own]
  for (const text of given) {
    const key = parseVerifierKey(existsSync(text) ? readFileSync(text, "utf8") : text)
    if (key === undefined) {
      return yield* wrong(
        `--key ${text.slice(0, 200)} is no public key: it looks like name+1a2b3c4d+base64, as \`centurion seals\` prints it`
      )
    }
    keys.push(key)
  }
  return keys
})
