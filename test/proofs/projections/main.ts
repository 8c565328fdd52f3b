import { parseArgs } from "node:util"
import { proveProjections } from "./proof.ts"

const usage = `npm run projection-proof -- [--kills 50] [--seed 1]
Eight writers, a follower that is killed, and every read model built anew and compared with the live one.
It wants a Postgres in TEST_DATABASE_URL, in which it makes a database of its own.
`

const main = async () => {
  const { values } = parseArgs({
    options: { kills: { type: "string" }, seed: { type: "string" }, help: { type: "boolean" } }
  })
  const [kills, seed] = [Number(values.kills ?? 50), Number(values.seed ?? 1)]
  const isWrong = !Number.isInteger(kills) || kills < 1 || kills > 10_000 || !Number.isInteger(seed)
  if (values.help || isWrong || process.env.TEST_DATABASE_URL === undefined) {
    process.stderr.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const tell = (kill: number) => process.stderr.write(`\r${kill} of ${kills} kills`)
  const proof = await proveProjections(kills, seed, tell)
  process.stderr.write("\n")
  process.stdout.write(
    `P6: ${proof.kills} kills, ${proof.events} events of 8 writers, ${proof.readModels} read models, ${proof.rows} rows: ` +
      `${proof.differing.length} differ, ${proof.parked} streams parked\n`
  )
  for (const each of proof.differing) process.stdout.write(`  ${each}\n`)
  process.exitCode = proof.differing.length + proof.parked === 0 ? 0 : 1
}

await main()
