import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion events`. */
export const eventsCommand = Command.make(
  "events",
  {
    place: Argument.String("place").pipe(
      Argument.withDescription("company/machine/id for a stream, company/partition, or a company")
    ),
    after: Flag.Int("after").pipe(
      Flag.withDescription("Begin after this version of the stream, or position of the partition"),
      Flag.withMetavar("n"),
      Flag.optional
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("So many events at most; 0 for all. Default 1000, with -f all"),
      Flag.withMetavar("n"),
      Flag.optional
    ),
    follow: Flag.Boolean("follow").pipe(
      Flag.withoutNegation,
      Flag.withAlias("f"),
      Flag.withDescription("Go on with new ones as they are stored, until Ctrl-C"),
      Flag.withDefault(false)
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-events.ts")),
      ({ showEvents }) => showEvents(asked)
    )
).pipe(
  Command.withDescription("Show the events of a stream, a partition or a company, and follow them"),
  Command.withExamples([
    { command: "centurion events demo/conversation/7f3", description: "One conversation from its beginning" },
    { command: "centurion events demo/2 --after 100", description: "A partition after its 100th event" },
    { command: "centurion events demo -f", description: "All of a company, and what comes" },
    {
      command: "centurion events demo --limit 0 --json > events.ndjson",
      description: "Every event, with hashes, one JSON object a line"
    }
  ])
)
