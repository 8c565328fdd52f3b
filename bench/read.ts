import * as Effect from "effect/Effect"
import type { EventStore } from "../eventstore/log/event-store.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { claimLanes, nextBatch } from "./event-batch.ts"
import { rounded } from "./figure.ts"
import { median } from "./load.ts"
import { openStore } from "./open-engine.ts"

const eventsDefault = 50_000
const pages = [100, 500, 2000]
const rounds = 3

/** Reads the partition once from the first event to the last; events a second. */
const readAll = async (store: EventStore["Service"], page: number, events: number): Promise<number> => {
  const startedAt = performance.now()
  for (let after = 0; after < events; ) {
    const read = await Effect.runPromise(store.readPartition("bench", 1, after, page))
    after = read.at(-1)?.position ?? events
  }
  return (events * 1000) / (performance.now() - startedAt)
}

const run = async (world: BenchWorld): Promise<void> => {
  const [events = eventsDefault] = world.sizes ?? []
  const { store, close } = await openStore(world.database.url, 1)
  const [lane] = await claimLanes(store)
  for (let written = 0; written < events; written += 500) {
    await Effect.runPromise(store.append(nextBatch(lane!, Math.min(500, events - written))))
  }
  await world.database.admin.query("vacuum analyze")
  for (const page of pages) {
    const ours: Array<number> = []
    for (let round = 0; round < rounds; round++) ours.push(await readAll(store, page, events))
    const last = page === pages.at(-1)
    world.report({
      bench: "read",
      case: `pages of ${page}`,
      unit: "events/s",
      value: rounded(median(ours)),
      ...(last && { targets: [{ of: "value", is: ">=", than: 150_000 }] as const })
    })
  }
  await close()
}

export const read: Bench = {
  name: "read",
  about: "one subscriber reads a partition in order, page by page",
  run
}
