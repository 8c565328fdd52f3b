import { spawn } from "node:child_process"
import { join } from "node:path"
import type { ProofCommand, Size } from "./proofs.ts"

/** How a proof ended. */
export interface ProofResult {
  readonly name: string
  readonly promises: string
  readonly ok: boolean
  readonly seconds: number
  /** What it showed, in its own words. */
  readonly figure: string
  /** All that it printed. */
  readonly output: string
  /** The signal that came to us meanwhile. */
  readonly endedBy: NodeJS.Signals | undefined
}

const signals = ["SIGINT", "SIGTERM"] as const
/** A proof that was told to end may take so long to clean up. */
const endsWithinMs = 30_000
const root = join(import.meta.dirname, "../..")

/** Why a proof broke off: the error that it ended with, or what it said last. */
const whyBroken = (said: string): string =>
  /^\S*Error\b.*$/m.exec(said)?.[0] ?? said.trim().split("\n").at(-1)?.trim() ?? ""

/** Runs it to its end; it shows its own progress on the terminal. */
export const runProof = async (proof: ProofCommand, size: Size): Promise<ProofResult> => {
  const { name, promises, program, args, env } = proof
  const began = performance.now()
  const databaseUrl = process.env.TEST_DATABASE_URL
  const child = spawn(process.execPath, [join(root, program), ...args[size]], {
    cwd: root,
    env: {
      ...process.env,
      NO_COLOR: "1",
      ...(proof.needsPostgres && databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
      ...(size === "full" && env)
    },
    // A group of its own: a signal of the terminal comes by us alone, and once.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"]
  })
  let endedBy: NodeJS.Signals | undefined
  const passOn = (signal: NodeJS.Signals) => {
    endedBy = signal
    child.kill(signal)
    setTimeout(() => process.kill(-child.pid!, "SIGKILL"), endsWithinMs).unref()
  }
  for (const signal of signals) process.once(signal, passOn)
  let output = ""
  let said = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text
    if (process.stderr.isTTY) process.stderr.write(text)
  })
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  for (const signal of signals) process.off(signal, passOn)
  const figure = proof.figure.exec(output)?.[0].trim()
  return {
    name,
    promises,
    // A proof that ends well and shows nothing has not shown anything.
    ok: code === 0 && figure !== undefined,
    seconds: (performance.now() - began) / 1000,
    figure: figure ?? whyBroken(`${output}${said}`),
    output: code === 0 ? output : `${output}${said}`,
    endedBy
  }
}
