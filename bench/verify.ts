import { mkdtemp, open, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Database } from "../eventstore/database/database.ts"
import { EventStore } from "../eventstore/log/event-store.ts"
import { anchorSeals } from "../eventstore/proof/anchor.ts"
import { anchorDirectory } from "../eventstore/proof/anchor-directory.ts"
import { verifierKeyOf } from "../eventstore/proof/checkpoint-note.ts"
import { exportCompany } from "../eventstore/proof/export.ts"
import { newSealKeyPem, readSealKey, SealSigner } from "../eventstore/proof/seal-signer.ts"
import { SealStore } from "../eventstore/proof/seal-store.ts"
import { makeSealer } from "../eventstore/proof/sealer.ts"
import { type VerifiedHistory, verifyHistory } from "../eventstore/proof/verify.ts"
import { verifyExport } from "../eventstore/proof/verify-export.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { claimLanes, nextBatch } from "./event-batch.ts"
import { rounded } from "./figure.ts"
import { median } from "./load.ts"

const eventsDefault = 200_000
const batchEvents = 500
/** One seal for so many events, as under load. */
const sealEvents = 10_000
const rounds = 3
const target = { of: "value", is: ">=", than: 200_000 } as const

const key = readSealKey(newSealKeyPem())!
const keys = [verifierKeyOf("bench", key)]

const openStores = (url: string) =>
  ManagedRuntime.make(
    Layer.mergeAll(EventStore.layer, SealStore.layer, SealSigner.layerOf("bench", key)).pipe(
      Layer.provideMerge(
        Database.layer({ connection: { url: Redacted.make(url) }, connectionsMax: 5, embedded: false })
      )
    )
  )

/** Writes the events over four partitions and seals them on the way; gives the time that sealing took, in ms. */
const fill = Effect.fnUntraced(function* (events: number) {
  const store = yield* EventStore
  const lanes = yield* Effect.promise(() => claimLanes(store))
  const seal = yield* makeSealer({ everyEvents: 1, everyMs: 0 })
  let sealing = 0
  for (let written = 0; written < events; ) {
    for (const lane of lanes) yield* store.append(nextBatch(lane, batchEvents))
    written += lanes.length * batchEvents
    if (written % sealEvents < lanes.length * batchEvents) {
      const began = performance.now()
      yield* seal
      sealing += performance.now() - began
    }
  }
  return sealing
})

const exportTo = Effect.fnUntraced(function* (path: string) {
  const file = yield* Effect.promise(() => open(path, "w"))
  yield* exportCompany("bench", (lines) => Effect.promise(() => file.writeFile(lines)))
  yield* Effect.promise(() => file.close())
})

const run = async (world: BenchWorld): Promise<void> => {
  const [events = eventsDefault] = world.sizes ?? []
  const stores = openStores(world.database.url)
  const folder = await mkdtemp(join(tmpdir(), "centurion-bench-"))
  const [anchors, file] = [join(folder, "anchors"), join(folder, "bench.ndjson")]
  const report = (what: string, value: number, isTarget: boolean) =>
    world.report({
      bench: "verify",
      case: what,
      unit: "links/s",
      value: rounded(value),
      ...(isTarget && { targets: [target] })
    })
  /** Links a second, of the whole check. */
  const time = async (check: () => Promise<VerifiedHistory>) => {
    const rates: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const began = performance.now()
      const verified = await check()
      if (!verified.ok) throw new Error(`it found damage: ${JSON.stringify(verified.damages[0])}`)
      rates.push((verified.events * 1000) / (performance.now() - began))
    }
    return median(rates)
  }
  try {
    const sealing = await stores.runPromise(fill(events))
    await world.database.admin.query("vacuum analyze")
    await stores.runPromise(anchorSeals(anchorDirectory(anchors)))
    report("sealed as they come", (events * 1000) / sealing, false)
    report("from the database", await time(() => stores.runPromise(verifyHistory({ keys, anchors }))), true)
    const began = performance.now()
    await stores.runPromise(exportTo(file))
    report("exported", (events * 1000) / (performance.now() - began), false)
    report("from an export", await time(() => Effect.runPromise(verifyExport(file, { keys, anchors }))), true)
  } finally {
    await stores.dispose()
    await rm(folder, { recursive: true, force: true })
  }
}

export const verify: Bench = {
  name: "verify",
  about: "checks the chain, the seals and their anchors of all history, from the database and from an export",
  run
}
