import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion replay`. */
export const replayCommand = Command.make(
  "replay",
  {
    address: Argument.String("address").pipe(Argument.withDescription("company/machine/id")),
    to: Flag.String("to").pipe(
      Flag.withDescription("A version, or an ISO time: what was recorded by then"),
      Flag.withMetavar("version|time"),
      Flag.optional
    ),
    json
  },
  (asked) =>
    Effect.flatMap(
      Effect.promise(() => import("./show-replay.ts")),
      ({ showReplay }) => showReplay(asked)
    )
).pipe(
  Command.withDescription(
    "Take an actor's inputs through its machine again: its timeline, its state then, and whether every emitted event follows from the inputs"
  ),
  Command.withExamples([
    { command: "centurion replay demo/conversation/7f3", description: "To the end" },
    { command: "centurion replay demo/conversation/7f3 --to 17", description: "As it was after version 17" },
    {
      command: "centurion replay demo/conversation/7f3 --to 2026-06-01T13:00:05Z",
      description: "As it was at that time"
    },
    { command: "centurion replay demo/lead/7f3 --json", description: "State and check as one JSON object" }
  ])
)
