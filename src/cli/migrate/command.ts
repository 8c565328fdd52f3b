import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { wrongUse } from "../cli-failure.ts"
import { json } from "../flags.ts"

/** `centurion migrate`. */
export const migrateCommand = Command.make(
  "migrate",
  {
    company: Argument.String("company").pipe(
      Argument.withDescription("Only its actors; default all"),
      Argument.optional
    ),
    machine: Flag.String("machine").pipe(Flag.withDescription("Only actors of this machine"), Flag.optional),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withoutNegation,
      Flag.withDescription("Try it on their states and write nothing"),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) =>
    asked.dryRun
      ? Effect.flatMap(
          Effect.promise(() => import("./show-migrate.ts")),
          ({ showMigrate }) => showMigrate(asked)
        )
      : wrongUse(
          "an actor moves to the present version at its next event, by itself; --dry-run tells what each would do"
        )
).pipe(
  Command.withDescription(
    "Which actors run another version of their machine than the present one: which keep theirs, which would move and how, which would be parked and why. Actors move at their next event; this tries it on their states"
  ),
  Command.withExamples([
    { command: "centurion migrate --dry-run", description: "All companies and machines" },
    { command: "centurion migrate demo --machine conversation --dry-run --json", description: "As JSON" }
  ])
)
