import * as CliOutput from "effect/cli/CliOutput"
import * as Effect from "effect/Effect"
import { exitCode } from "./cli-failure.ts"
import { print, printJson } from "./terminal.ts"

const base = CliOutput.defaultFormatter()

const exitCodes = `
EXIT CODES
  ${exitCode.ok}  done
  ${exitCode.failed}  it failed, or damage was found
  ${exitCode.wrongUse}  wrong use`

/** Help as the library writes it, and what every command ends with. */
export const help: CliOutput.Formatter = {
  ...base,
  formatHelpDoc: (doc) => `${base.formatHelpDoc(doc).trimEnd()}\n${exitCodes}`
}

/** Wrong use gets a sentence and the way to the help, not the whole help. */
export const presenter = (json: boolean): CliOutput.Presenter => ({
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
        const words = json
          ? JSON.stringify({ error: { reason: "WrongUse", message } })
          : `${message}\nSee: ${event.commandPath.join(" ")} --help`
        return Effect.sync(() => void process.stderr.write(`${words}\n`))
      }
    }
  }
})
