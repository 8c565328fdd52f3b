import * as Effect from "effect/Effect"
import { Settings } from "../../../src/config.ts"
import { holdDirectory } from "../../../src/pglite/embedded-database.ts"
import {
  type DatabaseAccess,
  embeddedAccess,
  prepareDatabase,
  serverAccess,
  storeLayerOf
} from "../../../src/wiring/connect-database.ts"

/** Gives work the store of a database URL or of a directory, made and migrated if need be, until the scope ends. */
export const withTarget = <A, E, R>(target: string, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const isUrl = /^postgres(ql)?:\/\//.test(target)
    // The settings of the server itself, so that what it finds later is what was written.
    if (isUrl) process.env.DATABASE_URL = target
    else {
      delete process.env.DATABASE_URL
      process.env.CENTURION_DIR = target
    }
    const inTarget = Effect.gen(function* () {
      const settings = yield* Settings
      let access: DatabaseAccess
      if (settings.databaseUrl !== undefined) {
        access = serverAccess(settings.databaseUrl, settings.databaseAdminUrl)
      } else {
        yield* holdDirectory(settings.dir)
        access = yield* embeddedAccess(settings.dir)
      }
      yield* prepareDatabase(access, (why) => Effect.sync(() => void process.stderr.write(`${why}\n`)))
      return yield* Effect.provide(work, storeLayerOf(access, settings, true))
    })
    return yield* Effect.provide(inTarget, Settings.layer)
  }).pipe(Effect.scoped)
