import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newDirectory, type OpenServer } from "../http/open-server.ts"
import { jsonLines, runCli, startCli } from "./run-cli.ts"
import { type ServerEnv, serveHere } from "./serve-here.ts"

/** Talks with the quick company; ends with /quit once so many replies are there. */
const talk = async (
  env: Readonly<Record<string, string>>,
  lines: ReadonlyArray<string>,
  ...args: ReadonlyArray<string>
) => {
  const chat = startCli(["chat", "--company", "quick", "--json", ...args], env)
  const replies = (out: string) =>
    jsonLines(out.slice(0, out.lastIndexOf("\n") + 1)).filter(({ type }) => type === "message")
  for (const line of lines) {
    const before = replies(chat.out()).length
    chat.stdin.write(`${line}\n`)
    await chat.until((out) => replies(out).length > before)
  }
  chat.stdin.write("/quit\n")
  const { code, out } = await chat.ended
  return { code, replies: replies(out), err: chat.err() }
}

describe("the commands beside a running server", () => {
  let dir: string
  let env: ServerEnv
  let server: OpenServer
  beforeAll(async () => {
    dir = newDirectory()
    env = { CENTURION_DIR: dir }
    server = await serveHere(env)
  })
  afterAll(async () => {
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  })

  it("talk with the company by its server, and go on with the same conversation", async () => {
    const first = await talk(env, ["Oi!"])
    expect([first.code, first.err, first.replies[0]?.from]).toEqual([0, "", "agent"])
    const second = await talk(env, ["Quero automatizar vendas"])
    expect(second.code).toBe(0)
    const streams = jsonLines((await runCli(["events", "quick", "--json"], env)).out).map(
      ({ stream }) => stream
    )
    expect(new Set(streams.filter((stream) => String(stream).startsWith("conversation/"))).size).toBe(1)
    await talk(env, ["Olá de novo"], "--new")
    const after = jsonLines((await runCli(["events", "quick", "--json"], env)).out).map(
      ({ stream }) => stream
    )
    expect(new Set(after.filter((stream) => String(stream).startsWith("conversation/"))).size).toBe(2)
  })

  it("read, replay and verify through the process that holds the database", async () => {
    const events = jsonLines((await runCli(["events", "quick", "--json", "--limit", "0"], env)).out)
    const verified = await runCli(["verify", "--json"], env)
    expect([verified.code, jsonLines(verified.out)]).toMatchObject([0, [{ ok: true, events: events.length }]])
    const stream = events.find(({ stream }) => String(stream).startsWith("conversation/"))?.stream
    const replayed = await runCli(["replay", `quick/${stream}`, "--json"], env)
    expect([replayed.code, jsonLines(replayed.out)]).toMatchObject([
      0,
      [{ follows: true, differing: 0, notes: [] }]
    ])
  })

  it("compare with other versions and settings through it, sealed words included", async () => {
    const same = await runCli(["backtest", "conversation", "--json"], env)
    expect([same.code, same.err, jsonLines(same.out)[0]]).toMatchObject([
      0,
      "",
      { streams: { all: 2, same: 2, skipped: 0 }, notes: [expect.stringContaining("can't differ")] }
    ])
    const asked = await runCli(["backtest", "conversation", "--set", "agent=someone", "--json"], env)
    expect(jsonLines(asked.out)[0]).toMatchObject({
      streams: { all: 2, diverged: 2 },
      kinds: { job: 2 },
      missing: [{ job: "writeReply", times: 2 }]
    })
    const shadow = await runCli(
      ["shadow", "conversation", "--since", "2020-01-01", "--for", "1s", "--json"],
      env
    )
    expect([shadow.code, jsonLines(shadow.out)[0]]).toMatchObject([0, { streams: { all: 2, same: 2 } }])
  })

  it("follow what is said, each event once", async () => {
    const following = startCli(["events", "quick", "-f", "--json"], env)
    await following.until((out) => out.endsWith("\n"))
    await talk(env, ["Qual o preço?"])
    const all = jsonLines((await runCli(["events", "quick", "--json", "--limit", "0"], env)).out)
    await following.until((out) => out.endsWith("\n") && jsonLines(out).length >= all.length)
    following.interrupt()
    const { code, out } = await following.ended
    const places = (list: ReadonlyArray<Record<string, unknown>>) =>
      list.map(({ partition, position }) => `${partition}/${position}`).sort()
    expect([code, places(jsonLines(out)).slice(0, all.length)]).toEqual([
      0,
      expect.arrayContaining(places(all))
    ])
    expect(new Set(places(jsonLines(out))).size).toBe(jsonLines(out).length)
  })

  it("refuse a company that is not there, and a server that does not answer", async () => {
    const unknown = await runCli(["chat", "--company", "nobody", "--json"], env)
    expect([unknown.code, jsonLines(unknown.err)]).toEqual([
      1,
      [{ error: { reason: "ChatRefused", message: "nobody: no such company" } }]
    ])
    const down = await runCli(["chat", "--url", "http://127.0.0.1:1"], env)
    expect([down.code, down.err]).toEqual([1, "no centurion answers at http://127.0.0.1:1\n"])
  })

  it("talk with an engine of their own when no server runs, and what was said is stored", async () => {
    await server.close()
    const alone = await talk(env, ["Boa tarde"], "--new")
    expect([alone.code, alone.replies[0]?.from]).toEqual([0, "agent"])
    const { code, out } = await runCli(["verify", "--json"], env)
    expect([code, jsonLines(out)]).toMatchObject([0, [{ ok: true }]])
  })
})
