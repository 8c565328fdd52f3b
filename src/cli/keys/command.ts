import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

const work = Effect.promise(() => import("./show-keys.ts"))

const show = Command.make("show", { json }, (asked) =>
  Effect.flatMap(work, ({ showKeys }) => showKeys(asked))
).pipe(
  Command.withDescription("Say which master key is used, where it is from, and whether it wraps every key"),
  Command.withExamples([{ command: "centurion keys show", description: "Never shows the key itself" }])
)

const make = Command.make("new", { json }, (asked) =>
  Effect.flatMap(work, ({ newKey }) => newKey(asked))
).pipe(
  Command.withDescription("Print a new master key, for CENTURION_MASTER_KEY or a file"),
  Command.withExamples([
    { command: "centurion keys new > master.key", description: "Keep it where backups are not" }
  ])
)

const rotate = Command.make("rotate", { json }, (asked) =>
  Effect.flatMap(work, ({ rotateKeys }) => rotateKeys(asked))
).pipe(
  Command.withDescription(
    "Wrap every key anew by CENTURION_MASTER_KEY; former master keys are given as CENTURION_MASTER_KEY_OLD"
  ),
  Command.withExamples([
    {
      command: "centurion keys rotate",
      description: "Nothing is sealed anew, so it is quick; may be broken off"
    }
  ])
)

/** `centurion keys`. */
export const keysCommand = Command.make("keys").pipe(
  Command.withDescription("The master key, which wraps the keys that personal data is sealed with"),
  Command.withSubcommands([show, make, rotate]),
  Command.withExamples([{ command: "centurion keys show", description: "Which one is used" }])
)
