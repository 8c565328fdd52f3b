import { spawn } from "node:child_process"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { readArguments } from "../../bench/arguments.ts"
import { type Figure, meetsTargets } from "../../bench/figure.ts"
import { benches } from "../../bench/index.ts"
import { figureText, headingText } from "../../bench/print-figure.ts"
import { makeScratchDatabase } from "../../bench/scratch-database.ts"

const main = join(import.meta.dirname, "../../bench/main.ts")

const run = (args: ReadonlyArray<string>, databaseUrl: string | undefined) =>
  new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const { DATABASE_URL: _, ...env } = process.env
    const given = databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }
    const child = spawn(process.execPath, [main, ...args], { env: { ...env, ...given } })
    onTestFinished(() => void child.kill())
    let out = ""
    let err = ""
    child.stdout.on("data", (chunk) => {
      out += chunk
    })
    child.stderr.on("data", (chunk) => {
      err += chunk
    })
    child.once("close", (code) => resolve({ code, out, err }))
  })

/** Sizes that make each bench short. */
const sizes: Readonly<Record<string, ReadonlyArray<number>>> = {
  read: [1000],
  "cold-load": [10, 50],
  step: [50],
  replay: [50],
  growth: [50, 100],
  memory: [200],
  projections: [1000],
  live: [5],
  api: [200],
  webhook: [20],
  overload: [10],
  verify: [10_000],
  backtest: [4]
}
const seconds = 0.05

const number = expect.any(Number)

describe("a bench", () => {
  const databaseUrl = process.env.TEST_DATABASE_URL || undefined
  const onPostgres = test.skipIf(databaseUrl === undefined)
  const looksLike = (bench: string) => ({
    ...{ bench, case: expect.any(String), value: number, unit: expect.any(String) }
  })

  // The command is the same for all: the others run here, without a process and its modules for each.
  onPostgres.each(benches.filter(({ name }) => name !== "turn"))("reports figures: $name", async (bench) => {
    const figures: Array<Figure> = []
    const database = await makeScratchDatabase(databaseUrl!)
    const report = (figure: Figure) => void figures.push(figure)
    try {
      await bench.run({ database, server: databaseUrl!, seconds, sizes: sizes[bench.name], report })
    } finally {
      await database.drop()
    }
    expect(figures.length).toBeGreaterThan(0)
    for (const figure of figures) expect(figure).toMatchObject(looksLike(bench.name))
  })

  onPostgres("prints one JSON object a line", async () => {
    const { code, out, err } = await run(
      ["turn", "--json", "--seconds", String(seconds), "--sizes", "300"],
      databaseUrl
    )
    expect({ code, err }).toEqual({ code: 0, err: "" })
    const lines: ReadonlyArray<Figure> = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    for (const line of lines) expect(line).toMatchObject(looksLike("turn"))
    const turns = lines.filter(({ unit }) => unit === "turns/s")
    expect(turns.map((line) => line.case)).toEqual(["c=1", "c=16", "c=64", "c=256"])
    for (const line of turns) {
      expect(line).toMatchObject({ floor: number, ratio: number, p50Ms: number, p99Ms: number })
    }
  })

  test("needs a real Postgres, says so, and exits with 2", async () => {
    const { code, out, err } = await run(["turn"], undefined)
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toContain("set DATABASE_URL")
  })

  test("that nobody knows is refused with the list of those there are", async () => {
    const { code, err } = await run(["trun"], undefined)
    expect({ code, err }).toEqual({
      code: 2,
      err: `no bench is called "trun"; there are ${benches.map(({ name }) => name).join(", ")}\n`
    })
  })
})

describe("the command line", () => {
  test("takes names, seconds and sizes, and without names all", () => {
    const [turn] = benches.filter(({ name }) => name === "turn")
    expect(readArguments(["turn", "--json", "--seconds", "2", "--sizes", "10,20"], benches)).toEqual({
      chosen: [turn],
      json: true,
      seconds: 2,
      sizes: [10, 20]
    })
    expect(readArguments([], benches)).toEqual({ chosen: benches, json: false, seconds: 1, sizes: undefined })
    expect(() => readArguments(["--seconds", "0"], benches)).toThrow(
      '--seconds wants numbers above 0, and got "0"'
    )
  })
})

describe("a figure", () => {
  const figure: Figure = {
    bench: "turn",
    case: "c=64",
    value: 9000,
    unit: "turns/s",
    floor: 3000,
    ratio: 3,
    p50Ms: 6,
    p99Ms: 31,
    targets: [
      { of: "ratio", is: ">=", than: 2.5 },
      { of: "p99Ms", is: "<=", than: 30 }
    ]
  }

  test("misses when one of its targets is missed, and says which there are", () => {
    expect(meetsTargets(figure)).toBe(false)
    expect(meetsTargets({ ...figure, p99Ms: 30 })).toBe(true)
    expect(meetsTargets({ ...figure, targets: [] })).toBe(true)
    expect(figureText(figure).replace(/ +/g, " ")).toBe(
      "c=64 9,000 turns/s 3,000 3x 6 ms 31 ms missed ≥ 2.5x, p99 ≤ 30 ms"
    )
  })

  test("stands under the heading of its column", () => {
    const [, , heading] = headingText("turn", "one message").split("\n")
    expect(figureText(figure).indexOf("3x") + 2).toBe(heading!.indexOf("ratio") + 5)
  })
})
