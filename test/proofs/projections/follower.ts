import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Database } from "../../../eventstore/database/database.ts"
import { storeLayer } from "../../../eventstore/database/store-layers.ts"
import { Projections } from "../../../projections/engine/projections.ts"
import { projectionsLayer } from "../../../projections/engine/projections-layer.ts"
import { readModels } from "../../../projections/index.ts"
import { testMasterKeys } from "../../databases.ts"

/** A process that follows events into all read models until it is killed. */
const connection = { url: Redacted.make(process.env.DATABASE_URL ?? "") }
const stores = storeLayer.pipe(
  Layer.provideMerge(testMasterKeys),
  Layer.provideMerge(Database.layer({ connection, connectionsMax: 4, embedded: false }))
)
const following = projectionsLayer({
  models: readModels,
  upcastersOf: () => undefined,
  owner: undefined,
  onCommit: () => Effect.succeed(() => {})
})
await ManagedRuntime.make(Layer.provide(following, stores)).runPromise(Projections)
process.send?.("following")
setInterval(() => {}, 60_000)
