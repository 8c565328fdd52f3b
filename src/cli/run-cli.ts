import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { exitCode, explain } from "./cli-failure.ts"
import { help, presenter } from "./help.ts"
import { centurionCommand } from "./index.ts"
import { version } from "./version.ts"

/** Runs the command that the arguments name and ends the process with its exit code. */
export const runCli = (args: ReadonlyArray<string>): void => {
  const json = args.includes("--json")
  const program = Command.runWith(centurionCommand, { version })(args).pipe(
    Effect.provide(layer(json)),
    Effect.scoped
  )
  const fiber = Effect.runFork(program as Effect.Effect<void, unknown>)
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A second one must not wait for the first one's good manners.
    process.on(signal, () => (interrupted ? process.exit(exitCode.interrupted) : interrupt()))
  }
  let interrupted = false
  const interrupt = () => {
    interrupted = true
    Effect.runFork(Fiber.interrupt(fiber))
  }
  // The reader of our output has heard enough, as in `centurion events acme | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCode.ok)
  })
  fiber.addObserver((exit) => end(codeOf(exit, json)))
}

const layer = (json: boolean) =>
  Layer.mergeAll(
    NodeServices.layer,
    Layer.succeed(CliConfig.CliConfig, {
      builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]
    }),
    CliOutput.layer(help),
    CliOutput.layerPresenter(presenter(json))
  )

const codeOf = (exit: Exit.Exit<void, unknown>, json: boolean): number => {
  if (Exit.isSuccess(exit)) return exitCode.ok
  // A command for which Ctrl-C is the ordinary end has said so.
  if (Cause.hasInterruptsOnly(exit.cause)) return Number(process.exitCode ?? exitCode.interrupted)
  const error = Cause.squash(exit.cause)
  const tag = (error as { readonly _tag?: unknown } | null)?._tag
  if (tag === "ShowHelp") return exitCode.wrongUse
  if (tag === "AlreadyTold") return (error as { readonly exitCode: number }).exitCode
  const { reason, message, exitCode: code } = explain(error)
  process.stderr.write(json ? `${JSON.stringify({ error: { reason, message } })}\n` : `${message}\n`)
  if (reason === "Unexpected" && !json) process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
  return code
}

/** Ends when what was written has left; a handle that a library forgot must not keep us. */
const end = (code: number) => {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))
}
