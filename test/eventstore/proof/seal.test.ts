import * as Effect from "effect/Effect"
import fc from "fast-check"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Database } from "../../../eventstore/database/database.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { chainEvents } from "../../../eventstore/proof/chain-event.ts"
import { checkpointText, openNote, parseCheckpoint } from "../../../eventstore/proof/checkpoint-note.ts"
import { leafText } from "../../../eventstore/proof/hash.ts"
import { SealLog, sealOf } from "../../../eventstore/proof/seal-log.ts"
import { SealStore } from "../../../eventstore/proof/seal-store.ts"
import { makeSealer } from "../../../eventstore/proof/sealer.ts"
import { verifyHistory } from "../../../eventstore/proof/verify.ts"
import { databases } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import type { PartitionOwner } from "../owner.ts"
import { sealNow, sealVerifier, signer, write } from "../sealed-history.ts"

describe.each(databases)("seals on $name", (kind) => {
  let store: OpenStore
  let owner: PartitionOwner
  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(() => store?.close())
  beforeEach(async () => {
    await store.database.clear()
    owner = (await store.own("acme", 2))[0]!
  })

  const admin = (sql: string) => store.database.admin(sql)
  const sealStore = <A, E>(use: (seals: SealStore["Service"]) => Effect.Effect<A, E>) =>
    store.run(Effect.flatMap(SealStore, use))
  const verify = () => store.run(verifyHistory({ keys: [sealVerifier] }))
  const seals = async () => (await sealStore((each) => each.seals(0, 100))).map(({ number }) => number)

  it("are made when something is new, one after the other, each signed over all before it", async () => {
    const made = [await sealNow(store)]
    for (const count of [3, 40, 1]) {
      await write(store, owner, count)
      made.push(await sealNow(store), await sealNow(store))
    }
    expect(made).toEqual([undefined, 1, undefined, 2, undefined, 3, undefined])
    const [, , third] = await sealStore((each) => each.seals(0, 100))
    const opened = openNote(third!.note, [sealVerifier])
    expect(opened.state === "signed" && parseCheckpoint(opened.text)?.size).toBe(3)
    expect(await verify()).toMatchObject({ ok: true, seals: 3, unsealed: 0, events: 44 })
  })

  it("wait for enough events or enough time", async () => {
    const seal = await store.run(
      makeSealer({ everyEvents: 10, everyMs: 3_600_000 }).pipe(Effect.provide(signer))
    )
    const made: Array<number | undefined> = []
    // The first is due at once: nothing was ever sealed.
    for (const count of [4, 9, 1]) {
      await write(store, owner, count)
      made.push(await store.run(seal))
    }
    expect(made).toEqual([1, undefined, 2])
  })

  it("go on from what the store keeps as from what a process knows", async () => {
    const known = await store.run(makeSealer({ everyEvents: 1, everyMs: 0 }).pipe(Effect.provide(signer)))
    for (let round = 0; round < 6; round++) {
      await write(store, owner, 1 + round * 7)
      await (round % 2 === 0 ? store.run(known) : sealNow(store))
    }
    expect(await verify()).toMatchObject({ ok: true, seals: 6, unsealed: 0 })
  })

  it("have one maker each: of two processes at once one is too late and does nothing", async () => {
    const two = await store.run(
      Effect.all([
        makeSealer({ everyEvents: 1, everyMs: 0 }),
        makeSealer({ everyEvents: 1, everyMs: 0 })
      ]).pipe(Effect.provide(signer))
    )
    for (let round = 0; round < 5; round++) {
      await write(store, owner, 3)
      const made = await store.run(Effect.all(two, { concurrency: 2 }))
      expect([round, made.filter((each) => each !== undefined)]).toEqual([round, [round + 1]])
    }
    expect(await seals()).toEqual([1, 2, 3, 4, 5])
    expect(await verify()).toMatchObject({ ok: true })
  })

  it("are numbered without a hole: a number that is not the next one is not taken", async () => {
    await write(store, owner, 3)
    await sealNow(store)
    const tried = await sealStore((each) =>
      Effect.forEach([0, 1, 3], (number) =>
        each.writeSeal({ number, sealedAt: 0, frontier: new Uint8Array(), note: "" }, [])
      )
    )
    expect([tried, await seals()]).toEqual([[false, false, false], [1]])
  })

  it("are not made of a partition whose head is not its last link, or that lacks links", async () => {
    await write(store, owner, 5)
    await admin("update es.partition set head = decode(repeat('11', 32), 'hex') where partition = 1")
    const why = () => sealNow(store).catch((error: { message: string }) => error.message)
    const wrongHead = await why()
    await admin("update es.partition set position = 9 where partition = 1")
    expect([wrongHead, await why(), await seals()]).toEqual([
      "acme, partition 1: the head is not the link of the last event",
      "acme, partition 1: after position 0 there are no 9 links",
      []
    ])
  })

  it.each(["seal", "sealed_partition", "anchored"])(
    "can't be changed in es.%s, even by its owner",
    async (table) => {
      const refused = async (sql: string) =>
        admin(sql).then(
          () => undefined,
          (error: { message: string }) => error.message
        )
      expect([
        await refused(
          `update es.${table} set seal = 1`.replace("set seal", table === "seal" ? "set number" : "set seal")
        ),
        await refused(`delete from es.${table}`),
        await refused(`truncate es.${table}`)
      ]).toEqual(
        ["UPDATE", "DELETE", "TRUNCATE"].map((what) => `es.${table} is append-only: ${what} refused`)
      )
    }
  )

  it.each(["seal", "sealed_partition", "anchored", "staged_event"])(
    "let the engine's role write nothing into es.%s by itself",
    async (table) => {
      const denied = ["insert into es.X select * from es.X", "delete from es.X", "truncate es.X"]
      const codes = await Promise.all(
        denied.map((sql) =>
          store
            .run(Effect.flatMap(Database, ({ query }) => query(sql.replaceAll("X", table))))
            .catch((error: { code: string }) => error.code)
        )
      )
      expect(codes).toEqual(["42501", "42501", "42501"])
    }
  )

  it("read the chain's bytes as the store reads events, whatever their texts hold", async () => {
    const text = fc.string({ unit: "binary", maxLength: 12 }).map((each) => each.replaceAll("\u0000", ""))
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), async (texts) => {
        const from = owner.position
        const { Batch } = await import("../../../eventstore/log/batch.ts")
        const batch = new Batch()
        owner.write(
          batch,
          ...texts.map((each) => [`lead/${each}`, { type: each, data: { [each]: each } }] as const)
        )
        await store.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
        const page = await sealStore((each) => each.readChain("acme", 1, from, 100))
        const stored = await store.run(
          Effect.flatMap(EventStore, (events) => events.readPartition("acme", 1, from, 100))
        )
        const inSql = await admin(
          `select convert_from(es.leaf(e), 'UTF8') from es.event e where partition = 1 and position > ${from} order by position`
        )
        const chain = chainEvents("acme", 1, page)
        expect(chain.map(({ leaf }) => leaf.toString())).toEqual(stored.map(leafText))
        expect(inSql.map(([leaf]) => leaf)).toEqual(stored.map(leafText))
        expect(chain.map(({ data, stream, version }) => [data.toString(), stream, version])).toEqual(
          stored.map(({ dataText, stream, version }) => [dataText, stream, version])
        )
      }),
      { numRuns: 30 }
    )
  })
})

describe("the log of seals", () => {
  const log = new SealLog()
  afterEach(() => expect(log.number).toBe(0))

  it("takes no seal that covers nothing, and stays where it was", () => {
    const note = (text: string) => ({ number: 1, sealedAt: 1, note: `${text}\n— a AAAAAAAA\n`, reaches: [] })
    const root = Buffer.alloc(32)
    expect([
      log.take(note(checkpointText({ origin: "a", size: 1, root })), undefined),
      log.take(note("no checkpoint\n"), undefined),
      log.take({ ...note(""), note: "none" }, undefined)
    ]).toEqual([
      { kind: "seal", why: "it does not reach further than the seal before it" },
      { kind: "seal", why: "its note is no checkpoint" },
      { kind: "signature", why: "it is no signed note" }
    ])
  })

  it("knows a frontier that does not fit its position", () => {
    const row = { seal: 1, company: "acme", partition: 1, position: 3, frontier: new Uint8Array(32) }
    expect(sealOf({ number: 1, sealedAt: 1, note: "", frontier: new Uint8Array(32) }, [row])).toBe(undefined)
  })
})
