import * as Effect from "effect/Effect"
import { Client } from "pg"
import type { Bench, BenchWorld } from "./bench.ts"
import { claimLanes, type Lane, nextBatch } from "./event-batch.ts"
import { rounded, type Target } from "./figure.ts"
import { median, percentile } from "./load.ts"
import { openStore } from "./open-engine.ts"
import { inbound } from "./turn-machine.ts"

const rounds = 3

const tables = `
  create schema if not exists floor;
  create table floor.event (
    stream text not null, version bigint not null, type text not null, data jsonb not null,
    at timestamptz not null default now(), primary key (stream, version));`

const floorSql = `insert into floor.event (stream, version, type, data)
  select * from unnest($1::text[], $2::bigint[], $3::text[], $4::jsonb[])`

/** Plain inserts of the same events, one statement a batch, without chain, order or owner. */
const openFloor = async (url: string, lane: number) => {
  const client = new Client({ connectionString: url })
  client.on("error", () => {})
  await client.connect()
  let n = 0
  return {
    close: () => client.end(),
    append: async (count: number) => {
      const columns: ReadonlyArray<Array<unknown>> = [[], [], [], []]
      for (let each = 0; each < count; each++, n++) {
        const { type, ...data } = inbound(n, Date.now())
        const row = [`turn/${lane}.${n % 1000}`, Math.floor(n / 1000), type, JSON.stringify(data)]
        row.forEach((value, column) => {
          columns[column]!.push(value)
        })
      }
      await client.query({ name: "append", text: floorSql, values: [...columns] })
    }
  }
}

/** Batches of `size`, one after the other in each lane; events a second, and the latencies. */
const measure = async (
  seconds: number,
  size: number,
  lanes: ReadonlyArray<(size: number) => Promise<unknown>>
) => {
  const latencies: Array<number> = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  await Promise.all(
    lanes.map(async (append) => {
      for (let now = performance.now(); now < endsAt; ) {
        await append(size)
        const done = performance.now()
        latencies.push(done - now)
        now = done
      }
    })
  )
  return { perSecond: (latencies.length * size * 1000) / (performance.now() - startedAt), latencies }
}

const cases: ReadonlyArray<{ size: number; lanes: number; targets?: ReadonlyArray<Target> }> = [
  { size: 1, lanes: 1 },
  { size: 10, lanes: 1 },
  { size: 100, lanes: 1, targets: [{ of: "value", is: ">=", than: 40_000 }] },
  { size: 100, lanes: 2 },
  { size: 100, lanes: 4 }
]

const run = async (world: BenchWorld): Promise<void> => {
  const { url, adminUrl, admin } = world.database
  await admin.query(tables)
  const { store, close } = await openStore(url, 4)
  const lanes = await claimLanes(store)
  const ours = lanes.map(
    (lane: Lane) => (size: number) => Effect.runPromise(store.append(nextBatch(lane, size)))
  )
  const floors = await Promise.all(lanes.map((_, n) => openFloor(adminUrl, n)))
  for (const { size, lanes: count, targets } of cases) {
    const us: Array<Awaited<ReturnType<typeof measure>>> = []
    const floor: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      us.push(await measure(world.seconds / 2, size, ours.slice(0, count)))
      const plain = floors.slice(0, count).map((each) => each.append)
      floor.push((await measure(world.seconds / 2, size, plain)).perSecond)
    }
    const latencies = us.flatMap((each) => each.latencies).sort((a, b) => a - b)
    const [value, against] = [median(us.map((each) => each.perSecond)), median(floor)]
    world.report({
      bench: "append",
      case: `${size} a batch, ${count} ${count === 1 ? "lane" : "lanes"}`,
      unit: "events/s",
      value: rounded(value),
      floor: rounded(against),
      ratio: rounded(value / against),
      p50Ms: rounded(percentile(latencies, 0.5)),
      p99Ms: rounded(percentile(latencies, 0.99)),
      ...(targets && { targets })
    })
  }
  for (const each of floors) await each.close()
  await close()
}

export const append: Bench = {
  name: "append",
  about:
    "batches of events with fence, versions and hash chain; the floor is a plain insert of the same events",
  run
}
