import { randomBytes } from "node:crypto"
import * as Layer from "effect/Layer"
import { EventStore } from "../log/event-store.ts"
import { History } from "../log/history.ts"
import { randomNonces } from "../personal/encrypted-text.ts"
import { Secrets } from "../personal/secrets.ts"
import { SubjectKeys } from "../personal/subject-keys.ts"
import { SubjectStore } from "../personal/subject-store.ts"
import { SealStore } from "../proof/seal-store.ts"

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
