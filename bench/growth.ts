import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { percentile, runLoad, spread } from "./load.ts"
import { openEngine } from "./open-engine.ts"
import { makeScratchDatabase } from "./scratch-database.ts"
import { engineTurn, sendChunk, warm } from "./turn.ts"
import { turnMachine } from "./turn-machine.ts"

/** The full run is `--sizes 1000,10000,100000`. */
const sizesDefault = [1000, 5000, 25_000]
const inFlight = 64

/** Turns, most of them for an actor that is not in memory when there are many, and what a load then costs. */
const measure = async (world: BenchWorld, conversations: number) => {
  const database = await makeScratchDatabase(world.server)
  try {
    const opened = await openEngine(database.url, {
      machines: [turnMachine],
      handlers: [sendChunk],
      runJobs: false
    })
    const turn = engineTurn(opened.engine)
    await warm(conversations, turn)
    await database.admin.query("truncate es.job")
    await database.admin.query("vacuum analyze")
    const load = await runLoad(inFlight, world.seconds, conversations, turn)
    const alone = await runLoad(1, world.seconds / 2, conversations, turn)
    await opened.close()
    return { load, alone }
  } finally {
    await database.drop()
  }
}

const run = async (world: BenchWorld): Promise<void> => {
  let first: { perSecond: number; alone: number } | undefined
  for (const conversations of world.sizes ?? sizesDefault) {
    const { load, alone } = await measure(world, conversations)
    const p50 = percentile(alone.latencies, 0.5)
    first ??= { perSecond: load.perSecond, alone: p50 }
    const of = `${conversations} conversations`
    world.report({
      bench: "growth",
      case: `${of}, c=${inFlight}`,
      unit: "turns/s",
      value: rounded(load.perSecond),
      ratio: rounded(load.perSecond / first.perSecond),
      ...spread(load.latencies)
    })
    world.report({
      bench: "growth",
      case: `${of}, c=1`,
      unit: "ms",
      value: rounded(p50),
      ratio: rounded(p50 / first.alone),
      ...spread(alone.latencies)
    })
  }
}

export const growth: Bench = {
  name: "growth",
  about: "turns over more and more conversations, of which 5,000 stay in memory; ratio: to the fewest",
  run
}
