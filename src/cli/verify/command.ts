import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, trustedKey } from "../flags.ts"

/** `centurion verify`. */
export const verifyCommand = Command.make(
  "verify",
  {
    company: Argument.String("company").pipe(
      Argument.withDescription("Only this one; default all"),
      Argument.optional
    ),
    partition: Flag.Int("partition").pipe(
      Flag.withDescription("Only this partition of the company"),
      Flag.withMetavar("n"),
      Flag.optional
    ),
    export: Flag.String("export").pipe(
      Flag.withDescription("A file of `centurion export` instead of the database"),
      Flag.withMetavar("file"),
      Flag.optional
    ),
    key: trustedKey,
    anchors: Flag.String("anchors").pipe(
      Flag.withDescription("The directory where seals are anchored; default CENTURION_ANCHOR_DIR"),
      Flag.withMetavar("dir"),
      Flag.optional
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-verify.ts")),
      ({ showVerify }) => showVerify(asked)
    )
).pipe(
  Command.withDescription(
    "Recompute the hash chain of all history, the seals and their anchors; name the first place in each partition where it was altered"
  ),
  Command.withExamples([
    { command: "centurion verify", description: "Everything" },
    { command: "centurion verify demo", description: "One company" },
    { command: "centurion verify demo --partition 2 --json", description: "One partition, as JSON" },
    { command: "centurion verify --export demo.ndjson.gz", description: "A file, without any database" }
  ])
)
