import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion chat`. */
export const chatCommand = Command.make(
  "chat",
  {
    company: Flag.String("company").pipe(Flag.withDescription("Whom to talk with"), Flag.withDefault("demo")),
    url: Flag.String("url").pipe(
      Flag.withDescription(
        "A running server; default the one of CENTURION_DIR, or an engine started for this"
      ),
      Flag.optional
    ),
    fresh: Flag.Boolean("new").pipe(
      Flag.withoutNegation,
      Flag.withDescription("Begin a new conversation; default to go on with the last one"),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./chat.ts")),
      ({ chat }) => chat(asked)
    )
).pipe(
  Command.withDescription("Talk with a company's agent in the terminal; /quit ends"),
  Command.withExamples([
    { command: "centurion chat", description: "With the demo company" },
    {
      command: "centurion chat --company acme --url http://127.0.0.1:8080",
      description: "On a running server"
    },
    {
      command: "echo 'Oi, quanto custa?' | centurion chat --new",
      description: "Ends when the reply is there"
    }
  ])
)
