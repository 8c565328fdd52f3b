import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { answerFlags } from "../query/command-flags.ts"

/** `centurion table`. */
export const tableCommand = Command.make(
  "table",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("A read model or a view, as the data dictionary has it")
    ),
    where: Flag.String("where").pipe(
      Flag.withDescription(
        "Only rows whose column is so: column=value, or !=, <, <=, >, >=; given several times, all must hold"
      ),
      Flag.withMetavar("column=value"),
      Flag.atLeast(0)
    ),
    personal: Flag.Boolean("personal").pipe(
      Flag.withoutNegation,
      Flag.withDescription("With the columns that hold personal data, which are left out otherwise"),
      Flag.withDefault(false)
    ),
    ...answerFlags
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-table.ts")),
      ({ showTable }) => showTable(asked)
    )
).pipe(
  Command.withDescription("Show or export a whole read model or view, without personal data"),
  Command.withExamples([
    { command: "centurion table leads --where state=qualified", description: "Some rows" },
    {
      command: "centurion table messages --personal --out messages.csv.gz",
      description: "All that was said, with whom, as a file"
    },
    { command: "centurion table deals --as-of 2026-03-01 --format ndjson", description: "As they were then" }
  ])
)
