import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { canStartPostgres, makeOwnPostgres, type OwnPostgres } from "../actors/engine/world/own-postgres.ts"
import { type ChaosArguments, helpText, readArguments } from "./chaos-arguments.ts"
import { progressBar } from "./progress-bar.ts"
import { isOk, type Result, resultTable } from "./result-table.ts"
import type { Scenario } from "./scenario.ts"
import { scenarios } from "./scenarios/index.ts"
import { canStartRedis } from "./world/own-redis.ts"

const exitCode = { ok: 0, wrong: 1, cantBegin: 2, interrupted: 130 } as const

/** Why it can't begin; undefined when it can. */
const missing = (chosen: ReadonlyArray<Scenario>): string | undefined => {
  if (!canStartPostgres)
    return "the rig starts a Postgres of its own and finds no initdb and postgres: install postgresql, with pg_config on the PATH"
  if (chosen.some(({ promise }) => promise === "P9") && !canStartRedis())
    return "P9 starts a Redis of its own and finds no redis-server: install it, or choose others with --only"
  return undefined
}

const play = async (
  scenario: Scenario,
  asked: ChaosArguments,
  postgres: OwnPostgres,
  directory: string
): Promise<Result> => {
  const { promise, about } = scenario
  const { size, seed, plants } = asked
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const bar = progressBar(promise, process.stderr)
  try {
    const played = await scenario.run({ size, seed, plants, postgres, directory, progress: bar.show })
    return { promise, about, seconds: seconds(), played, broke: undefined }
  } catch (error) {
    const broke = error instanceof Error ? error.message : String(error)
    return { promise, about, seconds: seconds(), played: undefined, broke }
  } finally {
    bar.clear()
  }
}

const tellBegin = ({ chosen, size, seed, plants }: ChaosArguments) => {
  const seconds = chosen.reduce((sum, each) => sum + each.seconds[size], 0)
  const planted = plants.length === 0 ? "" : `, planted: ${plants.map(({ name }) => name).join(", ")}`
  const names = chosen.map(({ promise }) => promise).join(", ")
  process.stderr.write(`${names}, ${size}, seed ${seed}${planted}: about ${Math.ceil(seconds / 60)} min\n`)
}

const run = async (asked: ChaosArguments, postgres: OwnPostgres, directory: string): Promise<number> => {
  const results: Array<Result> = []
  for (const scenario of asked.chosen) {
    const result = await play(scenario, asked, postgres, directory)
    results.push(result)
    if (asked.json)
      process.stdout.write(
        `${JSON.stringify({ rig: "chaos", size: asked.size, seed: asked.seed, ok: isOk(result), ...result })}\n`
      )
    else
      process.stderr.write(
        `${result.promise} ${isOk(result) ? "ok" : "WRONG"}, ${result.seconds.toFixed(0)} s\n`
      )
  }
  const wrong = results.filter((result) => !isOk(result))
  if (!asked.json) {
    process.stdout.write(`${resultTable(results).join("\n")}\n\n`)
    const names = (some: ReadonlyArray<Result>) => some.map(({ promise }) => promise).join(", ")
    process.stdout.write(
      wrong.length === 0
        ? `all as promised: ${names(results)} (seed ${asked.seed})\n`
        : `WRONG: ${names(wrong)} (seed ${asked.seed})\n`
    )
  }
  return wrong.length === 0 ? exitCode.ok : exitCode.wrong
}

const main = async (): Promise<number> => {
  let asked: ChaosArguments | "help"
  try {
    asked = readArguments(process.argv.slice(2), scenarios)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return exitCode.cantBegin
  }
  if (asked === "help") {
    process.stdout.write(helpText(scenarios))
    return exitCode.ok
  }
  const why = missing(asked.chosen)
  if (why !== undefined) {
    process.stderr.write(`${why}\n`)
    return exitCode.cantBegin
  }
  const directory = mkdtempSync(join(tmpdir(), "centurion-chaos-"))
  process.on("exit", () => {
    if (!asked.keep) rmSync(directory, { recursive: true, force: true })
  })
  let postgres: OwnPostgres | undefined
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void Promise.resolve(postgres?.remove()).finally(() => process.exit(exitCode.interrupted))
    })
  tellBegin(asked)
  try {
    postgres = await makeOwnPostgres()
    await postgres.start()
    return await run(asked, postgres, directory)
  } finally {
    await postgres?.remove()
    if (asked.keep) process.stderr.write(`the logs are in ${directory}\n`)
  }
}

process.exit(await main())
