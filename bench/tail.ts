import * as Effect from "effect/Effect"
import type { EventStore } from "../eventstore/log/event-store.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { runLoad } from "./load.ts"
import { openEngine } from "./open-engine.ts"
import { engineTurn, sendChunk } from "./turn.ts"
import { turnMachine } from "./turn-machine.ts"

const writers = 16
const conversations = 1000
const page = 500

/** A reader at the end of its partition looks again after this. */
const lookAgainMs = 2
const pause = () => new Promise((resolve) => setTimeout(resolve, lookAgainMs))

/** Follows one partition from its beginning; counts what comes twice and what is passed over. */
const makeReader = (store: EventStore["Service"], partition: number) => {
  const seen = new Set<string>()
  const counts = { read: 0, repeated: 0, gaps: 0 }
  let after = 0
  const readPage = async (): Promise<number> => {
    const events = await Effect.runPromise(store.readPartition("bench", partition, after, page))
    for (const { position, stream, version } of events) {
      const id = `${stream}@${version}`
      if (seen.has(id)) counts.repeated++
      if (position !== after + 1) counts.gaps++
      seen.add(id)
      counts.read++
      after = position
    }
    return events.length
  }
  return { counts, seen, readPage }
}

const run = async (world: BenchWorld): Promise<void> => {
  const { url, admin } = world.database
  const { engine, store, close } = await openEngine(url, {
    machines: [turnMachine],
    handlers: [sendChunk],
    runJobs: false
  })
  const partitions = await Effect.runPromise(store.partitions("bench"))
  const readers = partitions.map(({ partition }) => makeReader(store, partition))
  let writing = true
  const follow = async (reader: (typeof readers)[number]) => {
    while (writing) if ((await reader.readPage()) === 0) await pause()
    while ((await reader.readPage()) > 0);
  }
  const following = readers.map(follow)
  const load = await runLoad(writers, world.seconds, conversations, engineTurn(engine))
  writing = false
  await Promise.all(following)
  const stored = await admin.query("select stream || '@' || version as id from es.event")
  const seen = new Set(readers.flatMap((reader) => [...reader.seen]))
  const missed = stored.rows.filter((row) => !seen.has(row.id)).length
  const sum = (of: "read" | "repeated" | "gaps") => readers.reduce((all, { counts }) => all + counts[of], 0)
  const none = [{ of: "value", is: "<=", than: 0 }] as const
  const bench = "tail"
  world.report({ bench, case: "read beside 16 writers", unit: "events", value: sum("read") })
  world.report({ bench, case: "turns meanwhile", unit: "turns/s", value: rounded(load.perSecond) })
  world.report({ bench, case: "missed", unit: "events", value: missed, targets: none })
  world.report({ bench, case: "repeated", unit: "events", value: sum("repeated"), targets: none })
  world.report({ bench, case: "gaps", unit: "events", value: sum("gaps"), targets: none })
  await close()
}

export const tail: Bench = {
  name: "tail",
  about:
    "readers follow every partition while 16 turns are in flight, and after: nothing missed, nothing twice",
  run
}
