import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Partition } from "../../../eventstore/log/stored-rows.ts"
import { type AnyStore, stores } from "../any-store.ts"
import { PartitionOwner } from "../owner.ts"

const minuteMs = 60_000
const brief = ({ company, partition, epoch }: Partition) => `${company}/${partition} epoch ${epoch}`

describe.each(stores)("owning partitions on $name", (kind) => {
  let store: AnyStore
  beforeAll(async () => {
    store = await kind.open()
  })
  afterAll(() => store?.close())
  beforeEach(async () => {
    await store.clear()
    await ask((events) => events.createCompany("acme", 3))
  })

  const ask = <A, E>(use: (events: EventStore["Service"]) => Effect.Effect<A, E>) =>
    store.run(Effect.flatMap(EventStore, use))
  const claim = async (owner: string, most = 100) =>
    (await ask((events) => events.claim(owner, minuteMs, most))).map(brief)
  const renew = (owner: string) => ask((events) => events.renew(owner, minuteMs))
  const owners = async () =>
    (await ask((events) => events.partitions())).map(({ owner, alive }) => [owner, alive])

  it("gives every partition to one of two, and again to nobody", async () => {
    expect(await claim("a", 2)).toEqual(["acme/1 epoch 1", "acme/2 epoch 1"])
    expect(await claim("b")).toEqual(["acme/3 epoch 1"])
    expect(await claim("a")).toEqual([])
    expect(await claim("b")).toEqual([])
    expect(await owners()).toEqual([
      ["a", true],
      ["a", true],
      ["b", true]
    ])
  })

  it("forgets owners that died a day ago", async () => {
    await claim("a")
    await store.age(25 * 3_600_000)
    await claim("b")
    expect(await store.owners()).toEqual(["b"])
  })

  it("hands over what an expired lease held, with a higher epoch", async () => {
    await claim("a")
    await store.expire("a")
    expect(await owners()).toEqual([
      ["a", false],
      ["a", false],
      ["a", false]
    ])
    expect(await claim("b")).toEqual(["acme/1 epoch 2", "acme/2 epoch 2", "acme/3 epoch 2"])
    expect(await renew("a")).toBe(false)
    expect(await claim("a")).toEqual([])
  })

  it("renews a lease that runs, and no other", async () => {
    expect(await renew("a")).toBe(false)
    await claim("a")
    expect(await renew("a")).toBe(true)
    await store.expire("a")
    expect(await renew("a")).toBe(false)
    expect(await owners()).toEqual([
      ["a", false],
      ["a", false],
      ["a", false]
    ])
  })

  it("frees everything at once on release", async () => {
    await claim("a")
    await ask((events) => events.release("a"))
    expect(await owners()).toEqual([
      [null, false],
      [null, false],
      [null, false]
    ])
    expect(await renew("a")).toBe(false)
    expect(await claim("b")).toEqual(["acme/1 epoch 2", "acme/2 epoch 2", "acme/3 epoch 2"])
  })

  it("releases nothing of another owner", async () => {
    await claim("a", 1)
    await claim("b")
    await ask((events) => events.release("a"))
    expect(await owners()).toEqual([
      [null, false],
      ["b", true],
      ["b", true]
    ])
  })

  it("refuses what the former owner still wants to append", async () => {
    const [before] = await ask((events) => events.claim("a", minuteMs, 1))
    await store.expire("a")
    const [after] = await ask((events) => events.claim("b", minuteMs, 1))
    const append = (partition: Partition) => {
      const batch = new Batch()
      new PartitionOwner(partition).write(batch, ["lead/1", {}])
      return ask((events) => Effect.result(events.append(batch)))
    }
    expect(await append(before!)).toMatchObject({ failure: { _tag: "PartitionLost" } })
    expect(await append(after!)).toMatchObject({ _tag: "Success" })
    expect(await append(before!)).toMatchObject({ failure: { _tag: "PartitionLost" } })
  })

  it("gives the next owner the position and the head to go on from", async () => {
    const [first] = await ask((events) => events.claim("a", minuteMs, 1))
    const owner = new PartitionOwner(first!)
    const batch = new Batch()
    owner.write(batch, ["lead/1", {}], ["lead/2", {}])
    await ask((events) => events.append(batch))
    await ask((events) => events.release("a"))
    const [next] = await ask((events) => events.claim("b", minuteMs, 1))
    expect(next).toMatchObject({ position: 2, epoch: 2, owner: "b", alive: true })
    expect(Buffer.compare(next!.head, owner.head)).toBe(0)
  })

  it("finds the partitions of a company that was made later", async () => {
    await claim("a")
    await ask((events) => events.createCompany("beta", 1))
    expect(await claim("a")).toEqual(["beta/1 epoch 1"])
  })
})
