import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { backtest as backtestAll } from "../actors/backtest/backtest.ts"
import { planOf } from "../actors/backtest/backtest-plan.ts"
import type { BacktestReport } from "../actors/backtest/backtest-report.ts"
import { EventStore } from "../eventstore/log/event-store.ts"
import { History } from "../eventstore/log/history.ts"
import type { StoredEvent } from "../eventstore/log/stored-event.ts"
import { firstLink } from "../eventstore/proof/hash.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { conversationMachine, conversationPath } from "./conversation-path.ts"
import { rounded } from "./figure.ts"

const streamsDefault = 60
const stepsOfStream = 400

/** So many conversations, their events turn by turn as a partition has them. */
const partitionOf = (streams: number): ReadonlyArray<StoredEvent> => {
  const one = conversationPath(conversationMachine(), stepsOfStream).flatMap(({ events }) => events)
  const events = one.flatMap((event) =>
    Array.from({ length: streams }, (_, n) => ({ ...event, stream: `conversation/${n}` }))
  )
  return events.map((event, n) => ({ ...event, position: n + 1 }))
}

/** The reads that a backtest makes, from memory: what is measured is the comparison. */
const readsOf = (events: ReadonlyArray<StoredEvent>) => {
  const { position, recordedAt } = events.at(-1)!
  const row = { company: "bench", partition: 1, owner: null, alive: false, epoch: 1, head: firstLink }
  const readPartition = (_: string, __: number, after: number, most: number) =>
    Effect.sync(() => events.slice(after, after + most))
  return Layer.mergeAll(
    Layer.succeed(EventStore, {
      partitions: () => Effect.succeed([{ ...row, position, recordedAt }])
    } as unknown as EventStore["Service"]),
    Layer.succeed(History, { readPartition } as unknown as History["Service"])
  )
}

const cases = {
  "no difference": [],
  "a longer turnClosure": [{ path: ["settings", "turnClosureMs"], value: 9000 }]
} as const

/** Processor time of this thread, us, over at least `seconds`, after a first round that is not counted. */
const measure = async (seconds: number, work: () => Promise<BacktestReport>) => {
  await work()
  const endsAt = performance.now() + seconds * 1000
  const started = process.threadCpuUsage()
  let calls = 0
  do {
    await work()
    calls++
  } while (performance.now() < endsAt)
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / calls
}

const run = async (world: BenchWorld): Promise<void> => {
  const [streams = streamsDefault] = world.sizes ?? []
  const registered = conversationMachine()
  const events = partitionOf(streams)
  const layer = readsOf(events)
  for (const [name, settings] of Object.entries(cases)) {
    const plan = planOf(registered, { running: registered.current }, { settings })
    const work = async () => {
      const report = await Effect.runPromise(
        Effect.provide(backtestAll(plan, { having: [], where: [] }), layer)
      )
      if (report.events.compared === events.length) return report
      throw new Error(`${report.events.compared} of ${events.length} events were compared`)
    }
    const value = (events.length * 1e6) / (await measure(world.seconds, work))
    world.report({
      bench: "backtest",
      case: name,
      unit: "events/s",
      value: rounded(value),
      targets: [{ of: "value", is: ">=", than: 15_000 }]
    })
  }
}

export const backtest: Bench = {
  name: "backtest",
  about:
    "stored conversations through their own machine version and a candidate, events a second of one core",
  run
}
