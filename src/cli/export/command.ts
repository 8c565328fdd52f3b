import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion export`. */
export const exportCommand = Command.make(
  "export",
  {
    company: Argument.String("company").pipe(Argument.withDescription("Whose history")),
    out: Flag.String("out").pipe(
      Flag.withDescription("The file, which must not be there yet; compressed when it ends in .gz"),
      Flag.withMetavar("file")
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./export-file.ts")),
      ({ writeExport }) => writeExport(asked)
    )
).pipe(
  Command.withDescription(
    "Write a company's whole history into a signed file; personal data stays sealed, keys are not in it"
  ),
  Command.withExamples([
    { command: "centurion export demo --out demo.ndjson.gz", description: "Compressed" },
    { command: "centurion verify --export demo.ndjson.gz", description: "Check it" }
  ])
)
