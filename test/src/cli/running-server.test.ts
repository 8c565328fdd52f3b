import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newDirectory, type OpenServer } from "../http/open-server.ts"
import { machineNames } from "./world/machine-names.ts"
import { jsonLines, runCli, startCli } from "./world/run-cli.ts"
import { type ServerEnv, serveHere } from "./world/serve-here.ts"

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

const passwordShape = /^[a-z2-7]{5}(-[a-z2-7]{5}){3}\n$/

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

  const events = async () => jsonLines((await runCli(["events", "quick", "--json", "--limit", "0"], env)).out)
  const conversations = async () => [
    ...new Set((await events()).filter(({ machine }) => machine === "conversation").map(({ id }) => id))
  ]
  const firstChunk = async () => {
    const { id, version, data } = (await events()).find(({ type }) => type === "ChunkSent")!
    const address = `quick/conversation/${id}`
    return { address, place: `${address}@${version}`, ...(data as { readonly messageId: string }) }
  }
  const whyNot = async (...args: ReadonlyArray<string>) => {
    const { code, err } = await runCli(["why", ...args], env)
    return [code, err]
  }

  it("talk with the company by its server, and go on with the same conversation", async () => {
    const first = await talk(env, ["Oi!"])
    expect([first.code, first.err, first.replies[0]?.from]).toEqual([0, "", "agent"])
    const second = await talk(env, ["Quero automatizar vendas"])
    expect(second.code).toBe(0)
    expect(await conversations()).toHaveLength(1)
    await talk(env, ["Olá de novo"], "--new")
    expect(await conversations()).toHaveLength(2)
  })

  it("show a person on a terminal who says what, and what was said before", async () => {
    const chat = startCli(["chat", "--company", "quick"], env, 80)
    await chat.until((out) => out.includes("you: Olá de novo"))
    chat.stdin.write("/quit\n")
    const { code, out } = await chat.ended
    expect([code, out.includes("of Quick; /quit ends")]).toEqual([0, true])
  })

  it("read, replay and verify through the process that holds the database", async () => {
    const verified = await runCli(["verify", "--json"], env)
    expect([verified.code, jsonLines(verified.out)]).toMatchObject([
      0,
      [{ ok: true, events: (await events()).length }]
    ])
    const replayed = await runCli(["replay", (await firstChunk()).address, "--json"], env)
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
    const all = await events()
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

  it("make users by asking it, and log no password", async () => {
    const made = await runCli(["users", "create-admin", "ana@quick.test"], env)
    expect([made.err, made.code, made.out]).toEqual([
      expect.stringContaining("is a user of"),
      0,
      expect.stringMatching(passwordShape)
    ])
    expect((await runCli(["users", "set-password", "ana@quick.test"], env)).out).toMatch(passwordShape)
    const refused = await runCli(["users", "set-password", "nobody@quick.test", "--json"], env)
    expect([refused.code, JSON.parse(refused.err)]).toEqual([
      1,
      { error: { reason: "NotFound", message: "no user has the e-mail nobody@quick.test" } }
    ])
    const users = jsonLines((await runCli(["users", "list", "--json"], env)).out)
    expect(users.map(({ email }) => email)).toContain("ana@quick.test")
    expect(server.logs.join("\n")).not.toContain(made.out.trim())
  })

  it("make the tokens that are out worth nothing, and sessions go on", async () => {
    const password = (await runCli(["users", "set-password", "ana@quick.test"], env)).out.trim()
    const post = async (path: string, body: unknown) => {
      const headers = { "content-type": "application/json" }
      const answer = await fetch(`${server.url}/api/v1/${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body)
      })
      return await answer.json()
    }
    const statusWith = async (token: string) =>
      (await fetch(`${server.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status
    const { tokens } = await post("auth/login", { email: "ana@quick.test", password })
    expect(await statusWith(tokens.accessToken)).toBe(200)
    const rotated = await runCli(["users", "rotate-tokens", "--at-once"], env)
    expect([rotated.code, rotated.out]).toEqual([0, expect.stringContaining("are worth nothing")])
    expect(await statusWith(tokens.accessToken)).toBe(401)
    const anew = await post("auth/refresh", { refreshToken: tokens.refreshToken })
    expect(await statusWith(anew.accessToken)).toBe(200)
  })

  it("tell why a line was said, as a tree, and what is wrong with the question", async () => {
    const { address, place, messageId } = await firstChunk()
    const { code, out, err } = await runCli(["why", address, messageId], env)
    expect([code, err]).toEqual([0, ""])
    const bare = out.split("\n").map((line) => line.replaceAll(/[├└─│] ?/g, "").trim())
    expect(bare[0]).toBe(`why ${place}`)
    for (const start of [
      `turn 1 of ${address}, closed `,
      'lead  "Oi!", message ',
      "model  scripted-1, prompt ",
      "causes, each caused by what stands below it",
      `${place}  ChunkSent  {`,
      "decided  done writeReply in writing: mustBeApproved no, nothingToSay no, no guard → pausing"
    ])
      expect(
        bare.filter((line) => line.startsWith(start)),
        start
      ).not.toEqual([])
    expect(bare.filter((line) => line.endsWith("← this one"))).toHaveLength(1)
    expect([
      await whyNot("quick"),
      await whyNot("quick/talk/1@1"),
      await whyNot(`${address}@999`),
      await whyNot("x", "--company", "nope")
    ]).toEqual([
      [2, expect.stringMatching(/^"quick" may be a message's id: name its company with --company/)],
      [1, `no machine is called "talk"; there are ${machineNames}\n`],
      [1, expect.stringMatching(/^there is no quick\/conversation\//)],
      [1, 'no company is called "nope"; there is quick\n']
    ])
  })

  it("tell it by themselves as they told it through the server", async () => {
    const { address, place } = await firstChunk()
    const asked = ["why", `${address}#1.1`, "--effects", "--json"]
    const explained = async () => {
      const { code, out, err } = await runCli(asked, env)
      expect([code, err]).toEqual([0, ""])
      return jsonLines(out)[0]!
    }
    const running = await explained()
    expect(running).toMatchObject({
      place,
      event: { type: "ChunkSent", causes: [{ type: "JobSucceeded", step: { agrees: true } }] },
      effects: { type: "ChunkSent" }
    })
    await server.close()
    // The server may have heard a receipt, or the lead's silence, before it ended.
    expect({ ...(await explained()), turns: null, effects: null }).toEqual({
      ...running,
      turns: null,
      effects: null
    })
  })

  it("talk with an engine of their own when no server runs, and what was said is stored", async () => {
    const alone = await talk(env, ["Boa tarde"], "--new")
    expect([alone.code, alone.replies[0]?.from]).toEqual([0, "agent"])
    const { code, out } = await runCli(["verify", "--json"], env)
    expect([code, jsonLines(out)]).toMatchObject([0, [{ ok: true }]])
  })
})
