import { parseArgs } from "node:util"
import { postgres } from "../../databases.ts"
import { type Finding, type FuzzReport, fuzzApi } from "./fuzz.ts"

const usage = `npm run api-fuzz -- [--requests 20000] [--seed 1] [--only <number of a request>]
Requests made from the server's own OpenAPI document, as it says and spoilt, by people of two companies, strangers and
forgers; each answer is held against the document. It wants a Postgres in TEST_DATABASE_URL, in which it makes a
database of its own. Exit code 1 when something is wrong.
`
const shownFindings = 40

const row = (cells: ReadonlyArray<string | number>) => `| ${cells.join(" | ")} |\n`

/** One of each kind of finding, with how many there are of it. */
const kindsOf = (findings: ReadonlyArray<Finding>): ReadonlyArray<readonly [Finding, number]> => {
  const kinds = new Map<string, [Finding, number]>()
  for (const finding of findings) {
    const kind = `${finding.operation.split(".").at(-1)} ${finding.what.replace(/\d+/g, "").slice(0, 60)}`
    const known = kinds.get(kind)
    if (known === undefined) kinds.set(kind, [finding, 1])
    else known[1]++
  }
  return [...kinds.values()].sort(([, a], [, b]) => b - a)
}

const show = (report: FuzzReport): string => {
  const statuses = Object.entries(report.byStatus).sort(([a], [b]) => a.localeCompare(b))
  const never = Object.entries(report.succeeded).filter(([, count]) => count === 0)
  const { requests, operations, seed, findings } = report
  const ms = (value: number) => `${value.toFixed(1)} ms`
  const lines = kindsOf(findings)
    .slice(0, shownFindings)
    .map(
      ([{ request, what, who, operation, done, sent, answer }, count]) =>
        `\n${what} (${count} like it)\n  ${operation} by ${who}, spoilt by ${done.join(", ") || "nothing"}; again: --seed ${seed} --only ${request}\n  ${sent}\n  ${answer}\n`
    )
  return [
    row(["requests", "operations", "p50", "p99", "longest", "findings"]),
    row(["---", "---", "---", "---", "---", "---"]),
    row([requests, operations, ms(report.p50Ms), ms(report.p99Ms), ms(report.maxMs), findings.length]),
    "\n",
    row(["status", "answers"]),
    row(["---", "---"]),
    ...statuses.map(row),
    `\n${operations - never.length} operations succeeded at least once; never: ${never.map(([id]) => id).join(", ") || "none"}\n`,
    ...lines
  ].join("")
}

const main = async () => {
  const { values } = parseArgs({
    options: {
      requests: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean" }
    }
  })
  const [requests, seed] = [Number(values.requests ?? 20_000), Number(values.seed ?? 1)]
  const only = values.only === undefined ? undefined : Number(values.only)
  const isWrong =
    !Number.isInteger(requests) || requests < 1 || requests > 1_000_000 || !Number.isInteger(seed)
  if (values.help || isWrong || process.env.TEST_DATABASE_URL === undefined) {
    process.stderr.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  let shownAt = 0
  const tell = (done: number, findings: number) => {
    if (Date.now() - shownAt < 1000) return
    shownAt = Date.now()
    process.stderr.write(`\r${done} of ${requests} requests, ${findings} findings`)
  }
  const report = await fuzzApi({
    on: postgres,
    requests,
    seed,
    tell,
    ...(only === undefined ? {} : { only })
  })
  process.stderr.write("\n")
  process.stdout.write(show(report))
  process.exitCode = report.findings.length === 0 ? 0 : 1
}

await main()
