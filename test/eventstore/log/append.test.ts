import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { type AnyStore, stores } from "../any-store.ts"
import { type PartitionOwner, readable } from "../owner.ts"

const append = (batch: Batch) => Effect.flatMap(EventStore, (store) => store.append(batch))
const refusal = (batch: Batch) => Effect.flip(append(batch))

/** A batch with a line of every kind, so that a refusal has much to leave behind. */
const everything = (owner: PartitionOwner) => {
  const batch = new Batch()
  owner.write(batch, ["lead/1", { type: "LeadSpoke", key: "k1" }], ["lead/2", {}])
  const place = owner.place("lead/1")
  batch.job(place, "1.0", "writeReply", "write", "{}", 0)
  batch.timer(place, "turnClosure", 1, 1000)
  batch.message(place, 1, 0, "deal/1", "{}", 0)
  batch.snapshot(place, 1, "1.0.0+0", "{}")
  return batch
}

describe.each(stores)("append on $name", (kind) => {
  let store: AnyStore
  beforeAll(async () => {
    store = await kind.open()
  })
  afterAll(() => store?.close())
  beforeEach(() => store.clear())

  it("stores events of many actors in many partitions in one call, and gives them back as they were", async () => {
    const owners = await store.own("acme", 3)
    const batch = new Batch()
    owners.forEach((owner, n) => {
      owner.write(
        batch,
        [`lead/${n}`, { type: "LeadSpoke", data: { text: "olá", n } }],
        [`lead/${n}`, { type: "LeadEngaged", kind: "emitted" }],
        [`deal/${n}`, { data: { list: [1, { two: null }], yes: true } }]
      )
    })
    await store.run(append(batch))
    const read = await store.run(
      Effect.gen(function* () {
        const events = yield* EventStore
        return yield* Effect.forEach([1, 2, 3], (n) => events.readPartition("acme", n, 0, 100))
      })
    )
    expect(read.flat().map(readable)).toEqual(owners.flatMap((owner) => owner.events).map(readable))
  })

  it("refuses an older epoch whole, also the partitions that are still ours", async () => {
    const [one, two] = await store.own("acme", 2)
    await store.run(append(everything(one!)))
    const before = await store.traces()
    const batch = new Batch()
    one!.write(batch, ["lead/1", {}])
    two!.epoch--
    two!.write(batch, ["lead/9", { key: "k9" }])
    const refused = await store.run(refusal(batch))
    expect(refused).toMatchObject({
      _tag: "PartitionLost",
      message: "of 2 partitions, 1 are not ours or not at the expected position"
    })
    expect(await store.traces()).toEqual(before)
  })

  it("refuses an owner that believes another position, and writes nothing", async () => {
    const [owner] = await store.own("acme", 1)
    const stale = owner!.copy()
    await store.run(append(everything(owner!)))
    const before = await store.traces()
    expect(await store.run(refusal(everything(stale)))).toMatchObject({ _tag: "PartitionLost" })
    const ahead = owner!.copy()
    ahead.position++
    const batch = new Batch()
    ahead.write(batch, ["lead/3", {}])
    expect(await store.run(refusal(batch))).toMatchObject({ _tag: "PartitionLost" })
    expect(await store.traces()).toEqual(before)
  })

  it("refuses partitions that nobody made", async () => {
    const [owner] = await store.own("acme", 1)
    const stranger = Object.assign(owner!.copy(), { partition: 7 })
    const batch = new Batch()
    stranger.write(batch, ["lead/1", {}])
    expect(await store.run(refusal(batch))).toMatchObject({ _tag: "PartitionLost" })
  })

  it("names known keys with what they got, and takes no other key of that batch", async () => {
    const [one, two] = await store.own("acme", 2)
    await store.run(append(everything(one!)))
    const before = await store.traces()
    const again = one!.copy()
    const batch = new Batch()
    again.write(batch, ["lead/2", { key: "fresh" }], ["lead/1", { key: "k1" }], ["lead/2", { key: "k1" }])
    two!.copy().write(batch, ["lead/7", { key: "k7" }])
    const refused = await store.run(refusal(batch))
    expect(refused).toMatchObject({ _tag: "KeysKnown" })
    // lead/2 may use the same key: it is the sender's id within one actor.
    expect((refused as { keys: unknown }).keys).toEqual([
      { company: "acme", stream: "lead/1", key: "k1", version: 1, position: 1 }
    ])
    expect(await store.traces()).toEqual(before)
  })

  it("names all the known keys of a large batch at once", async () => {
    const [owner] = await store.own("acme", 1)
    const streams = Array.from({ length: 500 }, (_, n) => `lead/${n}`)
    const batch = new Batch()
    owner!.write(batch, ...streams.map((stream) => [stream, { key: "hello" }] as const))
    await store.run(append(batch))
    const again = new Batch()
    owner!.copy().write(again, ...streams.map((stream) => [stream, { key: "hello" }] as const))
    const refused = (await store.run(refusal(again))) as unknown as {
      keys: ReadonlyArray<{ version: number }>
    }
    expect(refused.keys.map(({ version }) => version)).toEqual(streams.map(() => 1))
  })

  it("takes back everything when the database refuses one row for good", async () => {
    const [owner] = await store.own("acme", 1)
    const before = await store.traces()
    const batch = everything(owner!)
    batch.job(owner!.place("lead/1"), "1.0", "writeReply", "write", "{}", 0)
    const refused = await store.run(refusal(batch))
    expect(refused).toMatchObject({ _tag: "BatchRefused" })
    expect(refused.message).toContain("job_pkey")
    expect(await store.traces()).toEqual(before)
  })

  it("refuses a version of a stream that is there already, whatever the owner believes", async () => {
    const [owner] = await store.own("acme", 1)
    await store.run(append(everything(owner!)))
    owner!.versions.set("lead/1", 0)
    const batch = new Batch()
    owner!.write(batch, ["lead/1", {}])
    expect(await store.run(refusal(batch))).toMatchObject({ _tag: "BatchRefused" })
  })

  it("takes a batch that moves no event: a change of a job alone", async () => {
    const [owner] = await store.own("acme", 1)
    await store.run(append(everything(owner!)))
    const batch = new Batch()
    owner!.write(batch)
    batch.jobDone(owner!.place("lead/1"), "1.0")
    await store.run(append(batch))
    expect(await store.traces()).toContain("job 0")
  })
})
