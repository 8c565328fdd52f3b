import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { schemaVersionOf, type Upcasters, upcast } from "../../../eventstore/log/upcast.ts"
import { type AnyStore, stores } from "../any-store.ts"

const streams = ["lead/1", "lead/2", "lead/3"]

describe.each(stores)("reading on $name", (kind) => {
  let store: AnyStore
  beforeAll(async () => {
    store = await kind.open()
    for (const company of ["acme", "other"]) {
      const [owner] = await store.own(company, 2)
      const batch = new Batch()
      owner!.write(
        batch,
        ...Array.from({ length: 30 }, (_, n) => [streams[n % 3]!, { data: { n } }] as const)
      )
      await store.run(Effect.flatMap(EventStore, (events) => events.append(batch)))
    }
  })
  afterAll(() => store?.close())

  const ask = <A, E>(use: (events: EventStore["Service"]) => Effect.Effect<A, E>) =>
    store.run(Effect.flatMap(EventStore, use))
  type Page = (after: number) => Promise<ReadonlyArray<StoredEvent>>
  /** Reads page after page until one is empty. */
  const pages = async (read: Page, last: (event: StoredEvent) => number) => {
    const found: Array<ReadonlyArray<StoredEvent>> = []
    for (let after = 0; ; after = last(found.at(-1)!.at(-1)!)) {
      const page = await read(after)
      if (page.length === 0) return found
      found.push(page)
    }
  }

  it("pages through a partition without a hole", async () => {
    const found = await pages(
      (after) => ask((events) => events.readPartition("acme", 1, after, 7)),
      (event) => event.position
    )
    expect(found.map((page) => page.length)).toEqual([7, 7, 7, 7, 2])
    expect(found.flat().map((event) => [event.company, event.position])).toEqual(
      Array.from({ length: 30 }, (_, n) => ["acme", n + 1])
    )
  })

  it("pages through a stream, and mixes no two", async () => {
    const found = await pages(
      (after) => ask((events) => events.readStream("acme", "lead/2", after, 4)),
      (event) => event.version
    )
    expect(found.map((page) => page.length)).toEqual([4, 4, 2])
    expect(found.flat().map((event) => [event.stream, event.version, event.data.n])).toEqual(
      Array.from({ length: 10 }, (_, n) => ["lead/2", n + 1, 3 * n + 1])
    )
  })

  it("gives nothing of a stream, partition or company that nobody wrote", async () => {
    expect(await ask((events) => events.readStream("acme", "lead/9", 0, 10))).toEqual([])
    expect(await ask((events) => events.readPartition("acme", 2, 0, 10))).toEqual([])
    expect(await ask((events) => events.readPartition("nobody", 1, 0, 10))).toEqual([])
    expect(await ask((events) => events.readPartition("acme", 1, 30, 10))).toEqual([])
  })

  it("tells of every partition where it stands", async () => {
    const found = await ask((events) => events.partitions())
    expect(
      found.map(({ company, partition, owner, alive, position }) => [
        company,
        partition,
        owner,
        alive,
        position
      ])
    ).toEqual([
      ["acme", 1, "the-test", true, 30],
      ["acme", 2, "the-test", true, 0],
      ["other", 1, "the-test", true, 30],
      ["other", 2, "the-test", true, 0]
    ])
    expect((await ask((events) => events.partitions("other"))).map(({ company }) => company)).toEqual([
      "other",
      "other"
    ])
  })

  it("keeps the number of partitions that a company was made with", async () => {
    expect(await ask((events) => events.createCompany("acme", 9))).toBe(2)
    expect(await ask((events) => events.partitions("acme"))).toHaveLength(2)
  })
})

describe("upcasting", () => {
  const upcasters: Upcasters = {
    LeadSpoke: [({ words, ...rest }) => ({ ...rest, text: words! }), (data) => ({ ...data, media: [] })]
  }

  it("writes with the version after the last function", () => {
    expect(schemaVersionOf(upcasters, "LeadSpoke")).toBe(3)
    expect(schemaVersionOf(upcasters, "LeadLeft")).toBe(1)
  })

  it("takes old data through every later function, and present data through none", () => {
    expect(upcast(upcasters, "LeadSpoke", 1, { words: "oi", at: 1 })).toEqual({
      text: "oi",
      at: 1,
      media: []
    })
    expect(upcast(upcasters, "LeadSpoke", 2, { text: "oi" })).toEqual({ text: "oi", media: [] })
    expect(upcast(upcasters, "LeadSpoke", 3, { text: "oi", media: [1] })).toEqual({ text: "oi", media: [1] })
    expect(upcast(upcasters, "LeadLeft", 1, { words: "oi" })).toEqual({ words: "oi" })
  })
})
