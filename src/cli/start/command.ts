import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"

/** `centurion start`. */
export const startCommand = Command.make("start", {}, () =>
  Effect.gen(function* () {
    const { start } = yield* Effect.promise(() => import("../../main.ts"))
    const { Settings } = yield* Effect.promise(() => import("../../config.ts"))
    return yield* Effect.provide(start, Settings.layer)
  })
).pipe(
  Command.withDescription("Run the engine, the server and the chat page, until Ctrl-C"),
  Command.withExamples([
    { command: "centurion start", description: "On the embedded database in ./.centurion" },
    {
      command: "PORT=9000 centurion start",
      description: "On another port; `centurion doctor` lists all settings"
    },
    {
      command:
        "DATABASE_URL=postgres://app@db/centurion DATABASE_ADMIN_URL=postgres://owner@db/centurion centurion start",
      description: "On a Postgres of your own: as its app login, migrated by its owner"
    }
  ])
)
