import { randomBytes } from "node:crypto"
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type MasterKey, MasterKeys, masterKeyOf } from "../../eventstore/personal/master-keys.ts"
import type { SettingValues } from "../config.ts"
import { WrongSettings } from "../settings/setting.ts"

const keyBytes = 32

/** Where the master key is kept when no variable holds it. */
export const masterKeyFile = ({ dir, masterKeyFile: file }: SettingValues): string =>
  file ?? join(dir, "master.key")

/** 32 bytes as base64 or as 64 hex digits; undefined for anything else. */
export const readMasterKey = (text: string): Uint8Array | undefined => {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, "hex")
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined
  const bytes = Buffer.from(trimmed, "base64")
  return bytes.length === keyBytes ? bytes : undefined
}

const shape = "32 bytes as base64 or as 64 hex digits, such as `openssl rand -base64 32` gives"

const decoded = (from: string, text: string) => {
  const key = readMasterKey(text)
  return key === undefined
    ? Effect.fail(new WrongSettings({ message: `${from} holds no master key: it must be ${shape}` }))
    : Effect.succeed(masterKeyOf(key))
}

const fromFile = Effect.fnUntraced(function* (file: string) {
  const text = yield* Effect.try({
    try: () => readFileSync(file, "utf8"),
    catch: (cause) => new WrongSettings({ message: `the master key in ${file} can't be read: ${cause}` })
  })
  return yield* decoded(file, text)
})

/** Nobody sees it half written, and it is on the disk before anything is sealed with it. Throws if it is there. */
const writeWhole = (file: string, text: string) => {
  const beside = `${file}.${randomBytes(6).toString("hex")}`
  try {
    writeFileSync(beside, text, { flag: "wx", mode: 0o600, flush: true })
    linkSync(beside, file)
  } finally {
    rmSync(beside, { force: true })
  }
}

/** Whoever loses this file loses all personal data, and whoever has it can read it. */
const makeFile = Effect.fnUntraced(function* (file: string) {
  const text = randomBytes(keyBytes).toString("base64")
  const made = yield* Effect.try({
    try: () => {
      mkdirSync(dirname(file), { recursive: true })
      // Another process may be faster; then its key is the key.
      writeWhole(file, `${text}\n`)
    },
    catch: (cause) => cause
  }).pipe(Effect.result)
  if (made._tag === "Failure" && !existsSync(file)) {
    return yield* new WrongSettings({ message: `no master key can be made in ${file}: ${made.failure}` })
  }
  if (made._tag === "Success") {
    yield* Effect.logWarning(
      `a master key for development was made in ${file}: personal data is sealed with it, and lost with it. In production give one as CENTURION_MASTER_KEY or CENTURION_MASTER_KEY_FILE`
    )
  }
  return yield* fromFile(file)
})

const currentKey = Effect.fnUntraced(function* (settings: SettingValues, make: boolean) {
  if (settings.masterKey !== undefined)
    return yield* decoded("CENTURION_MASTER_KEY", Redacted.value(settings.masterKey))
  const file = masterKeyFile(settings)
  if (existsSync(file)) return yield* fromFile(file)
  if (settings.masterKeyFile !== undefined)
    return yield* new WrongSettings({
      message: `CENTURION_MASTER_KEY_FILE is ${file}, and no such file is there`
    })
  // Whoever only looks can do so without a key: personal data shows as sealed.
  return make ? yield* makeFile(file) : undefined
})

/**
 * The master keys of the settings: from the environment, from a file, or, with `make`, a new one for development; else
 * `current` is undefined.
 */
export const readMasterKeys = Effect.fn("readMasterKeys")(function* (settings: SettingValues, make: boolean) {
  const current = yield* currentKey(settings, make)
  const former: Array<MasterKey> = []
  const given = settings.oldMasterKeys === undefined ? "" : Redacted.value(settings.oldMasterKeys)
  for (const text of given.split(",").filter((each) => each.trim() !== "")) {
    former.push(yield* decoded("CENTURION_MASTER_KEY_OLD", text))
  }
  return { current, former }
})

/** `readMasterKeys` as a layer. */
export const masterKeysLayer = (settings: SettingValues, make: boolean) =>
  Layer.unwrap(
    Effect.map(readMasterKeys(settings, make), ({ current, former }) =>
      current === undefined ? MasterKeys.layerNotGiven(former) : MasterKeys.layer([current, ...former])
    )
  )
