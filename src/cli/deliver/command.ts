import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion deliver`. */
export const deliverCommand = Command.make(
  "deliver",
  {
    address: Argument.String("address").pipe(Argument.withDescription("company/machine/id")),
    type: Argument.String("type").pipe(Argument.withDescription("The event's type, such as DealWinAsked")),
    data: Argument.String("data").pipe(
      Argument.withDescription("The event's data as a JSON object"),
      Argument.withDefault("{}")
    ),
    key: Flag.String("key").pipe(
      Flag.withDescription("Your id of the event: delivered twice with one key, it happens once"),
      Flag.optional
    ),
    as: Flag.String("as").pipe(
      Flag.withDescription("Who delivers it"),
      Flag.withMetavar("person:name"),
      Flag.withDefault("person:cli")
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./deliver-event.ts")),
      ({ deliverEvent }) => deliverEvent(asked)
    )
).pipe(
  Command.withDescription(
    "Deliver an event to an actor, which begins to exist with its first one; to the engine that runs in CENTURION_DIR, or to one of its own"
  ),
  Command.withExamples([
    { command: "centurion deliver demo/trial/ana TrialStarted", description: "An event without data" },
    {
      command: `centurion deliver demo/deal/7f3 DealWinAsked '{"by":"person:ana","reason":"signed","at":1767607200000}'`,
      description: "A deal is won"
    }
  ])
)
