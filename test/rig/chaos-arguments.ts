import { parseArgs } from "node:util"
import { type Plant, plants } from "./app/plants.ts"
import type { Scenario, Size } from "./scenario.ts"

/** What the command line asks for. */
export interface ChaosArguments {
  readonly chosen: ReadonlyArray<Scenario>
  readonly size: Size
  readonly seed: number
  readonly plants: ReadonlyArray<Plant>
  readonly json: boolean
  /** Leave the scratch directory with its logs where it is. */
  readonly keep: boolean
}

const seedsMax = 1_000_000

const chosenOf = <A>(
  asked: string | undefined,
  all: ReadonlyArray<A>,
  nameOf: (one: A) => string,
  noun: string
): ReadonlyArray<A> =>
  (asked ?? "")
    .split(",")
    .filter((name) => name !== "")
    .map((name) => {
      const found = all.find((one) => nameOf(one).toLowerCase() === name.toLowerCase())
      if (found !== undefined) return found
      throw new Error(`no ${noun} is called "${name}"; there are ${all.map(nameOf).join(", ")}`)
    })

/** Reads the command line; throws with a sentence for people, or gives "help". */
export const readArguments = (
  args: ReadonlyArray<string>,
  scenarios: ReadonlyArray<Scenario>
): ChaosArguments | "help" => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      size: { type: "string", default: "full" },
      seed: { type: "string", default: `${Date.now() % seedsMax}` },
      plant: { type: "string" },
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false }
    }
  })
  if (values.help) return "help"
  const { size, json, keep } = values
  if (size !== "full" && size !== "short") throw new Error(`--size is full or short, not "${size}"`)
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Error(`--seed is a whole number from 0 on, not "${values.seed}"`)
  const chosen = chosenOf(values.only, scenarios, ({ promise }) => promise, "proof")
  const planted = chosenOf(values.plant, plants, ({ name }) => name, "fault")
  return { chosen: chosen.length === 0 ? scenarios : chosen, size, seed, plants: planted, json, keep }
}

/** What `--help` prints. */
export const helpText = (scenarios: ReadonlyArray<Scenario>): string => {
  const minutes = (size: Size) =>
    (scenarios.reduce((sum, each) => sum + each.seconds[size], 0) / 60).toFixed(size === "full" ? 0 : 1)
  return `npm run -s chaos -- [--only P1,P3] [--size full|short] [--seed n] [--plant name,…] [--json] [--keep]

Kills, freezes and cuts off real processes of Centurion under load, with a Postgres, a Redis and doubles of the
providers that it starts itself, and counts what was lost, done twice or done out of order.

${scenarios.map(({ promise, about }) => `  ${promise.padEnd(4)} ${about}`).join("\n")}

  --only    these alone
  --size    full shows the figures that the promises name, about ${minutes("full")} minutes; short about ${minutes("short")}
  --seed    repeats a run as far as the machine allows
  --plant   puts a fault into the rig's processes, to see that it is found
  --json    one JSON object a proof
  --keep    leaves the scratch directory with the logs of all processes

Faults that can be planted:
${plants.map(({ name, about, foundBy }) => `  ${name.padEnd(21)} ${foundBy.join(", ").padEnd(7)} ${about}`).join("\n")}

Needs initdb and postgres (any version from 15 on) and, for P9, redis-server. Exit code 0 when every figure is as
wanted, 1 when one is not or a proof broke, 2 when it can't begin.
`
}
