import { spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type OpenServer, openServer } from "../http/open-server.ts"
import { aDeadLetter } from "./a-conversation.ts"
import { cliDatabases } from "./cli-database.ts"
import { type Env, runCli, startCli } from "./run-cli.ts"

const binary = join(import.meta.dirname, "../../../src/cli/centurion.js")
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** `script` of util-linux gives a program a terminal of its own. */
const hasScript =
  process.platform === "linux" && spawnSync("script", ["--version"]).stdout?.includes("util-linux") === true

/** Runs the binary on a real terminal; types each answer once its question is there. */
const runOnTerminal = (
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

const columns = 80

describe("the commands on a terminal", () => {
  let server: OpenServer
  let env: Env
  beforeAll(async () => {
    server = await openServer()
    env = { CENTURION_DIR: server.dir }
  })
  afterAll(() => server?.close())

  it.runIf(hasScript)("talk with a prompt, show who types, and end with /quit", async () => {
    // Whoever quits in the same breath has said it all the same.
    const { code, shown } = await runOnTerminal(["chat", "--company", "quick"], env, [
      ["/quit ends", "Oi!"],
      ["/quit ends", "/quit"]
    ])
    expect([code, shown.includes("of Quick; /quit ends"), /Error/.test(shown)]).toEqual([0, true, false])
    const again = startCli(["chat", "--company", "quick"], env, columns)
    await again.until((out) => out.includes("you: Oi!"))
    again.stdin.write("/quit\n")
    expect((await again.ended).code).toBe(0)
  })

  it("ask before a dead letter is dropped, and take only a yes for a yes", async () => {
    const database = await cliDatabases.at(-1)!.make()
    const history = aDeadLetter()
    await database.append("acme", history.batches)
    const drop = async (answer: string) => {
      const job = history.actor.state!.jobs[0]!.job
      const running = startCli(["jobs", "drop", "acme/conversation/1", job], database.env, columns)
      await running.until((_, err) => err.includes("for good? [y/N]"))
      running.stdin.write(`${answer}\n`)
      const { code, out } = await running.ended
      return [code, out]
    }
    expect(await drop("n")).toEqual([0, "nothing was dropped\n"])
    expect(await drop("y")).toEqual([0, expect.stringContaining("is gone")])
    expect((await runCli(["jobs", "list"], database.env)).out).toBe("no jobs\n")
    await database.drop()
  })

  it("cut lines to its width, and write colours there alone", async () => {
    const onTerminal = await startCli(["doctor"], env, columns).ended
    const elsewhere = await runCli(["doctor"], env)
    const longest = ({ out }: { readonly out: string }) =>
      Math.max(...out.split("\n").map((line) => line.length))
    // Only tables are cut.
    expect(onTerminal.out).toContain("…")
    expect(elsewhere.out).not.toContain("…")
    expect(longest(elsewhere)).toBeGreaterThan(columns)
    const colour = "\u001b["
    expect((await startCli(["--help"], {}, columns).ended).out).toContain(colour)
    expect((await startCli(["--help"], { NO_COLOR: "1" }, columns).ended).out).not.toContain(colour)
    expect((await runCli(["--help"])).out).not.toContain(colour)
  })
})
