import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { cut, plain, table } from "../../../src/cli/terminal.ts"
import { progressBar } from "../../rig/progress-bar.ts"
import { type Plant, plants } from "./app/plants.ts"
import { type Figure, proveErasure } from "./proof.ts"
import { findPrograms } from "./proof-database.ts"

const exitCode = { ok: 0, wrong: 1, cantBegin: 2 } as const
const seedsMax = 1_000_000
const detailMax = 160

const help = `npm run erasure-proof -- [--seed N] [--plant fault,… | --plants] [--json] [--keep]

Plays two people on a Postgres of yours, erases one, and looks for every personal word of that person at every place:
tables, log, backup, exports, anchors, commands, and a backup that is restored. Needs TEST_DATABASE_URL, which must
name a Postgres in which databases can be made, and the programs pg_dump and psql. Exit code 1 when anything is found.

  --seed N     the words that are looked for; default by the clock
  --plant …    with faults put in on purpose: ${plants.map(({ name }) => name).join(", ")}
  --plants     each of them in turn; exit code 1 when one is not found
  --json       one JSON object a run
  --keep       leave dumps, exports and logs where they are, and say where
`

interface Asked {
  readonly serverUrl: string
  readonly seed: number
  readonly keep: boolean
  readonly json: boolean
}

const prove = async ({ serverUrl, seed, keep, json }: Asked, planted: ReadonlyArray<Plant>) => {
  const directory = mkdtempSync(join(tmpdir(), "centurion-proof-"))
  const bar = progressBar("P14", process.stderr)
  const began = performance.now()
  try {
    const figures = await proveErasure({
      ...{ serverUrl, seed, plants: planted, progress: bar.show },
      scratch: join(directory, "proof")
    })
    bar.clear()
    tell(figures, { json, seed, planted, seconds: (performance.now() - began) / 1000 })
    return figures.every(({ ok }) => ok)
  } finally {
    bar.clear()
    if (keep) process.stderr.write(`dumps, exports and logs are in ${directory}\n`)
    else rmSync(directory, { recursive: true, force: true })
  }
}

interface Run {
  readonly json: boolean
  readonly seed: number
  readonly planted: ReadonlyArray<Plant>
  readonly seconds: number
}

const tell = (figures: ReadonlyArray<Figure>, { json, seed, planted, seconds }: Run) => {
  const ok = figures.every((figure) => figure.ok)
  const names = planted.map(({ name }) => name)
  if (json) {
    process.stdout.write(`${JSON.stringify({ promise: "P14", seed, plants: names, ok, seconds, figures })}\n`)
    return
  }
  const rows = figures.map(({ what, wanted, seen, ok }) => [what, wanted, seen, ok ? "ok" : "WRONG"])
  const [head, ...lines] = table([["PLACE", "WANTED", "SEEN", ""], ...rows], Number.POSITIVE_INFINITY)
  const told = lines.flatMap((line, n) => [
    line,
    ...figures[n]!.detail.map((each) => `  ${cut(plain(each), detailMax)}`)
  ])
  const wrong = figures.filter((figure) => !figure.ok).length
  const end = ok ? "nothing personal is left" : `${wrong} of ${figures.length} are WRONG`
  const what = names.length === 0 ? "" : `, planted: ${names.join(", ")}`
  process.stdout.write(
    `${[head, ...told].join("\n")}\n\n${end} (seed ${seed}, ${seconds.toFixed(0)} s${what})\n`
  )
}

/** Each fault in turn: the proof has to find it. */
const proveWithEach = async (asked: Asked): Promise<boolean> => {
  let all = true
  for (const plant of plants) {
    // A run that breaks off has found nothing.
    const end = await prove(asked, [plant]).then(
      (clean) => (clean ? "NOT FOUND" : "found"),
      (error: Error) => `BROKE (${error.message})`
    )
    all &&= end === "found"
    process.stdout.write(`${end}: ${plant.name} (${plant.about})\n\n`)
  }
  return all
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: `${Date.now() % seedsMax}` },
      plant: { type: "string", default: "" },
      plants: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false }
    }
  })
  if (values.help) {
    process.stdout.write(help)
    return exitCode.ok
  }
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`--seed is a whole number from 0 on`)
  const names = values.plant.split(",").filter((name) => name !== "")
  const unknown = names.find((name) => !plants.some((plant) => plant.name === name))
  if (unknown !== undefined) throw new Error(`no fault is called "${unknown}"; --help lists them`)
  const serverUrl = process.env.TEST_DATABASE_URL
  if (serverUrl === undefined)
    throw new Error("TEST_DATABASE_URL must name a Postgres in which databases can be made")
  findPrograms()
  const asked = { serverUrl, seed, keep: values.keep, json: values.json }
  const planted = plants.filter(({ name }) => names.includes(name))
  const ok = values.plants ? await proveWithEach(asked) : await prove(asked, planted)
  return ok ? exitCode.ok : exitCode.wrong
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return exitCode.cantBegin
})
