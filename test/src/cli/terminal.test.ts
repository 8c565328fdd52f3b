import { spawn, spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { newDirectory } from "../http/open-server.ts"
import { aDeadLetter } from "./a-conversation.ts"
import { cliDatabases } from "./cli-database.ts"
import { runCli } from "./run-cli.ts"

const main = join(import.meta.dirname, "../../../src/cli/main.ts")
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** `script` of util-linux gives a program a terminal of its own. */
const hasScript =
  process.platform === "linux" && spawnSync("script", ["--version"]).stdout?.includes("util-linux") === true

/** Runs a command on a terminal; types each answer once its question is there. */
const runOnTerminal = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  answers: ReadonlyArray<readonly [question: string, answer: string]> = []
): Promise<{ readonly code: number | null; readonly shown: string }> =>
  new Promise((resolve) => {
    const command = [process.execPath, main, ...args].map(quoted).join(" ")
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

describe.skipIf(!hasScript)("the commands on a terminal", () => {
  it("talk with a prompt, show who types, and end with /quit", async () => {
    const env = { CENTURION_DIR: newDirectory() }
    // Whoever quits in the same breath has said it all the same.
    const { code, shown } = await runOnTerminal(["chat", "--company", "quick"], env, [
      ["/quit ends", "Oi!"],
      ["/quit ends", "/quit"]
    ])
    expect([code, shown.includes("of Quick; /quit ends"), /Error/.test(shown)]).toEqual([0, true, false])
    const again = await runOnTerminal(["chat", "--company", "quick"], env, [["you: Oi!", "/quit"]])
    expect(again.code).toBe(0)
    rmSync(env.CENTURION_DIR, { recursive: true, force: true })
  })

  it("ask before a dead letter is dropped, and take only a yes for a yes", async () => {
    const database = await cliDatabases.at(-1)!.make()
    const history = aDeadLetter()
    await database.append("acme", history.batches)
    const drop = ["jobs", "drop", "acme/conversation/1", history.actor.state!.jobs[0]!.job]
    const no = await runOnTerminal(drop, database.env, [["for good? [y/N]", "n"]])
    expect([no.code, no.shown.includes("nothing was dropped")]).toEqual([0, true])
    const yes = await runOnTerminal(drop, database.env, [["for good? [y/N]", "y"]])
    expect([yes.code, yes.shown.includes("is gone")]).toEqual([0, true])
    expect((await runCli(["jobs", "list"], database.env)).out).toBe("no jobs\n")
    await database.drop()
  })
})
