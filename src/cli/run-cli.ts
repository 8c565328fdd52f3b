import { Console as NodeConsole } from "node:console"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { version } from "../version.ts"
import { exitCode, explain } from "./cli-failure.ts"
import { helpFor, presenter } from "./help.ts"
import { centurionCommand } from "./index.ts"
import { Io } from "./terminal.ts"

/** Runs the command that the arguments name, with the process around it, and ends the process with its exit code. */
export const runCli = (args: ReadonlyArray<string>): void => {
  const interrupting = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // A second one must not wait for the first one's good manners.
      if (interrupting.signal.aborted) process.exit(exitCode.interrupted)
      interrupting.abort()
    })
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader of our output has heard enough, as in `centurion events acme | head`.
    if (error.code === "EPIPE") process.exit(exitCode.ok)
    process.stderr.write(`the output can't be written: ${error.message}\n`, () =>
      process.exit(exitCode.failed)
    )
  })
  void runCommand(args, process, interrupting.signal).then(end)
}

/** Runs the command that the arguments name, within any process; gives its exit code. An abort is its Ctrl-C. */
export const runCommand = async (
  args: ReadonlyArray<string>,
  io: Io,
  interrupted?: AbortSignal
): Promise<number> => {
  const json = args.includes("--json")
  const program = Command.runWith(centurionCommand, { version })(args).pipe(
    Effect.provide(layer(io, json)),
    Effect.scoped
  )
  const options = interrupted === undefined ? {} : { signal: interrupted }
  return codeOf(await Effect.runPromiseExit(program as Effect.Effect<void, unknown>, options), io, json)
}

const layer = (io: Io, json: boolean) => {
  const help = helpFor(io)
  return Layer.mergeAll(
    NodeServices.layer,
    Layer.succeed(Io, io),
    Layer.succeed(Console.Console, new NodeConsole({ stdout: io.stdout, stderr: io.stderr })),
    ConfigProvider.layer(ConfigProvider.fromEnvRecord(io.env)),
    Layer.succeed(CliConfig.CliConfig, {
      builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]
    }),
    CliOutput.layer(help),
    CliOutput.layerPresenter(presenter(help, json))
  )
}

const codeOf = (exit: Exit.Exit<void, unknown>, { stderr, exitCode: byCtrlC }: Io, json: boolean): number => {
  if (Exit.isSuccess(exit)) return exitCode.ok
  // A command for which Ctrl-C is the ordinary end has said so.
  if (Cause.hasInterruptsOnly(exit.cause)) return Number(byCtrlC ?? exitCode.interrupted)
  const error = Cause.squash(exit.cause)
  const tag = (error as { readonly _tag?: unknown } | null)?._tag
  if (tag === "ShowHelp") return exitCode.wrongUse
  if (tag === "AlreadyTold") return (error as { readonly exitCode: number }).exitCode
  const { reason, message, exitCode: code } = explain(error)
  stderr.write(json ? `${JSON.stringify({ error: { reason, message } })}\n` : `${message}\n`)
  if (reason === "Unexpected" && !json) stderr.write(`${Cause.pretty(exit.cause)}\n`)
  return code
}

/** Ends when what was written has left; a handle that a library forgot must not keep us. */
const end = (code: number) => {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))
}
