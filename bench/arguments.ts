import { parseArgs } from "node:util"
import type { Bench } from "./bench.ts"

/** What the command line asks for. */
export interface BenchArguments {
  readonly chosen: ReadonlyArray<Bench>
  readonly json: boolean
  readonly seconds: number
  readonly sizes: ReadonlyArray<number> | undefined
}

const secondsDefault = 1

const positive = (text: string, option: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${option} wants numbers above 0, and got "${text}"`)
  return value
}

/** Reads the command line; throws with a sentence for people, or gives "help". */
export const readArguments = (
  args: ReadonlyArray<string>,
  benches: ReadonlyArray<Bench>
): BenchArguments | "help" => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      seconds: { type: "string" },
      sizes: { type: "string" }
    }
  })
  if (values.help) return "help"
  const names = positionals.flatMap((each) => each.split(","))
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name))
  if (unknown !== undefined) {
    const known = benches.map((bench) => bench.name).join(", ")
    throw new Error(`no bench is called "${unknown}"; there are ${known}`)
  }
  return {
    chosen: names.length === 0 ? benches : benches.filter((bench) => names.includes(bench.name)),
    json: values.json,
    seconds: values.seconds === undefined ? secondsDefault : positive(values.seconds, "seconds"),
    sizes: values.sizes?.split(",").map((size) => positive(size, "sizes"))
  }
}

/** What `--help` prints. */
export const helpText = (benches: ReadonlyArray<Bench>): string =>
  `npm run -s bench -- [names…] [--json] [--seconds n] [--sizes n,n,…]

Measures Centurion on the Postgres server of DATABASE_URL, whose login must be allowed to create databases.
Without names all of them run, briefly.

${benches.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join("\n")}

  --json      one JSON object a line
  --seconds   how long one round of a measurement takes (default ${secondsDefault})
  --sizes     sizes instead of the bench's own: conversations, messages or events

Exit code 0, also when a target is missed; 1 when a measurement failed; 2 when it can't begin.
`
