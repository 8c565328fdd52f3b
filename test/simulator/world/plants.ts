import * as Effect from "effect/Effect"
import { Batch } from "../../../eventstore/log/batch.ts"
import type { EventStore } from "../../../eventstore/log/event-store.ts"
import { Random } from "../time/random.ts"
import type { Plant, World } from "./world.ts"

type Store = EventStore["Service"]

/** Rows that a planted fault takes out of a batch, or changes, before it is stored. */
const without = (batch: Batch, group: "jobChanges" | "keys" | "messagesDone" | "timersCleared"): Batch => {
  const changed = Object.assign(new Batch(), batch)
  return Object.assign(changed, { [group]: new Batch()[group] })
}

const withAppend = (change: (batch: Batch, world: World) => Batch): Plant => ({
  store: (store, world) => ({ ...store, append: (batch) => store.append(change(batch, world)) })
})

/** Faults in the engine's seams, each of which the simulator must find. */
const makers = {
  /** The attempt is not committed before the send: after a crash nobody knows of it. */
  attemptUnwritten: withAppend((batch) => without(batch, "jobChanges")),
  /** Senders' keys are not kept: a message that comes twice is two events. */
  keysUnchecked: withAppend((batch) => without(batch, "keys")),
  /** Whoever believes to own a partition may write into it. */
  fenceOff: {
    store: (store, world) => ({
      ...store,
      append: (batch) =>
        Effect.catchTag(store.append(batch), "PartitionLost", () =>
          Effect.sync(() => world.store.tables.writeUnchecked(batch, world.timeline.now))
        )
    })
  },
  /** A lane believes that its commit stands when the connection breaks. */
  answeredBeforeCommit: {
    store: (store) => ({
      ...store,
      append: (batch) => Effect.catchTag(store.append(batch), "StoreUnavailable", () => Effect.void)
    })
  },
  /** A timer that fired stays in the database. */
  timerStays: withAppend((batch) => without(batch, "timersCleared")),
  /** A message between actors is stored twice, under another number. */
  messageTwice: withAppend((batch) => {
    const { columns, size } = batch.messages
    for (let n = 0; n < size; n++) {
      const row = columns.map((column) => column[n])
      batch.messages.add(...row.slice(0, 4), Number(row[4]) + 1000, ...row.slice(5))
    }
    return batch
  }),
  /** Snapshots are older than they say. */
  staleSnapshot: {
    store: (store) => ({
      ...store,
      loadActors: (companies, streams) =>
        Effect.map(store.loadActors(companies, streams), (found) =>
          found.map((actor) => ({
            ...actor,
            events: actor.events.slice(actor.snapshot === undefined ? 0 : 1)
          }))
        )
    })
  },
  /** Reads skip a due timer now and then for good. */
  timerForgotten: {
    store: (store, world) => {
      const random = new Random(`${world.options.seed} plant`)
      return {
        ...store,
        append: (batch) => {
          if (batch.timers.size > 0 && random.chance(0.02)) {
            return store.append(
              Object.assign(Object.assign(new Batch(), batch), { timers: new Batch().timers })
            )
          }
          return store.append(batch)
        }
      } satisfies Store
    }
  },
  /** The provider says that it honours keys, and does not. */
  providerIgnoresKeys: {
    provider: (provider) => {
      provider.ignoresKeys = true
    }
  },
  /** The handler sends again whatever happened: it says of every send that it may be repeated. */
  sendsAgain: {
    handler: (handler) => (handler.name === "sendChunk" ? { ...handler, idempotency: "safe" } : handler)
  },
  /** Receipts are never found. */
  receiptsBlind: {
    handler: (handler) =>
      handler.findReceipt === undefined ? handler : { ...handler, findReceipt: () => Effect.succeedNone }
  }
} satisfies Record<string, Plant>

export type PlantName = keyof typeof makers

export const plantNames = Object.keys(makers) as ReadonlyArray<PlantName>

export const plants: Readonly<Record<PlantName, Plant>> = makers
