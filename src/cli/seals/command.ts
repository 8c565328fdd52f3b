import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion seals`. */
export const sealsCommand = Command.make(
  "seals",
  {
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("So many of the last ones"),
      Flag.withMetavar("n"),
      Flag.withDefault(10)
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-seals.ts")),
      ({ showSeals }) => showSeals(asked)
    )
).pipe(
  Command.withDescription(
    "Show the public key that seals are signed with, the last seals, and how far each place outside the database has them"
  ),
  Command.withExamples([
    { command: "centurion seals", description: "The last ten" },
    { command: "centurion seals --limit 1 --json", description: "The last one with its note, as JSON" }
  ])
)
