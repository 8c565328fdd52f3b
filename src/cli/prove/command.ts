import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion prove`. */
export const proveCommand = Command.make(
  "prove",
  {
    event: Flag.String("event").pipe(
      Flag.withDescription("Which event: company/machine/id@version"),
      Flag.withMetavar("place")
    ),
    out: Flag.String("out").pipe(
      Flag.withDescription("Where to write it; default to the terminal"),
      Flag.withMetavar("file"),
      Flag.optional
    ),
    withData: Flag.Boolean("with-data").pipe(
      Flag.withoutNegation,
      Flag.withDescription(
        "Put the event's clear data in; default only its hash. Personal data stays sealed"
      ),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./prove-event.ts")),
      ({ writeProof }) => writeProof(asked)
    )
).pipe(
  Command.withDescription(
    "Write a proof that an event is in sealed history, which a stranger checks offline with docs/check-proof.mjs"
  ),
  Command.withExamples([
    {
      command: "centurion prove --event demo/conversation/7f3@12 --out proof.json",
      description: "Then: node docs/check-proof.mjs proof.json <public key>"
    }
  ])
)
