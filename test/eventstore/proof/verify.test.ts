import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { type VerifyProgress, type VerifyScope, verify } from "../../../eventstore/proof/verify.ts"
import type { VerifyLimits } from "../../../eventstore/proof/verify-partition.ts"
import { databases } from "../../databases.ts"
import { runsOf } from "../../runs.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import { atNoon, type PartitionOwner } from "../owner.ts"

const length = 24
const ciphertext = Buffer.from("sealed under key-1")
const sealed = { text: ciphertext, hash: hash("sha256", ciphertext, "buffer"), keyId: "key-1" }

describe.each(databases)("verify on $name", (kind) => {
  let store: OpenStore
  let owners: ReadonlyArray<PartitionOwner>

  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(() => store?.close())

  const append = (owner: PartitionOwner, from: number, to: number, recordedAt = atNoon) => {
    const batch = new Batch()
    const events = Array.from({ length: to - from }, (_, n) => from + n).map((n) => {
      const said = { data: { text: `olá ${n}`, n }, recordedAt, ...(n === 8 ? { sealed } : {}) }
      return [`conversation/${owner.partition}-${n % 5}`, said] as const
    })
    owner.write(batch, ...events)
    return store.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
  }
  const check = (
    scope: VerifyScope = {},
    progress?: (at: VerifyProgress) => void,
    limits?: Partial<VerifyLimits>
  ) => store.run(verify(scope, progress, limits))
  const firstDamage = async () => {
    const { damages } = await check()
    return damages.map(({ company, partition, position, kind }) => [company, partition, position, kind])
  }

  const admin = (statement: string) => store.database.admin(statement)
  /** As one who owns the tables would do it. */
  const tamper = async (...statements: ReadonlyArray<string>) => {
    await admin("alter table es.event disable trigger all")
    for (const statement of statements) await admin(statement)
    await admin("alter table es.event enable trigger all")
  }
  const one = "company = 'acme' and partition = 1 and position"

  const build = async () => {
    await store.database.clear()
    owners = await store.own("acme", 2)
    await append(owners[0]!, 0, length / 2)
    await append(owners[0]!, length / 2, length)
    await append(owners[1]!, 0, 3)
  }
  beforeEach(build)

  it("finds an untouched history whole, page by page, and tells how far it is", async () => {
    const told: Array<VerifyProgress> = []
    expect(await check({}, (at) => told.push(at), { pageEvents: 10 })).toEqual({
      ok: true,
      partitions: 2,
      events: length + 3,
      damages: []
    })
    expect(
      told.map(({ company, partition, checked, total }) => [company, partition, checked, total])
    ).toEqual([
      ["acme", 1, 10, 27],
      ["acme", 1, 20, 27],
      ["acme", 1, 24, 27],
      ["acme", 2, 27, 27]
    ])
  })

  it("names place and kind of the damage, in words too", async () => {
    await tamper(`update es.event set data = '{"n": 5, "text": "ola 5"}' where ${one} = 6`)
    expect(await check()).toEqual({
      ok: false,
      partitions: 2,
      events: 3,
      damages: [
        {
          company: "acme",
          partition: 1,
          position: 6,
          stream: "conversation/1-0",
          version: 2,
          kind: "payload",
          message: "the data is not what its payload hash says"
        }
      ]
    })
  })

  it.each([
    ["a changed principal", `update es.event set principal = 'person:eve' where ${one} = 6`, 6, "link"],
    ["a changed type", `update es.event set type = 'Sold' where ${one} = 6`, 6, "link"],
    ["a changed cause", `update es.event set causation = 'x@1' where ${one} = 6`, 6, "link"],
    ["a changed machine", `update es.event set machine_version = '9' where ${one} = 6`, 6, "link"],
    [
      "a changed time",
      `update es.event set occurred_at = occurred_at - interval '1 ms' where ${one} = 6`,
      6,
      "link"
    ],
    [
      "a changed payload hash",
      `update es.event set payload_hash = decode('00', 'hex') where ${one} = 6`,
      6,
      "payload"
    ],
    [
      "a changed link",
      `update es.event set link = (select head from es.partition p where p.partition = 2) where ${one} = 6`,
      6,
      "link"
    ],
    ["a changed ciphertext", `update es.event set sealed = 'other' where ${one} = 9`, 9, "sealed"],
    [
      "a changed hash of the ciphertext",
      `update es.event set sealed = null, sealed_hash = 'other' where ${one} = 9`,
      9,
      "payload"
    ],
    [
      "a key taken away",
      `update es.event set sealed = null, sealed_hash = null, key_id = null where ${one} = 9`,
      9,
      "payload"
    ],
    ["a deleted row", `delete from es.event where ${one} = 6`, 6, "hole"],
    ["a deleted beginning", `delete from es.event where ${one} <= 2`, 1, "hole"],
    ["a deleted tail", `delete from es.event where ${one} > 22`, 23, "head"],
    ["no events at all", `delete from es.event where ${one} > 0`, 1, "head"],
    [
      "a changed head",
      `update es.partition set head = decode(repeat('11', 32), 'hex') where partition = 1`,
      24,
      "head"
    ],
    [
      "a head set back",
      `update es.partition p set position = 20, head = e.link, recorded_at = e.recorded_at
         from es.event e where e.company = 'acme' and e.partition = 1 and e.position = 20 and p.partition = 1`,
      21,
      "head"
    ],
    [
      "a row older than its last event",
      `update es.partition set recorded_at = 'epoch' where partition = 1`,
      24,
      "head"
    ],
    ["a partition without its row", `delete from es.partition where partition = 1`, 0, "partition"]
  ])("finds %s", async (_, statement, position, kind) => {
    await tamper(statement)
    expect(await firstDamage()).toEqual([["acme", 1, position, kind]])
  })

  it("finds a pair that changed places, at the first of the two", async () => {
    await tamper(
      `update es.event set position = -1 where ${one} = 6`,
      `update es.event set position = 6 where ${one} = 7`,
      `update es.event set position = 7 where ${one} = -1`
    )
    expect(await firstDamage()).toEqual([["acme", 1, 6, "link"]])
  })

  it("finds the first damage of every partition", async () => {
    await tamper(`update es.event set type = 'Sold' where company = 'acme' and position = 2`)
    expect(await firstDamage()).toEqual([
      ["acme", 1, 2, "link"],
      ["acme", 2, 2, "link"]
    ])
  })

  it("checks the company or the partition that it is asked for, and no other", async () => {
    await tamper(`update es.event set type = 'Sold' where ${one} = 2`)
    expect(await check({ company: "acme", partition: 2 })).toMatchObject({ ok: true, events: 3 })
    expect(await check({ company: "other" })).toMatchObject({ ok: true, partitions: 0 })
    expect(await check({ company: "acme" })).toMatchObject({ ok: false })
  })

  it("finds data that was erased by its one function whole", async () => {
    await store.database.admin("select es.forget_sealed('acme', 'key-1')")
    expect(await check()).toMatchObject({ ok: true, events: length + 3 })
  })

  it("finds a version that is missing in an intact chain, with all streams in memory and with few", async () => {
    const owner = owners[0]!
    owner.versions.set("conversation/1-3", 90)
    await append(owner, 28, 29)
    const damages = [
      (await check()).damages.map(({ position, kind }) => [position, kind]),
      (await check({}, undefined, { streamsMax: 1 })).damages.map(({ position, kind }) => [position, kind])
    ]
    expect(damages).toEqual([[[25, "version"]], [[25, "version"]]])
  })

  it("finds a history whole whose streams do not fit into memory", async () => {
    expect(await check({}, undefined, { streamsMax: 1, pageEvents: 3 })).toMatchObject({ ok: true })
  })

  it("finds time that goes back in an intact chain", async () => {
    await append(owners[0]!, 5, 6, atNoon - 1)
    expect(await firstDamage()).toEqual([["acme", 1, 25, "time"]])
  })

  it("does not mind what is written while it reads", async () => {
    const grown = await store.run(
      Effect.gen(function* () {
        const real = yield* EventStore
        const growing = EventStore.of({
          ...real,
          readPartition: (company, partition, after, most) =>
            Effect.andThen(
              Effect.promise(async () => {
                if (partition === 1 && after === 0) await append(owners[0]!, 30, 33)
              }),
              real.readPartition(company, partition, after, most)
            )
        })
        return yield* Effect.provideService(verify({}, undefined, { pageEvents: 10 }), EventStore, growing)
      })
    )
    expect(grown).toMatchObject({ ok: true, events: length + 3 })
  })

  it("finds any random change, at the place of the change", async () => {
    const columns = {
      stream: "stream || 'x'",
      version: "version + 100",
      kind: "case kind when 'input' then 'emitted' else 'input' end",
      type: "type || 'x'",
      schema_version: "schema_version + 1",
      data: `(data::jsonb || '{"planted": true}')::json`,
      occurred_at: "occurred_at + interval '1 s'",
      recorded_at: "recorded_at + interval '1 s'",
      causation: "'planted'",
      correlation: "null",
      principal: "principal || 'x'",
      machine_version: "machine_version || 'x'",
      payload_hash: "set_byte(payload_hash, 7, get_byte(payload_hash, 7) # 1)",
      link: "set_byte(link, 31, get_byte(link, 31) # 128)"
    }
    await admin("create table was as select * from es.event")
    await admin("alter table es.event disable trigger all")
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.entries(columns)),
        fc.integer({ min: 1, max: length }),
        async ([column, change], position) => {
          const set = (value: string) => `update es.event set ${column} = ${value} where ${one} = ${position}`
          await admin(set(change))
          const found = await firstDamage()
          await admin(set(`(select ${column} from was where ${one} = ${position})`))
          expect(found).toEqual([["acme", 1, position, expect.stringMatching(/^(payload|link)$/)]])
        }
      ),
      // Changes of every kind are tried on each run by `tamper`.
      { numRuns: runsOf({ short: 20, inProofs: 200 }) }
    )
    await admin("alter table es.event enable trigger all")
    expect(await check()).toMatchObject({ ok: true })
  })
})
