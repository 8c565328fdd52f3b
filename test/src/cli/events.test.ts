import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { StoredHistory } from "../../actors/stored-history.ts"
import { aConversation } from "./world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { machineNames } from "./world/machine-names.ts"
import { jsonLines, runCli, startCli } from "./world/run-cli.ts"

describe.each(cliDatabases)("centurion events on $name", (kind) => {
  let database: CliDatabase
  let history: StoredHistory
  beforeAll(async () => {
    database = await kind.make()
    history = aConversation()
    await database.append("acme", history.batches)
  })
  afterAll(() => database?.drop())

  const run = (...args: ReadonlyArray<string>) => runCli(["events", ...args], database.env)
  const versions = (out: string) => jsonLines(out).map(({ version }) => version)
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
  const asPrinted = (event: StoredEvent) => {
    const { company, stream, recordedAt, occurredAt, principal, payloadHash, link, ...rest } = event
    const [machine, id] = stream.split("/")
    return {
      ...{ company, machine, id, ...rest, by: principal, withheld: false, withheldWhy: null },
      at: new Date(recordedAt).toISOString(),
      occurredAt: new Date(occurredAt).toISOString(),
      payloadHash: hex(payloadHash),
      link: hex(link)
    }
  }

  it("writes a stream whole, as one JSON object a line", async () => {
    const { code, out, err } = await run("acme/conversation/1", "--json")
    expect({ code, err, lines: jsonLines(out) }).toEqual({
      code: 0,
      err: "",
      lines: history.events.map(asPrinted)
    })
  })

  it("writes a partition and a company in the order of the partition", async () => {
    const all = history.events.map(({ version }) => version)
    expect(versions((await run("acme/1", "--json")).out)).toEqual(all)
    expect(versions((await run("acme", "--json")).out)).toEqual(all)
  })

  it("begins after a version, and ends at the limit with a word about the rest", async () => {
    const { code, out, err } = await run("acme/conversation/1", "--after", "3", "--limit", "2", "--json")
    expect([code, versions(out), err]).toEqual([0, [4, 5], "2 events shown; --limit 0 shows all\n"])
  })

  it("writes a line a person can read, in which the lead's text can't write over anything", async () => {
    const { out } = await run("acme/conversation/1", "--after", "2", "--limit", "1")
    const { messageId, at } = history.events[2]!.data
    expect(out).toBe(
      `2026-01-05T12:00:00.000Z     3  input    MessageReceived         {"at":${at},"messageId":"${messageId}","text":"oi\\u001b[2J\\u009b1A e \\u202etchau"}  test\n`
    )
  })

  it.each([
    [["nope"], 1, "UnknownCompany", 'no company is called "nope"; there is acme'],
    [["nope/conversation/1"], 1, "UnknownCompany", 'no company is called "nope"; there is acme'],
    [["acme/2"], 1, "UnknownPartition", "acme has partitions 1 to 1, not 2"],
    [["acme/conversation/none"], 1, "UnknownStream", "acme/conversation/none has no event"],
    [["acme/talk/1"], 1, "UnknownMachine", `no machine is called "talk"; there are ${machineNames}`],
    [
      ["acme", "--after", "3"],
      2,
      "WrongUse",
      "--after needs a stream or a partition: a company has several orders"
    ],
    [["acme/1", "--limit", "-1"], 2, "WrongUse", "--after and --limit are 0 or more"]
  ])("says what is wrong with %j", async (args, code, reason, message) => {
    const ran = await run(...args, "--json")
    expect([ran.code, ran.out, jsonLines(ran.err)]).toEqual([code, "", [{ error: { reason, message } }]])
  })
})

describe.each(cliDatabases.filter(({ name }) => name === "Postgres"))("following on $name", (kind) => {
  let database: CliDatabase
  beforeAll(async () => {
    database = await kind.make()
  })
  afterAll(() => database?.drop())

  it("tells each event once and in order as it is stored, and Ctrl-C is a good end", async () => {
    const { batches, events } = aConversation()
    await database.append("acme", batches.slice(0, 2))
    const following = ["acme/conversation/1", "acme/1", "acme"].map((place) =>
      startCli(["events", place, "-f", "--json"], database.env)
    )
    for (const each of following) await each.until((out) => jsonLines(out).length > 0)
    for (const batch of batches.slice(2)) await database.append("acme", [batch])
    for (const each of following) {
      await each.until((out) => out.endsWith("\n") && jsonLines(out).length >= events.length)
      each.interrupt()
    }
    for (const each of following) {
      const { code, out } = await each.ended
      expect([code, jsonLines(out).map(({ version }) => version)]).toEqual([0, events.map((e) => e.version)])
    }
  })
})
