import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Database } from "../eventstore/database/database.ts"
import { migrate } from "../eventstore/database/migrate.ts"
import { storeLayer } from "../eventstore/database/store-layers.ts"
import { Batch } from "../eventstore/log/batch.ts"
import { EventStore } from "../eventstore/log/event-store.ts"
import { MasterKeys, masterKeyOf } from "../eventstore/personal/master-keys.ts"
import { canonicalJson, nextLink, payloadHash } from "../eventstore/proof/hash.ts"
import { integer, text, time } from "../projections/column.ts"
import { Projections } from "../projections/engine/projections.ts"
import { projectionsLayer } from "../projections/engine/projections-layer.ts"
import { makeTemplate } from "../projections/engine/template.ts"
import { analystViews, readModels } from "../projections/index.ts"
import { type ReadModel, readModel } from "../projections/read-model.ts"
import { schemaFolders } from "../src/wiring/schema-folders.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { conversationMachine, conversationPath } from "./conversation-path.ts"
import { claimLanes, type Lane, nextBatch } from "./event-batch.ts"
import { rounded } from "./figure.ts"

const sizesDefault = [10_000, 100_000]
const conversationEvents = 40_000
const batchEvents = 500
const waitMaxMs = 10 * 60_000

/** The smallest table that follows events: one upsert each. */
const lastEvents: ReadModel = readModel({
  name: "last_events",
  version: 1,
  about: "The last event of each stream.",
  key: ["id"],
  columns: {
    id: text("The stream's id."),
    type: text("Its type."),
    events: integer("How many."),
    at: time("When.")
  },
  fold: ({ id, type, recordedAt }) => [
    { key: [id], change: (row) => ({ id, type, events: (row?.events ?? 0) + 1, at: recordedAt }) }
  ]
})

/** The events of one long conversation, again and again under other ids, as the lane's next batches. */
const conversations = function* (lane: Lane, events: number): Generator<Batch> {
  const path = conversationPath(conversationMachine(), 60).flatMap((step) => step.events)
  for (let written = 0, id = 0; written < events; id++, written += path.length) {
    const batch = new Batch()
    const from = lane.position
    for (const event of path) {
      const stored = canonicalJson(event.data)
      const position = ++lane.position
      const { company, partition } = lane
      const place = {
        company,
        partition,
        position,
        stream: `conversation/${partition}-${id}`,
        sealedHash: null
      }
      const leaf = { ...event, ...place, keyId: null, payloadHash: payloadHash(stored, null) }
      lane.head = nextLink(lane.head, leaf)
      batch.event({ ...leaf, sealed: null, link: lane.head }, stored)
    }
    const { company, partition, epoch, position: to, head } = lane
    batch.advance({ company, partition, epoch, from, to, head, recordedAt: path.at(-1)!.recordedAt })
    yield batch
  }
}

const smallEvents = function* (lane: Lane, events: number): Generator<Batch> {
  for (let written = 0; written < events; written += batchEvents) yield nextBatch(lane, batchEvents)
}

/** Events a second, from nothing to all shown. */
const catchUp = async (
  world: BenchWorld,
  models: ReadonlyArray<ReadModel>,
  batchesOf: (lane: Lane, events: number) => Iterable<Batch>,
  events: number
): Promise<number> => {
  const { database } = world
  const admin = { url: Redacted.make(database.adminUrl) }
  await database.admin.query("drop schema if exists core cascade; drop schema if exists template cascade")
  await database.admin.query("drop schema if exists es cascade; drop schema if exists c_bench cascade")
  await database.admin.query("drop table if exists public.centurion_migration")
  await Effect.runPromise(migrate(admin, ...schemaFolders))
  await Effect.runPromise(makeTemplate(admin, models, models === readModels ? analystViews : []))
  const connection = { url: Redacted.make(database.url) }
  const stores = ManagedRuntime.make(
    storeLayer.pipe(
      Layer.provideMerge(MasterKeys.layer([masterKeyOf(Buffer.alloc(32, 1))])),
      Layer.provideMerge(Database.layer({ connection, connectionsMax: 4, embedded: false }))
    )
  )
  const store = await stores.runPromise(EventStore)
  const lanes = await claimLanes(store)
  for (const lane of lanes)
    for (const batch of batchesOf(lane, events / lanes.length)) await Effect.runPromise(store.append(batch))
  await database.admin.query("vacuum analyze")
  const layer = projectionsLayer({
    models,
    upcastersOf: () => undefined,
    owner: undefined,
    onCommit: () => Effect.succeed(() => {})
  })
  const began = performance.now()
  const services = await stores.runPromise(Effect.context<Layer.Success<typeof storeLayer> | Database>())
  const following = ManagedRuntime.make(Layer.provide(layer, Layer.succeedContext(services)))
  const projections = await following.runPromise(Projections)
  for (const { company, partition, position } of lanes) {
    const isShown = await following.runPromise(projections.waitFor(company, partition, position, waitMaxMs))
    if (!isShown) throw new Error(`partition ${partition} is not read up to ${position}`)
  }
  const seconds = (performance.now() - began) / 1000
  const parked = await following.runPromise(projections.parked("bench"))
  if (parked.length > 0) throw new Error(`${parked.length} streams are parked: ${parked[0]!.reason}`)
  await following.dispose()
  await stores.dispose()
  return lanes.reduce((sum, { position }) => sum + position, 0) / seconds
}

const run = async (world: BenchWorld): Promise<void> => {
  for (const events of world.sizes ?? sizesDefault) {
    const value = await catchUp(world, [lastEvents], smallEvents, events)
    world.report({
      bench: "projections",
      case: `one table, one upsert an event, ${events} events`,
      unit: "events/s",
      value: rounded(value),
      targets: [{ of: "value", is: ">=", than: 20_000 }]
    })
  }
  const value = await catchUp(world, readModels, conversations, conversationEvents)
  world.report({
    bench: "projections",
    case: `all ${readModels.length} read models, conversations`,
    unit: "events/s",
    value: rounded(value)
  })
}

export const projections: Bench = {
  name: "projections",
  about: "read models from nothing to all of history, reading, folding and writing included",
  run
}
