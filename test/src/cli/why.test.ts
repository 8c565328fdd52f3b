import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { newDirectory, type OpenServer } from "../http/open-server.ts"
import { machineNames } from "./machine-names.ts"
import { jsonLines, runCli, startCli } from "./run-cli.ts"
import { type ServerEnv, serveHere } from "./serve-here.ts"

type Line = Readonly<Record<string, unknown>>

/** One message and its reply, told to a server that still runs. */
const talk = async (env: Readonly<Record<string, string>>, text: string) => {
  const chat = startCli(["chat", "--company", "quick", "--json"], env)
  chat.stdin.write(`${text}\n`)
  await chat.until((out) => out.includes('"from":"agent"'))
  chat.stdin.write("/quit\n")
  await chat.ended
}

describe("centurion why", () => {
  let dir: string
  let env: ServerEnv
  let server: OpenServer
  let sent: Line
  let heard: Line
  const json = async (...args: ReadonlyArray<string>) => {
    const { code, out, err } = await runCli(["why", ...args, "--json"], env)
    expect([code, err]).toEqual([0, ""])
    return jsonLines(out)[0]!
  }
  beforeAll(async () => {
    dir = newDirectory()
    env = { CENTURION_DIR: dir }
    server = await serveHere(env)
    await talk(env, "Oi, quanto custa?")
    const events = jsonLines((await runCli(["events", "quick", "--json", "--limit", "0"], env)).out)
    sent = events.find(({ type }) => type === "ChunkSent")!
    heard = events.find(({ type }) => type === "MessageReceived")!
  })
  afterAll(async () => {
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const address = () => `quick/${sent.stream}`
  const messageId = () => String((sent.data as Line).messageId)

  it("tells through the process that holds the database what it tells by itself", async () => {
    const asked = [`${address()}#1.1`, "--effects"] as const
    const running = await json(...asked)
    expect(running).toMatchObject({
      place: `${address()}@${sent.version}`,
      chunk: 1,
      turns: [{ turn: 1, messages: [{ version: heard.version, text: "Oi, quanto custa?" }] }],
      event: { type: "ChunkSent", causes: [{ type: "JobSucceeded", step: { agrees: true } }] },
      effects: { type: "ChunkSent" }
    })
    const { chunk: _, ...same } = running
    expect({ ...(await json(messageId(), "--company", "quick", "--effects")), chunk: undefined }).toEqual({
      ...same,
      chunk: undefined
    })
    await server.close()
    const again = await json(...asked)
    // The server may have heard a receipt, or the lead's silence, before it ended.
    expect({ ...again, turns: null, effects: null }).toEqual({ ...running, turns: null, effects: null })
  })

  it("prints the turn and the causes as a tree", async () => {
    const { code, out, err } = await runCli(["why", address(), messageId()], env)
    expect([code, err]).toEqual([0, ""])
    const lines = out.split("\n")
    expect(lines[0]).toBe(`why ${address()}@${sent.version}`)
    const bare = lines.map((line) => line.replaceAll(/[├└─│] ?/g, "").trim())
    for (const start of [
      `turn 1 of ${address()}, closed `,
      'lead  "Oi, quanto custa?", message ',
      "model  scripted-1, prompt ",
      "approval  none was asked for",
      "end  the reply is out, ",
      "causes, each caused by what stands below it",
      `${address()}@${sent.version}  ChunkSent  {`,
      "decided  done writeReply in writing: mustBeApproved no, nothingToSay no, no guard → pausing",
      "decided  MessageReceived in listening: speaks yes → collecting",
      "from outside: "
    ]) {
      expect(
        bare.filter((line) => line.startsWith(start)),
        start
      ).not.toEqual([])
    }
    expect(bare.filter((line) => line.endsWith("← this one"))).toHaveLength(1)
  })

  it.each([
    [() => ["quick"], 2, '"quick" may be a message\'s id: name its company with --company'],
    [() => ["quick/talk/1@1"], 1, `no machine is called "talk"; there are ${machineNames}`],
    [() => [`${address()}@999`], 1, `there is no quick/conversation/`],
    [() => ["x", "--company", "nope"], 1, 'no company is called "nope"; there is quick']
  ])("says what is wrong: %#", async (args, code, message) => {
    const ran = await runCli(["why", ...args()], env)
    expect([ran.code, ran.out, ran.err.slice(0, message.length)]).toEqual([code, "", message])
  })
})
