import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json, yes } from "../flags.ts"

/** `centurion erase`. */
export const eraseCommand = Command.make(
  "erase",
  {
    subject: Argument.String("subject").pipe(
      Argument.withDescription(
        "The person: company/lead/id, or any actor about them; or a company with --contact"
      )
    ),
    contact: Flag.String("contact").pipe(
      Flag.withDescription("What the person is reached by: phone:…, email:…, telegram:…"),
      Flag.withMetavar("kind:value"),
      Flag.optional
    ),
    reason: Flag.String("reason").pipe(
      Flag.withDescription("Why; stays in history for ever, so write no personal data"),
      Flag.withDefault("asked for by the person")
    ),
    as: Flag.String("as").pipe(
      Flag.withDescription("Who erases, as history will say"),
      Flag.withDefault("person:cli")
    ),
    dryRun: Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Only say what there is"),
      Flag.withDefault(false)
    ),
    yes,
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./erase-subject.ts")),
      ({ eraseSubject }) => eraseSubject(asked)
    )
).pipe(
  Command.withDescription(
    "Erase a person: destroy the key of their data, empty every place that holds copies, append the proof; history still verifies"
  ),
  Command.withExamples([
    { command: "centurion erase demo/lead/7f3 --dry-run", description: "What there is about them" },
    {
      command: "centurion erase demo --contact phone:+5511999998888 --reason LGPD-2026-17",
      description: "By phone number; asks first"
    }
  ])
)
