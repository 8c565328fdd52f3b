import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { Batch } from "../../../eventstore/log/batch.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { databases, describePostgres } from "../../databases.ts"
import { type OpenStore, openStore } from "../open-store.ts"
import type { PartitionOwner } from "../owner.ts"

describe.each(databases)("the order of events on $name", (kind) => {
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(() => store?.close())
  beforeEach(() => store.database.clear())

  it("is dense in every partition, however the batches of its owner are cut", async () => {
    const owners = await store.own("acme", 4)
    const sizes = [1, 3, 1, 7, 2, 5]
    await store.run(
      Effect.flatMap(EventStore, (events) =>
        Effect.forEach(
          owners,
          (owner) =>
            Effect.forEach(sizes, (size) => {
              const batch = new Batch()
              owner.write(
                batch,
                ...Array.from({ length: size }, (_, n) => [`lead/${owner.partition}-${n}`, {}] as const)
              )
              return events.append(batch)
            }),
          { concurrency: 4 }
        )
      )
    )
    const dense = await store.database.admin(
      `select partition, count(*)::int, max(position)::int, count(distinct position)::int from es.event
        group by 1 order by 1`
    )
    expect(dense).toEqual([1, 2, 3, 4].map((partition) => [partition, 19, 19, 19]))
  })
})

describePostgres("several writers at once", (kind) => {
  const writers = 16
  const batchesEach = 40
  let store: OpenStore
  beforeAll(async () => {
    store = await openStore(kind)
  })
  afterAll(() => store?.close())
  beforeEach(() => store.database.clear())

  const ask = <A, E>(use: (events: EventStore["Service"]) => Effect.Effect<A, E>) =>
    store.run(Effect.flatMap(EventStore, use))

  it("lets one of two owners of the same epoch through, and the other is told", async () => {
    const [owner] = await store.own("acme", 1)
    const other = owner!.copy()
    const append = (each: PartitionOwner, stream: string) => {
      const batch = new Batch()
      each.write(batch, [stream, {}])
      return ask((events) => Effect.result(events.append(batch)))
    }
    const outcomes = await Promise.all([append(owner!, "lead/1"), append(other, "lead/2")])
    expect(outcomes.map((each) => (each._tag === "Failure" ? each.failure._tag : "Stored")).sort()).toEqual([
      "PartitionLost",
      "Stored"
    ])
    expect(await store.database.admin("select count(*)::int from es.event")).toEqual([[1]])
  })

  it("shows a reader beside 16 writers every event once and in order", async () => {
    const owners = await store.own("acme", writers)
    const seen = owners.map(() => [] as Array<string>)
    let writing = true
    const write = Effect.fnUntraced(function* (events: EventStore["Service"], owner: PartitionOwner) {
      for (let n = 0; n < batchesEach; n++) {
        const batch = new Batch()
        owner.write(
          batch,
          [`lead/${owner.partition}-${n % 3}`, { data: { n } }],
          [`deal/${owner.partition}`, {}]
        )
        yield* events.append(batch)
      }
    })
    const read = Effect.fnUntraced(function* (events: EventStore["Service"], partition: number) {
      let after = 0
      // A round that began after the last write has seen everything.
      for (let last = false; ; last = !writing) {
        const page = yield* events.readPartition("acme", partition, after, 17)
        for (const event of page)
          seen[partition - 1]!.push(`${event.position} ${event.stream}@${event.version}`)
        after = page.at(-1)?.position ?? after
        if (last && page.length === 0) return
      }
    })
    await ask((events) =>
      Effect.gen(function* () {
        const readers = yield* Effect.forEach(owners, (owner) =>
          Effect.forkChild(read(events, owner.partition))
        )
        yield* Effect.forEach(owners, (owner) => write(events, owner), { concurrency: writers })
        writing = false
        yield* Effect.forEach(readers, (reader) => Fiber.join(reader))
      })
    )
    expect(seen).toEqual(
      owners.map((owner) => owner.events.map((event) => `${event.position} ${event.stream}@${event.version}`))
    )
    expect(seen.flat()).toHaveLength(writers * batchesEach * 2)
  })

  it("shows nobody half a batch", async () => {
    const owners = await store.own("acme", 2)
    let writing = true
    const halves: Array<string> = []
    await ask((events) =>
      Effect.gen(function* () {
        const reader = yield* Effect.forkChild(
          Effect.gen(function* () {
            while (writing) {
              const rows = yield* Effect.promise(() =>
                store.database.admin("select partition, count(*)::int from es.event group by 1 order by 1")
              )
              const [one, two] = rows.map((row) => row[1])
              if (one !== two) halves.push(`${one} and ${two}`)
            }
          })
        )
        for (let n = 0; n < 60; n++) {
          const batch = new Batch()
          for (const owner of owners) owner.write(batch, [`lead/${owner.partition}`, {}])
          yield* events.append(batch)
        }
        writing = false
        yield* Fiber.join(reader)
      })
    )
    expect(halves).toEqual([])
  })
})
