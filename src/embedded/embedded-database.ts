import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./embedded-postgres.ts"
import { type EngineFile, takeDirectory, WrongDirectory } from "./engine-file.ts"

const tendEveryMs = 60_000

/** The database inside this process, in `<dir>/pg`, and the directory's lock. */
export class EmbeddedDatabase extends Context.Service<
  EmbeddedDatabase,
  { readonly file: EngineFile; readonly connection: EmbeddedPostgres["connection"] }
>()("centurion/embedded/EmbeddedDatabase") {
  /** Takes `dir` and opens the database, which is made if need be; fails when another process has it. */
  static readonly layer = (dir: string) =>
    Layer.effect(
      EmbeddedDatabase,
      Effect.gen(function* () {
        const file = yield* Effect.acquireRelease(takeDirectory(dir), ({ release }) => Effect.sync(release))
        const postgres = yield* Effect.acquireRelease(open(join(dir, "pg")), ({ close }) =>
          Effect.promise(close)
        )
        yield* Effect.forkScoped(Effect.repeat(Effect.promise(postgres.tend), Schedule.spaced(tendEveryMs)))
        return EmbeddedDatabase.of({ file, connection: postgres.connection })
      })
    )
}

const open = (directory: string) =>
  Effect.tryPromise({
    try: () => openEmbeddedPostgres(directory),
    catch: (cause) =>
      new WrongDirectory({
        message: `the embedded database in ${directory} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  })
