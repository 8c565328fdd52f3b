import { spawn } from "node:child_process"
import { join } from "node:path"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { AlreadyTold, exitCode } from "../cli-failure.ts"
import { json } from "../flags.ts"

/** `centurion bench`: the measurements have a process of their own, so that nothing of ours is measured. */
export const benchCommand = Command.make(
  "bench",
  {
    names: Argument.String("name").pipe(
      Argument.withDescription("Which measurements; default all"),
      Argument.variadic()
    ),
    seconds: Flag.Finite("seconds").pipe(
      Flag.withDescription("How long one round takes"),
      Flag.withMetavar("n"),
      Flag.optional
    ),
    sizes: Flag.String("sizes").pipe(
      Flag.withDescription("Sizes instead of the measurement's own"),
      Flag.withMetavar("n,n"),
      Flag.optional
    ),
    json
  },
  ({ names, seconds, sizes, json }) =>
    runNode([
      join(import.meta.dirname, "../../../bench/main.ts"),
      ...names,
      ...Option.match(seconds, { onNone: () => [], onSome: (n) => ["--seconds", String(n)] }),
      ...Option.match(sizes, { onNone: () => [], onSome: (list) => ["--sizes", list] }),
      ...(json ? ["--json"] : [])
    ])
).pipe(
  Command.withDescription("Measure the engine on the Postgres of DATABASE_URL, in a database of its own"),
  Command.withExamples([
    { command: "centurion bench turn", description: "Turns a second, beside plain SQL in the same run" },
    { command: "centurion bench --json", description: "All of it, one JSON object a line" }
  ])
)

/** Runs a script to its end; Ctrl-C reaches it by the terminal, and it tidies up before it goes. */
const runNode = (args: ReadonlyArray<string>): Effect.Effect<void, AlreadyTold> =>
  Effect.callback<number>((resume) => {
    const child = spawn(process.execPath, args, { stdio: "inherit" })
    child.on("error", () => resume(Effect.succeed(exitCode.failed)))
    child.on("exit", (code) => resume(Effect.succeed(code ?? exitCode.failed)))
  }).pipe(
    Effect.uninterruptible,
    Effect.flatMap((code) =>
      code === exitCode.ok
        ? Effect.void
        : Effect.fail(new AlreadyTold({ exitCode: code === exitCode.wrongUse ? 2 : 1 }))
    )
  )
