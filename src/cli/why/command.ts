import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion why`. */
export const whyCommand = Command.make(
  "why",
  {
    what: Argument.String("what").pipe(
      Argument.withDescription(
        "An event (company/machine/id@version), a chunk (company/machine/id#turn.chunk), an address, or a message's id"
      )
    ),
    message: Argument.String("message").pipe(
      Argument.withDescription("After an address: the provider's id of a message in it"),
      Argument.optional
    ),
    company: Flag.String("company").pipe(
      Flag.withDescription("For a message's id alone: the company whose events are looked through"),
      Flag.optional
    ),
    effects: Flag.Boolean("effects").pipe(
      Flag.withoutNegation,
      Flag.withDescription("Tell also what it led to"),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-why.ts")),
      ({ showWhy }) => showWhy(asked)
    )
).pipe(
  Command.withDescription(
    "Why one line was said, or one decision taken: the messages it answers, the model call, the approval, the sends and their receipts, and every event up to its cause with the guards that decided"
  ),
  Command.withExamples([
    { command: "centurion why demo/conversation/7f3#3.1", description: "The first chunk of turn 3" },
    { command: "centurion why demo/lead/7f3@12", description: "One event, here of a lead" },
    {
      command: "centurion why demo/conversation/7f3 3EB0A1 --effects",
      description: "A message, and what it led to"
    },
    {
      command: "centurion why 3EB0A1 --company demo --json",
      description: "A message of any conversation, as JSON"
    }
  ])
)
