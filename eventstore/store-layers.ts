import { randomBytes } from "node:crypto"
import * as Layer from "effect/Layer"
import { EventStore } from "./event-store.ts"
import { History } from "./history.ts"
import { SealStore } from "./seal-store.ts"
import { randomNonces } from "./sealed-text.ts"
import { Secrets } from "./secrets.ts"
import { SubjectKeys } from "./subject-keys.ts"
import { SubjectStore } from "./subject-store.ts"

/** What opens and seals, over an `EventStore`, a `SubjectStore` and `MasterKeys`. */
export const sealingLayer = (
  random: (bytes: number) => Uint8Array = randomBytes,
  nonces: () => Uint8Array = randomNonces()
) =>
  Layer.mergeAll(History.layer, Secrets.layerWith(random)).pipe(
    Layer.provideMerge(SubjectKeys.layerWith(random, nonces))
  )

/** All services of the event store, over a `Database` and `MasterKeys`. */
export const storeLayer = sealingLayer().pipe(
  Layer.provideMerge(Layer.mergeAll(EventStore.layer, SubjectStore.layer, SealStore.layer))
)

/** What `storeLayer` gives. */
export type StoreServices = EventStore | SubjectStore | SealStore | SubjectKeys | History | Secrets
