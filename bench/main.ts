import { type BenchArguments, helpText, readArguments } from "./arguments.ts"
import type { Bench } from "./bench.ts"
import { benches } from "./index.ts"
import { figureJson, figureText, headingText } from "./print-figure.ts"
import { makeScratchDatabase, type ScratchDatabase } from "./scratch-database.ts"

const missingDatabase = `bench needs a real Postgres: set DATABASE_URL to a login that may create databases, as in
  DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres npm run -s bench -- turn
It makes a database of its own, centurion_bench_<random>, and drops it afterwards.
`

const fail = (code: 1 | 2, message: string) => {
  process.stderr.write(message)
  process.exitCode = code
}

let open: ScratchDatabase | undefined

const dropOpen = async () => {
  const database = open
  open = undefined
  await database?.drop()
}

const runBench = async (bench: Bench, url: string, asked: BenchArguments) => {
  if (!asked.json) process.stdout.write(`${headingText(bench.name, bench.about)}\n`)
  const print = asked.json ? figureJson : figureText
  open = await makeScratchDatabase(url)
  try {
    await bench.run({
      database: open,
      server: url,
      seconds: asked.seconds,
      sizes: asked.sizes,
      report: (figure) => process.stdout.write(`${print(figure)}\n`)
    })
  } finally {
    await dropOpen()
  }
}

const main = async () => {
  let asked: BenchArguments | "help"
  try {
    asked = readArguments(process.argv.slice(2), benches)
  } catch (error) {
    return fail(2, `${error instanceof Error ? error.message : String(error)}\n`)
  }
  if (asked === "help") return process.stdout.write(helpText(benches))
  const url = process.env.DATABASE_URL
  if (url === undefined || url === "") return fail(2, missingDatabase)
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void dropOpen().finally(() => process.exit(130)))
  }
  for (const bench of asked.chosen) {
    try {
      await runBench(bench, url, asked)
    } catch (error) {
      fail(1, `${bench.name} failed: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
}

await main()
