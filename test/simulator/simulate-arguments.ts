import { parseArgs } from "node:util"
import { allPlaces, type FaultPlace, faultPlaces, faultsNamed } from "./world/faults.ts"
import { type PlantName, plantNames } from "./world/plants.ts"

/** What the command line asks for. */
export interface SimulateArguments {
  /** The first seed; `runs` of them, one after the other. */
  readonly seed: number
  readonly runs: number
  readonly leads: number
  readonly days: number
  readonly faults: ReadonlyArray<FaultPlace>
  readonly workers: number
  readonly json: boolean
  readonly plant?: PlantName
  /** A directory or the URL of a database that the history is written into. */
  readonly into?: string
  readonly company?: string
}

const limits = { seed: 2 ** 31, runs: 10_000_000, leads: 20_000, days: 366, workers: 64 } as const

const wholeNumber = (name: keyof typeof limits, text: string, min: number): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= min && number <= limits[name]) return number
  throw new Error(`--${name} is a whole number from ${min} to ${limits[name]}, not "${text}"`)
}

/** Reads the command line; throws with a sentence for people, or gives "help". */
export const readArguments = (args: ReadonlyArray<string>): SimulateArguments | "help" => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      runs: { type: "string" },
      leads: { type: "string" },
      days: { type: "string" },
      faults: { type: "string", default: "all" },
      workers: { type: "string", default: "2" },
      plant: { type: "string" },
      into: { type: "string" },
      company: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false }
    }
  })
  if (values.help) return "help"
  const { into, plant, company } = values
  if (company !== undefined && into === undefined) throw new Error("--company goes with --into")
  if (into !== undefined && (plant !== undefined || values.runs !== undefined)) {
    throw new Error("--into writes one history: give it a --seed, and neither --runs nor --plant")
  }
  if (plant !== undefined && !(plantNames as ReadonlyArray<string>).includes(plant)) {
    throw new Error(`no fault to plant is called "${plant}"; there are ${plantNames.join(", ")}`)
  }
  return {
    seed: wholeNumber("seed", values.seed, 0),
    runs: wholeNumber("runs", values.runs ?? (into === undefined ? "100" : "1"), 1),
    leads: wholeNumber("leads", values.leads ?? (into === undefined ? "3" : "300"), 1),
    days: wholeNumber("days", values.days ?? (into === undefined ? "3" : "21"), 1),
    faults: [...faultsNamed(into === undefined ? values.faults : "none")],
    workers: wholeNumber("workers", values.workers, 1),
    json: values.json,
    ...(plant !== undefined && { plant: plant as PlantName }),
    ...(into !== undefined && { into, company: company ?? "demo" })
  }
}

/** What `--help` prints. */
export const helpText = (): string => `npm run simulate -- [options]

Runs the real engine, machines and handlers in one process on a virtual clock, breaks them at named places, and looks
whether every promise still holds. A failure prints its seed; the same seed does it again, to the last event.

  --seed <n>       the first seed, default 1
  --runs <n>       seeds to run, default 100
  --leads <n>      leads of one run, default 3
  --days <n>       days of one run, default 3
  --faults <list>  all (default), none, or names with commas between them
  --workers <n>    threads, default 2
  --plant <name>   plants a fault in the engine's seams, to see that it is found: ${plantNames.join(", ")}
  --into <where>   writes one history, without faults, into the database of a directory or of a postgres:// URL
  --company <id>   for --into: the company it is about, default demo
  --json           the result as JSON

Faults:
${allPlaces.map((place) => `  ${place.padEnd(18)} ${faultPlaces[place]}`).join("\n")}`
