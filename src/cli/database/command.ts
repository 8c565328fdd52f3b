import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

const name = Flag.String("name").pipe(
  Flag.withDescription("What to call the login"),
  Flag.withDefault("centurion_app")
)

const createRole = Command.make("create-role", { name, json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("./create-role.ts")),
    ({ createRole }) => createRole(asked)
  )
).pipe(
  Command.withDescription(
    "Make a login for the app by DATABASE_ADMIN_URL and print its DATABASE_URL, whose password is shown this once"
  ),
  Command.withExamples([
    {
      command: "DATABASE_ADMIN_URL=postgres://owner@db/centurion centurion database create-role >> .env",
      description: "It may take the engine's role and nothing more"
    }
  ])
)

/** `centurion database`. */
export const databaseCommand = Command.make("database").pipe(
  Command.withDescription("The Postgres that Centurion works on, and who logs in to it"),
  Command.withSubcommands([createRole]),
  Command.withExamples([
    { command: "centurion database create-role", description: "The app refuses to start as a superuser" }
  ])
)
