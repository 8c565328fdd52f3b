import { execFile } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases, type TestDatabase } from "../../databases.ts"
import { newDirectory, type OpenServer } from "../http/open-server.ts"
import { jsonLines, runCli } from "./world/run-cli.ts"
import { serveHere } from "./world/serve-here.ts"

const checker = join(import.meta.dirname, "../../../docs/check-proof.mjs")
const deal = "quick/deal/d1"
const won = '{"by":"person:ana","reason":"signed","at":1767607200000}'

/** A place where a server runs: an embedded directory, or a Postgres with a directory for keys and anchors. */
const openPlace = async (postgres: (typeof databases)[number] | undefined, company?: object) => {
  const dir = newDirectory(company)
  const database: TestDatabase | undefined = await postgres?.make({ migrated: false })
  const env = { CENTURION_DIR: dir, CENTURION_SEAL_EVERY_MS: "100", ...database?.env }
  let server: OpenServer | undefined
  const start = async () => {
    server = await serveHere(env)
  }
  const stop = async () => {
    await server?.close()
    server = undefined
  }
  return {
    dir,
    env,
    start,
    stop,
    /** By the running server; on Postgres, whose partitions that one owns, by an engine in between. */
    deliver: async (address: string) => {
      if (database !== undefined) await stop()
      const { code, out } = await runCli(["deliver", address, "DealWinAsked", won], env)
      if (database !== undefined) await start()
      return [code, out]
    },
    close: async () => {
      await stop()
      await database?.drop()
      rmSync(dir, { recursive: true, force: true })
    }
  }
}

const kinds = databases.map((kind) => {
  const postgres = kind.name === "Postgres" ? kind : undefined
  return { name: kind.name, make: (company?: object) => openPlace(postgres, company) }
})

describe.each(kinds)("seals on $name", (kind) => {
  let place: Awaited<ReturnType<typeof openPlace>>
  let other: Awaited<ReturnType<typeof openPlace>>
  let file: string
  const run = (...args: ReadonlyArray<string>) => runCli(args, place.env)
  const json = async (...args: ReadonlyArray<string>) => jsonLines((await run(...args, "--json")).out)[0]!
  const publicKey = async () => String((await json("seals")).publicKey)

  const seals = async () =>
    (await json("seals")).seals as ReadonlyArray<{ readonly anchored: ReadonlyArray<string> }>
  const everythingIsAnchored = async () =>
    (await json("verify")).unsealed === 0 && (await seals()).every(({ anchored }) => anchored.length > 0)

  beforeAll(async () => {
    place = await kind.make()
    // A history is imported where there is none of the company, its settings included.
    other = await kind.make({ id: "elsewhere", name: "Elsewhere" })
    file = join(place.dir, "quick.ndjson.gz")
    await place.start()
    await place.deliver(deal)
    // The server seals and anchors by itself, one after the other; each look is a command, which takes its time.
    while (!(await everythingIsAnchored())) expect((await json("verify")).ok).toBe(true)
  })
  afterAll(async () => {
    await place?.close()
    await other?.close()
  })

  const everythingHolds = async (proof: string) => {
    const verified = await json("verify")
    expect(verified).toMatchObject({ ok: true, unsealed: 0, damages: [] })
    for (const { anchored } of await seals()) expect(anchored).toEqual([expect.stringMatching(/^directory /)])
    expect((await run("prove", "--event", `${deal}@2`, "--out", proof)).out).toContain(
      `proves ${deal}@2 by seal `
    )
    const { stdout } = await promisify(execFile)(process.execPath, [checker, proof, await publicKey()])
    expect(stdout).toContain("proved: quick/deal/d1@2 is ")
  }

  it("are made, anchored, shown and proved by while a server runs, and a history is exported", async () => {
    await everythingHolds(join(place.dir, "up.json"))
    expect(await json("export", "quick", "--out", file)).toMatchObject({
      company: "quick",
      seal: expect.any(Number)
    })
    expect(await run("export", "quick", "--out", file)).toEqual({
      code: 1,
      out: "",
      err: `${file} is there already\n`
    })
    expect(readdirSync(place.dir).filter((name) => name.endsWith(".part"))).toEqual([])
  })

  it("are the same when no server runs", async () => {
    await place.stop()
    await everythingHolds(join(place.dir, "down.json"))
    // An export holds the last of its company's seals alone.
    expect(await json("verify", "--export", file)).toMatchObject({ ok: true, seals: 1, anchored: 1 })
  })

  it("are asked for by wrong keys, events and files in vain, and each is told", async () => {
    const told = async (...args: ReadonlyArray<string>) => {
      const { code, err } = await run(...args)
      return [code, err.split("\n")[0]]
    }
    expect([
      await told("prove", "--event", "quick/deal/d1"),
      await told("prove", "--event", `${deal}@99`),
      await told("verify", "--anchors", "/not/there"),
      await told("verify", "--key", "nonsense"),
      await told("verify", "--export", "/not/there"),
      await told("export", "nobody", "--out", join(place.dir, "nobody"))
    ]).toEqual([
      [2, '"quick/deal/d1" is no event: write company/machine/id@version, such as demo/deal/7f3@12'],
      [1, "quick/deal/d1 has no version 99"],
      [1, "there is no directory /not/there, where seals should be anchored"],
      [
        2,
        "--key nonsense is no public key: it looks like name+1a2b3c4d+base64, as `centurion seals` prints it"
      ],
      [1, "/not/there can't be read: ENOENT: no such file or directory, open '/not/there'"],
      [1, 'no company is called "nobody"; there is quick']
    ])
  })

  it("let a history go over to another server while that one runs, which serves it from then on", async () => {
    await other.start()
    const key = await publicKey()
    const there = (...args: ReadonlyArray<string>) => runCli(args, other.env)
    const unknown = await there("import", file)
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringMatching(/a key that is not trusted here/)])
    const imported = await there("import", file, "--key", key)
    expect([imported.code, imported.out]).toEqual([
      0,
      expect.stringMatching(/^imported \d+ events of quick\n$/)
    ])
    expect((await there("import", file, "--key", key)).out).toMatch(
      /^\d+ events of quick were there already; nothing to do\n$/
    )
    await other.stop()
    await other.start()
    expect(await other.deliver("quick/deal/d2")).toEqual([0, "quick/deal/d2 DealWinAsked is version 2\n"])
    expect((await there("verify")).out).toMatch(/^ok: \d+ events in /)
  })

  it("tell of an anchor that was changed, and of one that is gone", async () => {
    const [database] = readdirSync(join(place.dir, "anchors"))
    const anchored = join(place.dir, "anchors", database!, "000000/000000000001.json")
    const text = readFileSync(anchored, "utf8")
    rmSync(anchored)
    const gone = await run("verify")
    writeFileSync(anchored, text.replace('"sealedAt":1', '"sealedAt":2'))
    const changed = await run("verify")
    expect([gone.code, gone.out.split("\n")[0], changed.code, changed.out.split("\n")[0]]).toEqual([
      1,
      expect.stringMatching(/^anchor damage: the anchored seal 1 in directory .* is not there any more$/),
      1,
      expect.stringMatching(
        /^anchor damage: the anchored seal 1 in directory .* is not the one that was written$/
      )
    ])
  })
})
