import { parseArgs } from "node:util"
import { answerMaxMs, proveWebhooks } from "./proof.ts"

const usage = `npm run webhook-proof -- [--requests 100000] [--seed 1]
Forged and malformed webhooks, posted at a server of its own: none may change anything.
It wants a Postgres in TEST_DATABASE_URL, in which it makes a database of its own.
`

const main = async () => {
  const { values } = parseArgs({
    options: { requests: { type: "string" }, seed: { type: "string" }, help: { type: "boolean" } }
  })
  const [requests, seed] = [Number(values.requests ?? 100_000), Number(values.seed ?? 1)]
  const isWrong = !Number.isInteger(requests) || requests < 1 || !Number.isInteger(seed)
  if (values.help || isWrong || process.env.TEST_DATABASE_URL === undefined) {
    process.stderr.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  const proof = await proveWebhooks(requests, seed, (sent) =>
    process.stderr.write(`\r${sent} of ${requests} requests`)
  )
  process.stderr.write("\n")
  for (const [status, times] of Object.entries(proof.statuses).sort())
    process.stdout.write(`  ${String(times).padStart(7)}  ${status}\n`)
  for (const each of new Set(proof.broken)) process.stdout.write(`  broken: ${each}\n`)
  const [before, after] = proof.events
  process.stdout.write(
    `P15: ${proof.sent} requests: ${after - before} events, ${proof.broken.length} of 5xx or without an answer, ` +
      `p50 ${proof.p50Ms.toFixed(1)} ms, p99 ${proof.p99Ms.toFixed(1)} ms, ${proof.overLimit} above ${answerMaxMs} ms, ` +
      `the server ${proof.alive ? "is ready" : "is not ready"} afterwards\n`
  )
  process.exitCode = after === before && proof.broken.length === 0 && proof.alive ? 0 : 1
}

await main()
