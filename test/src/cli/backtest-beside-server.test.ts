import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newDirectory } from "../http/open-server.ts"
import { jsonLines, runCli, startCli, startProcess } from "./run-cli.ts"

describe("a backtest beside the server that holds the database", () => {
  let dir: string
  let env: Readonly<Record<string, string>>
  let server: ReturnType<typeof startProcess>
  beforeAll(async () => {
    dir = newDirectory()
    env = { CENTURION_DIR: dir, PORT: "0" }
    server = startProcess(["start"], env)
    await server.until((out) => out.includes("listening on"))
    const chat = startCli(["chat", "--company", "quick", "--json"], env)
    chat.stdin.write("Oi!\n")
    await chat.until((out) => out.includes('"from":"agent"'))
    chat.stdin.write("/quit\n")
    await chat.ended
  })
  afterAll(async () => {
    server.child.kill("SIGKILL")
    await server.ended
    rmSync(dir, { recursive: true, force: true })
  })

  it("reads by asking it, sealed words included, and finds a planted difference", async () => {
    const same = await runCli(["backtest", "conversation", "--json"], env)
    expect([same.code, same.err, jsonLines(same.out)[0]]).toMatchObject([
      0,
      "",
      { streams: { all: 1, same: 1, skipped: 0 }, notes: [expect.stringContaining("can't differ")] }
    ])
    const asked = await runCli(["backtest", "conversation", "--set", "agent=someone", "--json"], env)
    expect(jsonLines(asked.out)[0]).toMatchObject({
      streams: { all: 1, diverged: 1 },
      kinds: { job: 1 },
      missing: [{ job: "writeReply", times: 1 }]
    })
  })

  it("shadows what it commits", async () => {
    const shadow = await runCli(
      ["shadow", "conversation", "--since", "2020-01-01", "--for", "1s", "--json"],
      env
    )
    expect([shadow.code, jsonLines(shadow.out)[0]]).toMatchObject([0, { streams: { all: 1, same: 1 } }])
  })
})
