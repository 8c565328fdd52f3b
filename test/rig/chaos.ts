import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { canStartPostgres, makeOwnPostgres, type OwnPostgres } from "../actors/engine/own-postgres.ts"
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

/** Each proof has a Postgres of its own: what one did to it must not help or harm the next. */
const play = async (scenario: Scenario, asked: ChaosArguments, directory: string): Promise<Result> => {
  const { promise, about } = scenario
  const began = performance.now()
  const bar = progressBar(promise, process.stderr)
  const { size, seed, plants } = asked
  let postgres: OwnPostgres | undefined
  try {
    postgres = await makeOwnPostgres()
    opened.add(postgres)
    await postgres.start()
    const given = { size, seed, plants, postgres, directory, progress: bar.show }
    const played = await scenario.run(given)
    return { promise, about, seconds: (performance.now() - began) / 1000, played, broke: undefined }
  } catch (error) {
    const broke = error instanceof Error ? error.message : String(error)
    return { promise, about, seconds: (performance.now() - began) / 1000, played: undefined, broke }
  } finally {
    bar.clear()
    await postgres?.remove()
    if (postgres !== undefined) opened.delete(postgres)
  }
}

const opened = new Set<OwnPostgres>()

const tellBegin = ({ chosen, size, seed, plants }: ChaosArguments) => {
  const seconds = chosen.reduce((sum, each) => sum + each.seconds[size], 0)
  const planted = plants.length === 0 ? "" : `, planted: ${plants.map(({ name }) => name).join(", ")}`
  const names = chosen.map(({ promise }) => promise).join(", ")
  process.stderr.write(`${names}, ${size}, seed ${seed}${planted}: about ${Math.ceil(seconds / 60)} min\n`)
}

const run = async (asked: ChaosArguments, directory: string): Promise<number> => {
  const results: Array<Result> = []
  for (const scenario of asked.chosen) {
    const result = await play(scenario, asked, directory)
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
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void Promise.all([...opened].map((each) => each.remove())).finally(() =>
        process.exit(exitCode.interrupted)
      )
    })
  tellBegin(asked)
  try {
    return await run(asked, directory)
  } finally {
    if (asked.keep) process.stderr.write(`the logs are in ${directory}\n`)
    else rmSync(directory, { recursive: true, force: true })
  }
}

process.exit(await main())
