import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { eventually, newDirectory } from "../http/open-server.ts"
import { jsonLines, runCli, runProcess, startProcess } from "./world/run-cli.ts"
import { hasScript, runOnTerminal } from "./world/run-on-terminal.ts"

/** All other tests run commands within their own process. */
describe("centurion in a process of its own", () => {
  let dir: string
  let env: Readonly<Record<string, string>>
  let server: ReturnType<typeof startProcess>
  beforeAll(async () => {
    dir = newDirectory()
    env = { CENTURION_DIR: dir, PORT: "0" }
    server = startProcess(["start"], env)
    await server.until((out) => out.includes("listening on"))
    const [url] = /http:\/\/[\w.:]+/.exec(server.out())!
    await eventually(async () => (await fetch(`${url}/readyz`)).ok)
  })
  afterAll(async () => {
    server.child.kill("SIGKILL")
    await server.ended
    rmSync(dir, { recursive: true, force: true })
  })

  it("talks with a company by the server, which stores it", async () => {
    const chat = startProcess(["chat", "--company", "quick", "--json"], env)
    chat.stdin.write("Oi!\n")
    await chat.until((out) => out.includes('"from":"agent"'))
    chat.stdin.write("/quit\n")
    expect(await chat.ended).toMatchObject({ code: 0, err: "" })
    const [told] = jsonLines((await runProcess(["verify", "--json"], env)).out)
    expect(told).toMatchObject({ ok: true, events: expect.any(Number) })
  })

  it.runIf(hasScript)("talks on a terminal with a prompt, until /quit", async () => {
    // Whoever quits in the same breath has said it all the same.
    const { code, shown } = await runOnTerminal(["chat", "--company", "quick"], env, [
      ["/quit ends", "Oi de novo!"],
      ["/quit ends", "/quit"]
    ])
    expect([code, shown.includes("of Quick; /quit ends"), /Error/.test(shown)]).toEqual([0, true, false])
    const events = jsonLines((await runCli(["events", "quick", "--json", "--limit", "0"], env)).out)
    expect(events.filter(({ type }) => type === "MessageReceived")).toHaveLength(2)
  })

  it.each([
    [["--version"], 0],
    [["events", "quick", "--limit", "3", "--json"], 0],
    [["query", "select 1 as one", "--json"], 0],
    [["users", "list"], 0],
    [["jobs", "list", "--state", "lost"], 2],
    [["backtest", "nope"], 1]
  ])("ends and writes as it does within another: %j", async (args, code) => {
    const ran = await runProcess(args, env)
    expect(ran).toEqual(await runCli(args, env))
    expect(ran.code).toBe(code)
  })

  it("is found by doctor, and no second server takes its directory", async () => {
    const [told] = jsonLines((await runCli(["doctor", "--json"], env)).out)
    expect(told).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({
          name: "database",
          detail: expect.stringContaining(`held by process ${server.child.pid}`)
        }),
        expect.objectContaining({ name: "owners", state: "ok" })
      ])
    })
    const second = await runProcess(["start"], env)
    expect([second.code, second.err]).toEqual([
      1,
      expect.stringContaining(`already runs in ${dir} as process ${server.child.pid}`)
    ])
  })

  it("ends well by Ctrl-C where that is the end, and with 130 where it is not", async () => {
    const following = startProcess(["events", "quick", "-f", "--json"], env)
    await following.until((out) => out.includes("\n"))
    following.interrupt()
    expect(await following.ended).toMatchObject({ code: 0, err: "" })
    const elsewhere = newDirectory()
    const delivering = startProcess(["deliver", "quick/deal/d1", "DealWinAsked", "{}"], {
      CENTURION_DIR: elsewhere
    })
    await delivering.until((_, err) => err.includes("starts an engine of its own"))
    delivering.interrupt()
    expect((await delivering.ended).code).toBe(130)
    rmSync(elsewhere, { recursive: true, force: true })
  })

  it("ends without a complaint when its reader has heard enough", async () => {
    const following = startProcess(["events", "quick", "-f", "--json"], env)
    await following.until((out) => out.includes("\n"))
    following.child.stdout?.destroy()
    const won = '{"by":"person:ana","reason":"signed","at":1767607200000}'
    expect((await runCli(["deliver", "quick/deal/d1", "DealWinAsked", won], env)).code).toBe(0)
    expect(await following.ended).toMatchObject({ code: 0, err: "" })
  })

  it("stops well by SIGTERM", async () => {
    server.child.kill("SIGTERM")
    expect((await server.ended).code).toBe(0)
  })
})
