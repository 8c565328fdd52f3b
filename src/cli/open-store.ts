import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Settings, type SettingValues } from "../config.ts"
import { holdDirectory } from "../pglite/embedded-database.ts"
import { type EngineFileContent, findRunningEngine } from "../pglite/engine-file.ts"
import { embeddedAccess, prepareDatabase, serverAccess, storeLayerOf } from "../wiring/connect-database.ts"
import { failed } from "./cli-failure.ts"
import { note } from "./terminal.ts"

/** Where the events are, and how this process reaches them. */
export type StorePlace =
  | { readonly kind: "postgres"; readonly access: ReturnType<typeof serverAccess> }
  /** Another process holds the embedded database: it is asked. */
  | { readonly kind: "running"; readonly dir: string; readonly engine: EngineFileContent }
  | { readonly kind: "embedded"; readonly dir: string }

/** Finds it by the settings; undefined when there is no database yet. */
export const findStorePlace = ({
  databaseUrl,
  databaseAdminUrl,
  dir
}: SettingValues): StorePlace | undefined => {
  if (databaseUrl !== undefined)
    return { kind: "postgres", access: serverAccess(databaseUrl, databaseAdminUrl) }
  const engine = findRunningEngine(dir)
  if (engine !== undefined) return { kind: "running", dir, engine }
  return existsSync(join(dir, "pg")) ? { kind: "embedded", dir } : undefined
}

/** There is nothing to look into. */
export const noDatabase = (dir: string) =>
  failed(
    "NoDatabase",
    `there is no database in ${dir} yet: run \`centurion start\` first, or set DATABASE_URL or CENTURION_DIR`
  )

const remoteStore = Effect.fnUntraced(function* (engine: EngineFileContent, dir: string) {
  if (engine.url === null) {
    return yield* failed(
      "EngineRuns",
      `process ${engine.pid} holds the embedded database in ${dir} and does not listen yet; try again in a moment`
    )
  }
  const { remoteStoreLayer } = yield* Effect.promise(() => import("../control/remote-services.ts"))
  return remoteStoreLayer({ url: engine.url, token: engine.token })
})

/** The store in this place; the embedded one is this process's until the scope ends, and brought to the present schema. */
export const storeLayerAt = (place: StorePlace, settings: SettingValues) =>
  Layer.unwrap(
    Effect.gen(function* () {
      if (place.kind === "postgres") return storeLayerOf(place.access, settings)
      if (place.kind === "running") return yield* remoteStore(place.engine, place.dir)
      const held = yield* Effect.result(holdDirectory(place.dir))
      if (held._tag === "Failure") {
        // Another command was faster, or a server has just started.
        const engine = held.failure._tag === "EngineRuns" ? findRunningEngine(place.dir) : undefined
        return yield* engine === undefined ? Effect.fail(held.failure) : remoteStore(engine, place.dir)
      }
      const access = yield* embeddedAccess(place.dir)
      yield* prepareDatabase(access, note)
      return storeLayerOf(access, settings)
    })
  )

/** Gives a command the event store of the settings at hand. */
export const withStore = <A, E, R>(use: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const settings = yield* Settings
    const place = findStorePlace(settings)
    if (place === undefined) return yield* noDatabase(settings.dir)
    return yield* Effect.provide(use, storeLayerAt(place, settings))
  }).pipe(Effect.scoped, Effect.provide(Settings.layer))
