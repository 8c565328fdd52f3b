import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { StoredHistory } from "../../actors/stored-history.ts"
import { aConversation } from "./world/a-conversation.ts"
import { type CliDatabase, cliDatabases } from "./world/cli-database.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"

describe.each(cliDatabases)("centurion verify on $name", (kind) => {
  let database: CliDatabase
  let history: StoredHistory
  /** Others' seals are anchored in the directory at hand. */
  const dir = mkdtempSync(join(tmpdir(), "centurion-verify-"))
  beforeAll(async () => {
    database = await kind.make()
    history = aConversation()
    await database.append("acme", history.batches)
  })
  afterAll(async () => {
    await database?.drop()
    rmSync(dir, { recursive: true, force: true })
  })

  const run = (...args: ReadonlyArray<string>) =>
    runCli(["verify", ...args], { CENTURION_DIR: dir, ...database.env })

  it.each([[[]], [["acme"]], [["acme", "--partition", "1"]]])(
    "finds an untouched history whole: %j",
    async (args) => {
      const events = history.events.length
      const { code, out, err } = await run(...args)
      expect([code, out, err]).toEqual([
        0,
        expect.stringMatching(`^ok: ${events} events in 1 partition, \\d`),
        ""
      ])
      const asJson = jsonLines((await run(...args, "--json")).out)
      expect(asJson).toEqual([
        {
          ok: true,
          partitions: 1,
          events,
          seals: 0,
          anchored: 0,
          unsealed: events,
          unanchored: 0,
          otherAnchors: [],
          damages: [],
          seconds: expect.any(Number)
        }
      ])
    }
  )

  it.each([
    [["nope"], 1, 'no company is called "nope"; there is acme'],
    [["acme", "--partition", "4"], 1, "acme has partitions 1 to 1, not 4"],
    [["--partition", "1"], 2, "--partition needs a company: centurion verify <company> --partition <n>"]
  ])("says what is wrong with %j", async (args, code, message) => {
    expect(await run(...args)).toEqual({ code, out: "", err: `${message}\n` })
  })

  it("fails and names company, partition, position and kind of the first damage", async () => {
    await database.admin(
      "alter table es.event disable trigger all",
      "update es.event set principal = 'person:eve' where position = 3"
    )
    const { code, out } = await run()
    expect([code, out.split("\n")]).toEqual([
      1,
      [
        "link damage in acme, partition 1, position 3 (conversation/1, version 3): the event, or its place, is not what its link says",
        expect.stringMatching(/^damaged: 1 place; 0 events in 1 partition, 0 seals/),
        ""
      ]
    ])
    const asJson = await run("--json")
    expect([asJson.code, jsonLines(asJson.out)]).toMatchObject([
      1,
      [{ ok: false, damages: [{ company: "acme", partition: 1, position: 3, kind: "link" }] }]
    ])
  })
})
