import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { json } from "../flags.ts"

/** `centurion doctor`. */
export const doctorCommand = Command.make("doctor", { json }, (asked) =>
  Effect.flatMap(
    Effect.promise(() => import("./show-doctor.ts")),
    ({ showDoctor }) => showDoctor(asked)
  )
).pipe(
  Command.withDescription(
    "Say how the database, its rights, the clock, companies, jobs and settings stand, and what is wrong"
  ),
  Command.withExamples([
    { command: "centurion doctor", description: "For a person" },
    { command: "centurion doctor --json", description: "For a program; exit code 1 when something is wrong" }
  ])
)
