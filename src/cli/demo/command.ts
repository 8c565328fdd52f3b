import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion demo`. */
export const demoCommand = Command.make("demo", { json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("../../demo/play/demo.ts")),
    ({ demo }) => demo(asked)
  )
).pipe(
  Command.withDescription(
    "Show all of it within a minute: leads write, the engine is killed in the middle of a reply, nothing is lost"
  ),
  Command.withExamples([
    { command: "centurion demo", description: "Nobody needs to attend" },
    { command: "centurion demo --json", description: "The last line is the result" }
  ])
)
