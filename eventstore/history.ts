import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore, type StoreUnavailable } from "./event-store.ts"
import type { StoredEvent } from "./stored-event.ts"

/**
 * History as it was said: events with their personal data opened while its key is there. `EventStore` gives what is
 * stored, sealed; whoever folds, replays or shows events reads them here.
 */
export class History extends Context.Service<
  History,
  {
    /** Events of a stream with a version above `after`, at most `most`. */
    readonly readStream: (
      company: string,
      stream: string,
      after: number,
      most: number
    ) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable>
    /** Events of a partition with a position above `after`, at most `most`. */
    readonly readPartition: (
      company: string,
      partition: number,
      after: number,
      most: number
    ) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable>
    /** The same events, opened. */
    readonly open: (
      events: ReadonlyArray<StoredEvent>
    ) => Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable>
  }
>()("centurion/eventstore/History") {
  static readonly layer = Layer.effect(
    History,
    Effect.gen(function* () {
      const store = yield* EventStore
      return History.of({
        readStream: store.readStream,
        readPartition: store.readPartition,
        open: Effect.succeed
      })
    })
  )
}
