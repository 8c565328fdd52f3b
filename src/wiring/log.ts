import * as Cause from "effect/Cause"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { SettingValues } from "../config.ts"

const levels = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  none: "None"
} as const

/** SGR codes of ECMA-48: grey, yellow, red. */
const colours: Partial<Record<LogLevel.LogLevel, number>> = { Debug: 90, Trace: 90, Warn: 33, Error: 31 }

/** A line for people: `15:04:05 warn  what happened  key=value`; a cause follows on lines of its own. */
export const personLine = (hasColours: boolean): Logger.Logger<unknown, string> =>
  Logger.make(({ cause, date, fiber, logLevel, message }) => {
    const coloured = (code: number | undefined, text: string) =>
      hasColours && code !== undefined && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text
    const words = (Array.isArray(message) ? message : [message])
      .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
      .join(" ")
    const beside = Object.entries(fiber.getRef(References.CurrentLogAnnotations))
      .map(([name, value]) => `  ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join("")
    const level = logLevel === "Info" ? "" : `${logLevel.toLowerCase()} `
    const why = cause.reasons.length === 0 ? "" : `\n${Cause.pretty(cause)}`
    const time = coloured(90, date.toTimeString().slice(0, 8))
    return `${time} ${coloured(colours[logLevel], level)}${words}${coloured(90, beside)}${why}`
  })

/** Whether log lines are for people: on a terminal, or when that is asked for. */
export const isForPeople = ({ logFormat }: SettingValues): boolean =>
  logFormat === "line" || (logFormat === "auto" && process.stdout.isTTY === true)

/** Short lines for people on a terminal, one JSON object a line elsewhere or when asked for. */
export const logLayer = (settings: SettingValues) => {
  const hasColours = process.stdout.isTTY === true && !process.env.NO_COLOR
  return Layer.mergeAll(
    Logger.layer([
      isForPeople(settings) ? Logger.withConsoleLog(personLine(hasColours)) : Logger.consoleJson
    ]),
    Layer.succeed(References.MinimumLogLevel, levels[settings.logLevel])
  )
}
