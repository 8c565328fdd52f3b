import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { MasterKeys } from "../../../eventstore/personal/master-keys.ts"
import { rotateMasterKey } from "../../../eventstore/personal/rotate-master-key.ts"
import { noMasterKey } from "../../../eventstore/personal/secrets.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { readSettings } from "../../config.ts"
import { holdDirectory } from "../../pglite/embedded-database.ts"
import { embeddedAccess, prepareDatabase, storeLayerOf } from "../../wiring/connect-database.ts"
import { masterKeyFile } from "../../wiring/set-up-master-key.ts"
import { failed } from "../cli-failure.ts"
import { findStorePlace, noDatabase } from "../open-store.ts"
import { counted, note, print, printJson, statusLine } from "../terminal.ts"

/** Prints a new master key. */
export const newKey = ({ json }: { readonly json: boolean }) => {
  const key = randomBytes(32).toString("base64")
  return json ? printJson({ masterKey: key }) : print(key)
}

const heldAccess = Effect.fnUntraced(function* (dir: string) {
  yield* holdDirectory(dir)
  const access = yield* embeddedAccess(dir)
  yield* prepareDatabase(access, note)
  return access
})

/** The store with its keys; not while another process holds the embedded one. */
const withKeys = <A, E>(use: Effect.Effect<A, E, MasterKeys | SubjectStore>) =>
  Effect.gen(function* () {
    const settings = yield* readSettings()
    const place = findStorePlace(settings)
    if (place === undefined) return yield* noDatabase(settings.dir)
    if (place.kind === "running") {
      return yield* failed(
        "EngineRuns",
        `process ${place.engine.pid} holds the embedded database in ${place.dir}: stop it first`
      )
    }
    const access = place.kind === "postgres" ? place.access : yield* heldAccess(place.dir)
    return yield* Effect.provide(use, storeLayerOf(access, settings))
  }).pipe(Effect.scoped)

/** Says which master key is used, and what it does not wrap. */
export const showKeys = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const settings = yield* readSettings()
  const from = settings.masterKey === undefined ? masterKeyFile(settings) : "CENTURION_MASTER_KEY"
  const { current, others } = yield* withKeys(
    Effect.gen(function* () {
      const { current, isGiven } = yield* MasterKeys
      if (!isGiven) return yield* noMasterKey
      return {
        current: current.id,
        others: (yield* (yield* SubjectStore).wrappedOtherwise(current.id, 1)).total
      }
    })
  )
  if (json) return yield* printJson({ masterKey: current, from, wrappedByOthers: others })
  yield* print(
    [
      `master key ${current}, from ${from}`,
      others === 0
        ? "it wraps every key of this database"
        : `${counted(others, "key")} of this database ${others === 1 ? "is" : "are"} wrapped by another: \`centurion keys rotate\``
    ].join("\n")
  )
})

/** Wraps every key anew by the present master key. */
export const rotateKeys = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const line = yield* statusLine(!json)
  const tell = (done: number, total: number) => line.tell(() => `${done} of ${total} keys`)
  const { rotated, current } = yield* withKeys(
    Effect.gen(function* () {
      const { current } = yield* MasterKeys
      return { rotated: yield* rotateMasterKey(tell), current: current.id }
    })
  )
  line.clear()
  if (json) return yield* printJson({ masterKey: current, rotated })
  yield* print(
    `${counted(rotated, "key")} wrapped anew by ${current}; former master keys open nothing here any more`
  )
})
