import { parseArgs } from "node:util"
import { postgres } from "../databases.ts"
import { faultsOf } from "./rig-checks.ts"
import { runRig } from "./rig-run.ts"

const usage = `The crash rig: kills the engine again and again under load, and counts what was lost or done twice.

  npm run rig -- [--kills 100] [--conversations 300] [--bursts 40] [--seed n] [--json]

Needs TEST_DATABASE_URL, a Postgres in which databases can be created. Ends with 1 when anything is wrong.`

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    conversations: { type: "string", default: "300" },
    bursts: { type: "string", default: "40" },
    seed: { type: "string", default: `${Date.now() % 1_000_000}` },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false }
  }
})

const main = async () => {
  if (values.help) return console.log(usage)
  const startedAt = performance.now()
  const database = await postgres.make()
  const counts = await runRig(database, {
    kills: Number(values.kills),
    conversations: Number(values.conversations),
    burstsPerSecond: Number(values.bursts),
    seed: Number(values.seed),
    progress: (line) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)
      if (process.stderr.isTTY) process.stderr.write(`\r${seconds} s  ${line}\u001b[K`)
      else if (!values.json) process.stderr.write(`${seconds} s  ${line}\n`)
    }
  }).finally(() => database.drop())
  const faults = faultsOf(counts)
  if (values.json)
    console.log(
      JSON.stringify({ rig: "crash", seed: Number(values.seed), ...counts, ok: faults.length === 0 })
    )
  else {
    console.log(`\n\nseed ${values.seed}, ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`)
    for (const [name, count] of Object.entries(counts))
      console.log(`  ${name.padEnd(14)} ${String(count).padStart(7)}`)
    console.log(faults.length === 0 ? "\nnothing lost, nothing twice" : `\nWRONG: ${faults.join(", ")}`)
  }
  process.exitCode = faults.length === 0 ? 0 : 1
}

await main()
