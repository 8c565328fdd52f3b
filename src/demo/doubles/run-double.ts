import { parseArgs } from "node:util"
import type { Double, DoubleOptions } from "./provider-double.ts"

const flags = {
  port: { type: "string" },
  webhook: { type: "string" },
  secret: { type: "string" },
  state: { type: "string" },
  seed: { type: "string" },
  "retry-ms": { type: "string" },
  "ack-delay-ms": { type: "string" },
  "with-parent": { type: "boolean" }
} as const

/**
 * Runs a double as a process: flags from the command line (`extra` names the provider's own), one line
 * `{"listening": port}` when it is ready, and an end on SIGTERM, SIGINT, or with `--with-parent` when stdin closes.
 */
export const runDouble = async (
  extra: ReadonlyArray<string>,
  start: (options: DoubleOptions, own: Readonly<Record<string, string | undefined>>) => Promise<Double>
): Promise<void> => {
  const own = Object.fromEntries(extra.map((name) => [name, { type: "string" as const }]))
  const { values } = parseArgs({ options: { ...own, ...flags } })
  const text = (name: string) => {
    const value = (values as Readonly<Record<string, string | boolean | undefined>>)[name]
    return typeof value === "string" ? value : undefined
  }
  const double = await start(optionsFrom(text), Object.fromEntries(extra.map((name) => [name, text(name)])))
  const end = () => void double.close().then(() => process.exit(0))
  process.once("SIGTERM", end)
  process.once("SIGINT", end)
  if (values["with-parent"]) process.stdin.once("close", end).once("end", end).resume()
  process.stdout.write(`${JSON.stringify({ listening: double.port })}\n`)
}

function optionsFrom(text: (name: string) => string | undefined): DoubleOptions {
  const number = (name: string) => {
    const value = text(name)
    return value === undefined ? undefined : Number(value)
  }
  return {
    port: number("port") ?? 0,
    ...given("webhook", text("webhook")),
    ...given("secret", text("secret")),
    ...given("stateFile", text("state")),
    ...given("seed", number("seed")),
    ...given("retryMs", number("retry-ms")),
    ...given("ackDelayMs", number("ack-delay-ms"))
  }
}

function given<K extends string, T>(name: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]: T })
}
