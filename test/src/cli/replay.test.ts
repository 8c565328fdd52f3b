import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { StoredHistory } from "../../actors/stored-history.ts"
import { aConversation } from "./world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { machineNames } from "./world/machine-names.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"

const address = "acme/conversation/1"

describe.each(cliDatabases)("centurion replay on $name", (kind) => {
  let database: CliDatabase
  let history: StoredHistory
  beforeAll(async () => {
    database = await kind.make()
    history = aConversation()
    await database.append("acme", history.batches)
  })
  afterAll(() => database?.drop())

  const run = (...args: ReadonlyArray<string>) => runCli(["replay", ...args], database.env)
  const json = async (...args: ReadonlyArray<string>) => jsonLines((await run(...args, "--json")).out)[0]!
  const emitted = () => history.events.filter(({ kind }) => kind === "emitted")
  const last = () => history.events.at(-1)!

  it("shows the timeline, the state and that emitted events follow from inputs", async () => {
    const { code, out, err } = await run(address)
    expect([code, err]).toEqual([0, ""])
    const lines = out.trimEnd().split("\n")
    for (const { type, version } of history.events) {
      expect(
        lines.filter((line) => line.includes(` ${version}  `) && line.includes(` ${type} `))
      ).toHaveLength(1)
    }
    expect(lines).toContain(`${" ".repeat(32)}= "collecting"`)
    expect(lines).toContain('state    "waitingForLead" (active)')
    expect(lines.at(-1)).toBe(
      `emitted events follow from inputs: yes (${emitted().length} of ${emitted().length}, up to version ${last().version})`
    )
  })

  it("gives state and check as one JSON object", async () => {
    expect(await json(address)).toEqual({
      address,
      follows: true,
      version: last().version,
      at: new Date(last().recordedAt).toISOString(),
      // The history was made without the sources of the list.
      machineVersion: expect.stringMatching(/^2\.0\.0\+[0-9a-f]{8}$/),
      state: {
        status: "active",
        value: history.actor.state!.snapshot.value,
        context: JSON.parse(JSON.stringify(history.actor.state!.snapshot.context)),
        timers: history.actor.state!.timers.map(({ timer, dueAt }) => ({ timer, dueAt })),
        jobs: [],
        error: null
      },
      inputs: history.events.length - emitted().length,
      emitted: emitted().length,
      agreed: emitted().length,
      differences: [],
      differing: 0,
      withheld: 0,
      notes: [],
      stopped: null
    })
  })

  it("goes to a version or a time and no further", async () => {
    const at = new Date(history.events[2]!.recordedAt).toISOString()
    expect(await json(address, "--to", "3")).toMatchObject({ version: 3, state: { value: "collecting" } })
    expect(await json(address, "--to", at)).toMatchObject({ version: 3, state: { value: "collecting" } })
    const beyond = await run(address, "--to", "999")
    expect([beyond.code, beyond.err]).toEqual([0, `the stream ends at version ${last().version}\n`])
  })

  it.each([
    [
      ["acme/conversation"],
      2,
      '"acme/conversation" is no address: it needs three parts, company/machine/id, as in acme/conversation/7f3'
    ],
    [
      [address, "--to", "yesterday"],
      2,
      '--to is a version, as 17, or an ISO time, as 2026-06-01T13:00:05Z; "yesterday" is neither'
    ],
    [["acme/conversation/none"], 1, "acme/conversation/none has no event"],
    [["nope/conversation/1"], 1, 'no company is called "nope"; there is acme'],
    [["acme/talk/1"], 1, `no machine is called "talk"; there are ${machineNames}`],
    [[address, "--to", "2020-01-01"], 1, `${address} has no event up to then`]
  ])("says what is wrong with %j", async (args, code, message) => {
    expect(await run(...args)).toEqual({ code, out: "", err: `${message}\n` })
  })

  it("fails and names the first difference when an emitted event was changed", async () => {
    const sent = history.events.find(({ type }) => type === "ChunkSent")!
    await database.admin(
      "alter table es.event disable trigger all",
      `update es.event set data = replace(data::text, 'Tudo bem', 'Tudo mal')::json where version = ${sent.version}`
    )
    const { code, out } = await run(address)
    const changed = { ...sent.data, text: "Oi! Tudo mal?" }
    expect([code, out.slice(out.lastIndexOf("emitted events"))]).toEqual([
      1,
      `emitted events follow from inputs: no (1 difference)
  version ${sent.version}
    the machine says  ChunkSent ${JSON.stringify(sent.data)}
    stored is         ChunkSent ${JSON.stringify(changed)}
`
    ])
    expect(await json(address)).toMatchObject({
      follows: false,
      differences: [{ version: sent.version, expected: { data: sent.data }, found: { data: changed } }]
    })
  })
})
