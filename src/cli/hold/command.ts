import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

const work = Effect.promise(() => import("./show-holds.ts"))

const subject = Argument.String("subject").pipe(
  Argument.withDescription(
    "The person: company/lead/id, or any actor about them; or a company with --contact"
  )
)
const contact = Flag.String("contact").pipe(
  Flag.withDescription("What the person is reached by: phone:…, email:…, telegram:…"),
  Flag.withMetavar("kind:value"),
  Flag.optional
)

const set = Command.make(
  "set",
  {
    subject,
    contact,
    reason: Flag.String("reason").pipe(Flag.withDescription("Why, as the file or case number")),
    as: Flag.String("as").pipe(Flag.withDescription("Who holds"), Flag.withDefault("person:cli")),
    json
  },
  (asked) => Effect.flatMap(work, ({ setHold }) => setHold(asked))
).pipe(
  Command.withDescription("Put a person under legal hold: until it is released, nobody can erase them"),
  Command.withExamples([
    { command: "centurion hold set demo/lead/7f3 --reason case-118", description: "Keep what there is" }
  ])
)

const release = Command.make("release", { subject, contact, json }, (asked) =>
  Effect.flatMap(work, ({ releaseHold }) => releaseHold(asked))
).pipe(
  Command.withDescription("End a legal hold"),
  Command.withExamples([
    { command: "centurion hold release demo/lead/7f3", description: "May be erased again" }
  ])
)

const list = Command.make(
  "list",
  {
    company: Argument.String("company").pipe(
      Argument.withDescription("Only this one; default all"),
      Argument.optional
    ),
    json
  },
  (asked) => Effect.flatMap(work, ({ listHolds }) => listHolds(asked))
).pipe(
  Command.withDescription("List legal holds"),
  Command.withExamples([{ command: "centurion hold list", description: "Of all companies" }])
)

/** `centurion hold`. */
export const holdCommand = Command.make("hold").pipe(
  Command.withDescription("Legal holds: persons who may not be erased"),
  Command.withSubcommands([set, release, list]),
  Command.withExamples([{ command: "centurion hold list", description: "Who is held, since when and why" }])
)
