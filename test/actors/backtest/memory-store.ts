import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { firstLink } from "../../../eventstore/proof/hash.ts"

/** Reads of one partition in memory. Whatever else is asked of it dies: a backtest only reads. */
export interface MemoryStore {
  /** May grow: positions must be dense. */
  readonly events: Array<StoredEvent>
  readonly asked: Array<string>
  readonly layer: Layer.Layer<EventStore | History>
}

export const memoryStore = (given: ReadonlyArray<StoredEvent>): MemoryStore => {
  const events = [...given]
  const asked: Array<string> = []
  const of = (company: string) => events.filter((event) => event.company === company)
  const reads = {
    readStream: (company: string, stream: string, after: number, most: number) =>
      Effect.sync(() => {
        asked.push("readStream")
        return of(company)
          .filter((event) => event.stream === stream && event.version > after)
          .toSorted((a, b) => a.version - b.version)
          .slice(0, most)
      }),
    readPartition: (company: string, partition: number, after: number, most: number) =>
      Effect.sync(() => {
        asked.push("readPartition")
        const all = events[0]?.company === company && partition === 1 ? events : []
        return all.slice(after, after + most)
      })
  }
  const partitions = (company?: string) =>
    Effect.sync(() => {
      asked.push("partitions")
      const last = events.at(-1)
      if (last === undefined || (company !== undefined && company !== last.company)) return []
      const place = { company: last.company, partition: 1, owner: null, alive: false, epoch: 1 }
      return [{ ...place, position: last.position, head: firstLink, recordedAt: last.recordedAt }]
    })
  const only = (has: object) =>
    new Proxy(has, {
      get: (target, name) => {
        if (Reflect.has(target, name) || typeof name === "symbol") return Reflect.get(target, name)
        return () => Effect.die(new Error(`a backtest asked the store to ${name}`))
      }
    })
  const store = Layer.succeed(EventStore, only({ ...reads, partitions }) as EventStore["Service"])
  const history = Layer.succeed(History, only({ ...reads, open: Effect.succeed }) as History["Service"])
  return { events, asked, layer: Layer.mergeAll(store, history) }
}
