import * as Effect from "effect/Effect"
import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { Json, JsonObject } from "../../../eventstore/database/json.ts"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { canonicalJson, firstLink, nextLink, payloadHash } from "../../../eventstore/proof/hash.ts"
import { everyDatabase } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import { atNoon, type PartitionOwner, type Said } from "../owner.ts"

/** Recomputes the chain from what was read back alone; gives the positions whose hash or link is another. */
const broken = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<number> => {
  let head: Uint8Array = firstLink
  return events.flatMap((event) => {
    const payload = payloadHash(canonicalJson(event.data), event.sealedHash)
    head = nextLink(head, { ...event, payloadHash: payload })
    const whole = Buffer.compare(payload, event.payloadHash) === 0 && Buffer.compare(head, event.link) === 0
    return whole ? [] : [event.position]
  })
}

const text = fc.string({ unit: "binary", maxLength: 20 }).map((each) => each.replaceAll("\u0000", ""))
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(1e21, 1e-7, -0, 0.1 + 0.2, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 53 + 2)
)
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie("json"), { maxLength: 5 }),
    fc.dictionary(text, tie("json"), { maxKeys: 5 })
  )
}))
const data: fc.Arbitrary<JsonObject> = fc.dictionary(text, json, { maxKeys: 6 })

/** Twenty objects deep and twenty lists deep. */
const deep = Array.from({ length: 20 }).reduce<Json>((inner) => ({ a: [inner] }), "the end") as JsonObject

describe.each(everyDatabase)("the chain on $name", (kind) => {
  let store: OpenStore
  let owner: PartitionOwner
  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(() => store?.close())
  beforeEach(async () => {
    await store.database.clear()
    owner = (await store.own("acme", 1))[0]!
  })

  const append = (...events: ReadonlyArray<Said>) => {
    const batch = new Batch()
    owner.write(batch, ...events.map((event, n) => [`lead/${n}`, event] as const))
    return store.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
  }
  const read = (after = 0) =>
    store.run(Effect.flatMap(EventStore, (events) => events.readPartition("acme", 1, after, 10_000)))

  it("gives back every JSON value as the text that was hashed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(data, { minLength: 1, maxLength: 40 }), async (list) => {
        const from = owner.position
        await append(...list.map((each) => ({ data: each })))
        const back = await read(from)
        expect(back.map((event) => canonicalJson(event.data))).toEqual(
          list.map((each) => canonicalJson(each))
        )
      }),
      { numRuns: 40 }
    )
    expect(broken(await read())).toEqual([])
  })

  it("gives back nesting, key order, emoji and odd keys as the text that was hashed", async () => {
    const odd = JSON.parse(
      '{"__proto__": 1, "constructor": 2, "": 3, "\\u00e9": 4, "e\\u0301": 5, "🙂": 6, "\\uffff": 7}'
    )
    const long = {
      long: "ü".repeat(50_000),
      keys: Object.fromEntries([..."zyxwv"].map((key, n) => [key, n]))
    }
    await append({ data: deep }, { data: odd }, { data: long }, { data: {} })
    const back = await read()
    expect(back.map((event) => canonicalJson(event.data))).toEqual(
      [deep, odd, long, {}].map((each) => canonicalJson(each))
    )
    expect(broken(back)).toEqual([])
  })

  it("links every event to the one before it, and the partition's head is the last link", async () => {
    await append({ type: "A" }, { type: "B", kind: "emitted" }, { type: "C" })
    await append({ type: "D" })
    const events = await read()
    const [partition] = await store.run(Effect.flatMap(EventStore, (each) => each.partitions("acme")))
    expect(broken(events)).toEqual([])
    expect(events.map((event) => event.position)).toEqual([1, 2, 3, 4])
    expect(Buffer.from(partition!.head).toString("hex")).toBe(
      Buffer.from(events.at(-1)!.link).toString("hex")
    )
  })

  it("covers times to the millisecond, long ago and far ahead", async () => {
    const times = [
      0,
      1,
      999,
      atNoon + 1,
      atNoon + 999,
      -1,
      4_102_444_800_123,
      Date.UTC(1970, 0, 1) - 86_400_001
    ]
    await append(...times.map((occurredAt) => ({ occurredAt })))
    const events = await read()
    expect(events.map((event) => event.occurredAt)).toEqual(times)
    expect(broken(events)).toEqual([])
  })

  it("stays whole when sealed data is forgotten, and breaks when anything else would be another", async () => {
    const sealed = { text: Buffer.from("sealed"), hash: Buffer.alloc(32, 7), keyId: "person-1" }
    await append({ data: { n: 1 }, sealed }, { data: { n: 2 } })
    const events = await read()
    expect(broken(events)).toEqual([])
    await store.database.admin("select es.forget_sealed('acme', 'person-1')")
    const forgotten = await read()
    expect(forgotten[0]).toMatchObject({ sealed: null, keyId: "person-1", data: { n: 1 } })
    expect(broken(forgotten)).toEqual([])
    const first = events[0]!
    const changes: ReadonlyArray<Partial<StoredEvent>> = [
      { data: { n: 3 } },
      { type: "Other" },
      { version: 9 },
      { stream: "lead/other" },
      { kind: "emitted" },
      { principal: "person:eve" },
      { recordedAt: first.recordedAt + 1 },
      { occurredAt: first.occurredAt + 1 },
      { causation: "lead/2@1" },
      { correlation: null },
      { keyId: "person-2" },
      { sealedHash: Buffer.alloc(32, 8) },
      { machineVersion: "2.0.0+0" },
      { schemaVersion: 2 }
    ]
    for (const change of changes) expect(broken([{ ...first, ...change }])).toEqual([1])
  })
})
