import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { aDeadLetter } from "./world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { runCli, startCli } from "./world/run-cli.ts"

const columns = 80

describe("the commands on a terminal", () => {
  let database: CliDatabase
  beforeAll(async () => {
    database = await cliDatabases[0]!.make()
  })
  afterAll(() => database?.drop())

  it("ask before a dead letter is dropped, and take only a yes for a yes", async () => {
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
  })

  it("cut lines to its width, and write colours there alone", async () => {
    const onTerminal = await startCli(["doctor"], database.env, columns).ended
    const elsewhere = await runCli(["doctor"], database.env)
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
