import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { openEmbeddedPostgres } from "./embedded-postgres.ts"
import { takeDirectory, WrongDirectory } from "./engine-file.ts"

const tendEveryMs = 60_000

/** Makes the directory this process's until the scope ends; fails with `EngineRuns` while another has it. */
export const holdDirectory = (dir: string) =>
  Effect.acquireRelease(takeDirectory(dir), ({ release }) => Effect.sync(release))

/** The connection to the database in the directory, which is made if need be; closed when the scope ends. */
export const openEmbedded = Effect.fn("openEmbedded")(function* (directory: string) {
  const opened = Effect.tryPromise({
    try: () => openEmbeddedPostgres(directory),
    catch: (cause) =>
      new WrongDirectory({
        message: `the embedded database in ${directory} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  })
  const { connection, tend } = yield* Effect.acquireRelease(opened, (postgres) =>
    Effect.promise(postgres.close)
  )
  yield* Effect.forkScoped(Effect.repeat(Effect.promise(tend), Schedule.spaced(tendEveryMs)))
  return connection
})
