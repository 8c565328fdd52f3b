import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Engine } from "../actors/engine/engine.ts"
import { EngineClock } from "../actors/engine/engine-clock.ts"
import { engineLayer } from "../actors/engine/engine-layer.ts"
import { defaultLimits } from "../actors/engine/engine-limits.ts"
import type { EngineOptions } from "../actors/engine/engine-options.ts"
import { Ownership } from "../actors/engine/ownership.ts"
import { Database } from "../eventstore/database/database.ts"
import { storeLayer as allStores } from "../eventstore/database/store-layers.ts"
import { EventStore } from "../eventstore/log/event-store.ts"
import { MasterKeys, masterKeyOf } from "../eventstore/personal/master-keys.ts"

/** Connections of the engine call themselves this. */
export const engineApplication = "centurion"

/** Seals what benches write. */
export const benchMasterKey = Buffer.alloc(32, 7)

/** An engine with its store, run by this process. */
export interface OpenEngine {
  readonly engine: Engine["Service"]
  readonly store: EventStore["Service"]
  readonly close: () => Promise<void>
}

/** Only the store, for measurements below the engine. */
export const openStore = async (url: string, connections: number) => {
  const runtime = ManagedRuntime.make(storeLayer(url, connections))
  return { store: await runtime.runPromise(EventStore), close: () => runtime.dispose() }
}

/** The engine as `main` wires it, owning the partitions of company `bench`; waits until it is ready. */
export const openEngine = async (url: string, options: Partial<EngineOptions>): Promise<OpenEngine> => {
  const limits = options.limits ?? defaultLimits
  const layer = engineLayer({
    machines: [],
    handlers: [],
    companies: ["bench"],
    startInput: () => Effect.succeed(null),
    ...options,
    limits
  }).pipe(
    Layer.provideMerge(Ownership.layerLease({ owner: `bench-${process.pid}-${++opened}`, leaseMs: 10_000 })),
    Layer.provideMerge(storeLayer(url, limits.lanes + 2)),
    Layer.provideMerge(EngineClock.layer())
  )
  const runtime = ManagedRuntime.make(layer)
  const engine = await runtime.runPromise(Engine)
  const store = await runtime.runPromise(EventStore)
  await Effect.runPromise(untilReady(engine))
  return { engine, store, close: () => runtime.dispose() }
}

let opened = 0

const storeLayer = (url: string, connections: number) =>
  allStores.pipe(
    Layer.provideMerge(MasterKeys.layer([masterKeyOf(benchMasterKey)])),
    Layer.provideMerge(
      Database.layer({
        connection: { url: Redacted.make(url) },
        connectionsMax: connections,
        embedded: false
      })
    )
  )

const untilReady = (engine: Engine["Service"]) =>
  Effect.gen(function* () {
    while (!(yield* engine.status).ready) yield* Effect.sleep(5)
  })
