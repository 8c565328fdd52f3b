import { constants } from "node:os"
import { parseArgs } from "node:util"
import { table } from "../../src/cli/terminal.ts"
import { canBegin } from "./can-begin.ts"
import { type ProofCommand, proofs, type Size } from "./proofs.ts"
import { type ProofResult, runProof } from "./run-proof.ts"

/** Added to a signal's number, as shells do. */
const signalled = 128
const exitCode = { ok: 0, wrong: 1, cantBegin: 2 } as const

const help = `npm run -s proofs -- [--only name,…] [--size full|short] [--json]

Every long proof, one after the other; when one fails the others go on. With each one's time, and a table at the end of
what was shown.

${proofs.map(({ name, promises, about }) => `  ${name.padEnd(12)} ${promises.padEnd(14)} ${about}`).join("\n")}

  --only    these alone
  --size    full (default) shows the figures that the promises name, some two hours on two cores; short shows that
            every proof runs
  --json    one JSON object a proof

All but laws, simulate and chaos want a Postgres in TEST_DATABASE_URL, in which they make databases of their own; chaos
starts its own and needs initdb, postgres and redis-server; erasure needs pg_dump and psql. Exit code 0 when all was
shown, 1 when one proof failed, 2 when it can't begin; 130 and 143 when Ctrl-C or TERM ended it, and the proof at hand.
`

interface Asked {
  readonly chosen: ReadonlyArray<ProofCommand>
  readonly size: Size
  readonly json: boolean
}

const chosenOf = (only: string | undefined): ReadonlyArray<ProofCommand> => {
  if (only === undefined) return proofs
  const names = only.split(",").map((name) => name.trim())
  const unknown = names.find((name) => !proofs.some((proof) => proof.name === name))
  if (unknown !== undefined)
    throw new Error(`no proof is called "${unknown}"; there are ${proofs.map(({ name }) => name).join(", ")}`)
  return proofs.filter(({ name }) => names.includes(name))
}

/** Reads the command line; throws with a sentence for people, or gives "help". */
const readArguments = (): Asked | "help" => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      size: { type: "string", default: "full" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false }
    }
  })
  if (values.help) return "help"
  const { size, json } = values
  if (size !== "full" && size !== "short") throw new Error(`--size is full or short, not "${size}"`)
  return { chosen: chosenOf(values.only), size, json }
}

const minutes = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`

const run = async ({ chosen, size, json }: Asked): Promise<number> => {
  const results: Array<ProofResult> = []
  for (const [n, proof] of chosen.entries()) {
    process.stderr.write(`${n + 1} of ${chosen.length}, ${proof.name}: ${proof.about}\n`)
    const result = await runProof(proof, size)
    results.push(result)
    const { name, ok, seconds, figure, output } = result
    process.stderr.write(`${name} ${ok ? "ok" : "FAILED"} in ${minutes(seconds)}: ${figure}\n`)
    if (!ok) process.stderr.write(`${output}\n`)
    const { output: _, endedBy, ...told } = result
    if (json) process.stdout.write(`${JSON.stringify({ proofs: size, ...told })}\n`)
    if (endedBy !== undefined) {
      process.stderr.write(`ended by ${endedBy}; what came after ${name} was not run\n`)
      return signalled + constants.signals[endedBy]
    }
  }
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name)
  if (!json) {
    const rows = results.map(({ name, promises, ok, seconds, figure }) => [
      ...[name, promises, minutes(seconds), ok ? "ok" : "FAILED", figure]
    ])
    const lines = table([["PROOF", "PROMISE", "TIME", "", "SHOWED"], ...rows], Number.POSITIVE_INFINITY)
    const end = failed.length === 0 ? "all was shown" : `FAILED: ${failed.join(", ")}`
    process.stdout.write(`${lines.join("\n")}\n\n${end}\n`)
  }
  return failed.length === 0 ? exitCode.ok : exitCode.wrong
}

const main = async (): Promise<number> => {
  const asked = readArguments()
  if (asked === "help") {
    process.stdout.write(help)
    return exitCode.ok
  }
  await canBegin(asked.chosen)
  return run(asked)
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return exitCode.cantBegin
})
