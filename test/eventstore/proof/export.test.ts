import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { exportCompany } from "../../../eventstore/proof/export.ts"
import { importCompany } from "../../../eventstore/proof/import.ts"
import { newSealKeyPem, readSealKey, SealSigner } from "../../../eventstore/proof/seal-signer.ts"
import { type VerifyTrust, verify } from "../../../eventstore/proof/verify.ts"
import { verifyExport } from "../../../eventstore/proof/verify-export.ts"
import { databases } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import { readable } from "../owner.ts"
import { buildSealedHistory, newFolder, sealKey, sealName, sealVerifier, write } from "../sealed-history.ts"

describe.each(databases)("an export on $name", (kind) => {
  const files = newFolder()
  const file = join(files.folder, "acme.ndjson")
  const anchors = join(files.folder, "anchors")
  let from: OpenStore
  let to: OpenStore
  let whole: string
  beforeAll(async () => {
    from = await openStore(kind)
    to = await openStore(kind)
    const owners = await buildSealedHistory(from, anchors)
    // Not all of it is sealed, and one person is erased.
    await write(from, owners[0]!, 3)
    await from.database.admin("select es.forget_sealed('acme', 'key-2')")
    await exportTo(file)
    whole = readFileSync(file, "utf8")
  })
  afterAll(async () => {
    files.remove()
    await from?.close()
    await to?.close()
  })

  const exportTo = (path: string, key = sealKey) => {
    rmSync(path, { force: true })
    return from.run(
      exportCompany("acme", (lines) => Effect.sync(() => appendFileSync(path, lines))).pipe(
        Effect.provide(SealSigner.layerOf(sealName, key))
      )
    )
  }
  const check = (path = file, trust: VerifyTrust = { keys: [sealVerifier], anchors }) =>
    Effect.runPromise(verifyExport(path, trust))
  const importFrom = (path = file) => to.run(importCompany(path, { keys: [sealVerifier] }))
  const historyOf = async (store: OpenStore) => {
    const events = await store.run(
      Effect.flatMap(EventStore, (each) =>
        Effect.all([1, 2].map((partition) => each.readPartition("acme", partition, 0, 1000)))
      )
    )
    return events.flat().map(readable)
  }
  const bent = (text: string) => {
    const path = join(files.folder, "bent.ndjson")
    writeFileSync(path, text)
    return path
  }
  const stateOfTarget = () =>
    to.database.admin(
      "select (select count(*) from es.event)::int, (select count(*) from es.staged_event)::int, (select count(*) from es.company)::int"
    )

  it("is whole when nothing was changed, plain and compressed, with its seal and that seal's anchor", async () => {
    const expected = {
      ok: true,
      company: "acme",
      partitions: 2,
      events: 83,
      seals: 1,
      anchored: 1,
      unsealed: 3
    }
    const compressed = join(files.folder, "acme.ndjson.gz")
    writeFileSync(compressed, gzipSync(readFileSync(file)))
    expect(await check()).toMatchObject(expected)
    expect(await check(compressed)).toMatchObject(expected)
    expect(gunzipSync(readFileSync(compressed)).toString()).toBe(whole)
  })

  it("is found changed wherever a letter of it is another, and then changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.constantFrom("0", "x", " ", "\n"),
        async (at, letter) => {
          if (whole[at] === letter) return
          const path = bent(whole.slice(0, at) + letter + whole.slice(at + 1))
          expect([at, letter, (await check(path)).ok]).toEqual([at, letter, false])
        }
      ),
      { numRuns: 150 }
    )
    const { verified } = await importFrom(bent(whole.replace('\\"9\\"', '\\"8\\"')))
    expect([verified.damages, await stateOfTarget()]).toEqual([
      [
        {
          company: "acme",
          partition: 1,
          position: 9,
          stream: "conversation/1-4",
          version: 2,
          kind: "payload",
          message: "the data is not what its payload hash says"
        }
      ],
      [[0, 0, 0]]
    ])
  })

  it.each([
    [
      "without its last line",
      (text: string) => text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1),
      /it has no manifest at its end/
    ],
    ["cut within a line", (text: string) => text.slice(0, text.length / 2), /it ends within a line/],
    ["with no line at all", () => "", /it has no manifest at its end/],
    [
      "without one event",
      (text: string) => text.split("\n").toSpliced(5, 1).join("\n"),
      /position 5 is missing/
    ],
    ["with a line behind its end", (text: string) => `${text}{}\n`, /something stands after the manifest/],
    ["of another kind", () => '{"hello":"world"}\n', /it is no export of centurion/]
  ])("%s is not taken, and nothing is changed", async (_, change, message) => {
    const { verified } = await importFrom(bent(change(whole)))
    expect(verified.damages.map((each) => each.message).join("\n")).toMatch(message)
    expect(await stateOfTarget()).toEqual([[0, 0, 0]])
  })

  it("that broke off while it was compressed is told as cut short", async () => {
    const path = join(files.folder, "cut.ndjson.gz")
    writeFileSync(path, gzipSync(readFileSync(file)).subarray(0, 900))
    expect((await check(path)).damages).toMatchObject([
      { kind: "file", message: expect.stringMatching(/cut short or altered/) }
    ])
  })

  it("of a signer that is not trusted is not taken", async () => {
    const path = join(files.folder, "stranger.ndjson")
    await exportTo(path, readSealKey(newSealKeyPem())!)
    const { verified } = await importFrom(path)
    expect(verified.damages).toMatchObject([
      {
        kind: "signature",
        message: expect.stringMatching(/the manifest is signed by .*, a key that is not trusted here/)
      }
    ])
    expect((await check(file, { keys: [] })).damages.map((each) => each.kind)).toEqual([
      "signature",
      "signature"
    ])
    expect(await stateOfTarget()).toEqual([[0, 0, 0]])
  })

  it("that is not what was anchored is told", async () => {
    const path = join(anchors, "000000/000000000006.json")
    const text = readFileSync(path)
    rmSync(path)
    writeFileSync(path, readFileSync(join(anchors, "000000/000000000005.json")))
    const { damages } = await check()
    rmSync(path)
    writeFileSync(path, text)
    expect(damages).toMatchObject([{ kind: "anchor", seal: 6 }])
  })

  it("is not made of history that is damaged", async () => {
    await from.database.admin("alter table es.event disable trigger all")
    await from.database.admin("update es.event set type = 'Sold' where company = 'other' and position = 4")
    const why = await from
      .run(
        exportCompany("other", () => Effect.void).pipe(Effect.provide(SealSigner.layerOf(sealName, sealKey)))
      )
      .catch((error: { message: string }) => error.message)
    expect(why).toMatch(/^other is damaged in partition 1 at position 4: /)
  })

  it("becomes the history of a company that has none, just as it was, and is taken once", async () => {
    expect(await importFrom()).toMatchObject({ wasThere: false, verified: { ok: true, events: 83 } })
    expect(await historyOf(to)).toEqual(await historyOf(from))
    expect(await to.run(verify())).toMatchObject({ ok: true, events: 83, partitions: 2 })
    expect(await importFrom()).toMatchObject({ wasThere: true })
    // It goes on from there.
    const [owner] = await to.own("acme", 2)
    const batch = new Batch()
    owner!.write(batch, ["lead/new", {}])
    await to.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
    expect(await to.run(verify())).toMatchObject({ ok: true, events: 84 })
    const why = await importFrom().catch((error: { message: string }) => error.message)
    expect(why).toBe("acme has events already: a history is imported into a company that has none")
  })
})
