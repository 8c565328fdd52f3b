import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { registerMachines } from "../../actors/machine-registry.ts"
import { Replayer } from "../../actors/replay.ts"
import { EventStore } from "../../eventstore/event-store.ts"
import type { StoredEvent } from "../../eventstore/stored-event.ts"
import { machines } from "../../machines/index.ts"
import type { TestDatabase } from "../databases.ts"
import { reminder } from "./reminder.ts"

/** What the histories themselves show: all must be 0. */
export interface HistoryCounts {
  /** Timers that fired though they were not set: twice, or after they were cancelled. */
  readonly strayTimers: number
  /** Results of jobs that nobody waited for. */
  readonly strayResults: number
  /** Emitted events that don't follow from their inputs, and streams that can't be replayed. */
  readonly differing: number
}

const pageEvents = 2000

/** Replays every stream of the company, and looks at what each timer and each result met. */
export const checkHistories = async (database: TestDatabase, company: string): Promise<HistoryCounts> => {
  const registry = Result.getOrThrow(
    registerMachines(
      [...machines, { machine: reminder }],
      ["writeReply", "sendChunk", "showTyping"],
      () => {}
    )
  )
  const replayers = new Map<string, Replayer>()
  const counts = { strayTimers: 0, strayResults: 0, differing: 0 }
  const take = (event: StoredEvent) => {
    const { stream, type, data } = event
    let replayer = replayers.get(stream)
    if (replayer === undefined) {
      replayer = new Replayer(registry.get(stream.slice(0, stream.indexOf("/")))!)
      replayers.set(stream, replayer)
    }
    const { timers = [], jobs = [] } = replayer.state ?? {}
    if (type === "TimerFired" && !timers.some(({ timer }) => timer === data.timer)) counts.strayTimers++
    const isResult = type === "JobSucceeded" || type === "JobFailed"
    if (isResult && !jobs.some(({ job }) => job === data.job)) counts.strayResults++
    replayer.take(event)
  }
  const read = Effect.gen(function* () {
    const store = yield* EventStore
    for (const { partition, position } of yield* store.partitions(company)) {
      for (let after = 0; after < position; after += pageEvents) {
        for (const event of yield* store.readPartition(company, partition, after, pageEvents)) take(event)
      }
    }
  })
  await Effect.runPromise(Effect.provide(read, database.layer))
  for (const replayer of replayers.values()) {
    const { differing, stopped } = replayer.finish()
    counts.differing += differing + (stopped === undefined ? 0 : 1)
  }
  return counts
}
