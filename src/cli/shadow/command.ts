import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { compareFlags } from "../backtest/compare-flags.ts"
import { json } from "../flags.ts"

/** `centurion shadow`. */
export const shadowCommand = Command.make(
  "shadow",
  {
    machine: Argument.String("machine").pipe(Argument.withDescription("Whose actors: conversation, lead, …")),
    ...compareFlags,
    since: Flag.String("since").pipe(
      Flag.withDescription("Begin at this time instead of now"),
      Flag.withMetavar("time"),
      Flag.optional
    ),
    during: Flag.String("for").pipe(
      Flag.withDescription("End after so long, as 10m; default when Ctrl-C is pressed"),
      Flag.withMetavar("span"),
      Flag.optional
    ),
    state: Flag.String("state").pipe(
      Flag.withDescription("Remember in this file where it began, and go on from there when started again"),
      Flag.withMetavar("file"),
      Flag.optional
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-shadow.ts")),
      ({ showShadow }) => showShadow(asked)
    )
).pipe(
  Command.withDescription(
    "Run another version of a machine beside the live one on what happens from now on, its effects withheld, and report where it would have acted differently"
  ),
  Command.withExamples([
    {
      command: "centurion shadow conversation --against ./my-conversation.ts",
      description: "Until Ctrl-C, which prints the report"
    },
    {
      command: "centurion shadow lead --set threshold=80 --for 8h --state shadow.json --json",
      description: "For a working day, restarts included"
    }
  ])
)
