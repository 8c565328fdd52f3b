import * as CliOutput from "effect/cli/CliOutput"
import { exitCode } from "./cli-failure.ts"
import { type Io, note, print, printJson } from "./terminal.ts"

const exitCodes = `
EXIT CODES
  ${exitCode.ok}  done
  ${exitCode.failed}  it failed, or damage was found
  ${exitCode.wrongUse}  wrong use`

/** Help as the library writes it, and what every command ends with. */
export const helpFor = ({ stdout, env }: Io): CliOutput.Formatter => {
  const base = CliOutput.defaultFormatter({ colors: stdout.isTTY === true && !env.NO_COLOR })
  return { ...base, formatHelpDoc: (doc) => `${base.formatHelpDoc(doc).trimEnd()}\n${exitCodes}` }
}

/** Wrong use gets a sentence and the way to the help, not the whole help. */
export const presenter = (help: CliOutput.Formatter, json: boolean): CliOutput.Presenter => ({
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return print(help.formatHelpDoc(event.helpDoc))
      case "Version":
        return json
          ? printJson({ name: event.name, version: event.version })
          : print(`${event.name} ${event.version}`)
      case "InvalidInvocation": {
        const message = event.errors.map((error) => error.message).join("; ")
        return note(
          json
            ? JSON.stringify({ error: { reason: "WrongUse", message } })
            : `${message}\nSee: ${event.commandPath.join(" ")} --help`
        )
      }
    }
  }
})
