import { spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import type { Env } from "./run-cli.ts"

const binary = join(import.meta.dirname, "../../../../src/cli/centurion.js")
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** `script` of util-linux gives a program a terminal of its own. */
export const hasScript =
  process.platform === "linux" && spawnSync("script", ["--version"]).stdout?.includes("util-linux") === true

/** Runs the binary on a real terminal; types each answer once its question is there. */
export const runOnTerminal = (
  args: ReadonlyArray<string>,
  env: Env,
  answers: ReadonlyArray<readonly [question: string, answer: string]>
): Promise<{ readonly code: number | null; readonly shown: string }> =>
  new Promise((resolve) => {
    const command = [process.execPath, binary, ...args].map(quoted).join(" ")
    const child = spawn("script", ["-qefc", command, "/dev/null"], {
      env: { PATH: process.env.PATH ?? "", TERM: "xterm", ...env }
    })
    let shown = ""
    let asked = 0
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text
      while (answers[asked] !== undefined && shown.includes(answers[asked]![0]))
        child.stdin.write(`${answers[asked++]![1]}\r`)
    })
    child.on("close", (code) => resolve({ code, shown }))
  })
