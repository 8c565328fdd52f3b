import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { json, trustedKey } from "../flags.ts"

/** `centurion import`. */
export const importCommand = Command.make(
  "import",
  {
    file: Argument.String("file").pipe(Argument.withDescription("A file of `centurion export`")),
    key: trustedKey,
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./import-file.ts")),
      ({ importFile }) => importFile(asked)
    )
).pipe(
  Command.withDescription(
    "Take a company's history from a signed file into a database where it has none; all of it or nothing"
  ),
  Command.withExamples([
    {
      command: "centurion import demo.ndjson.gz --key centurion+1a2b3c4d+AQdF…",
      description: "From another server, whose public key `centurion seals` shows there"
    }
  ])
)
