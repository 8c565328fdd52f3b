import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { median, runLoad } from "./load.ts"
import { openEngine } from "./open-engine.ts"
import { engineTurn, sendChunk, warm } from "./turn.ts"
import { sealedTurnMachine, turnMachine } from "./turn-machine.ts"

const conversationsDefault = 2000
const rounds = 5

/** The same turns, sealed and in the clear, in alternation. */
const run = async (world: BenchWorld): Promise<void> => {
  const [conversations = conversationsDefault] = world.sizes ?? []
  const machines = [turnMachine, sealedTurnMachine]
  const opened = await openEngine(world.database.url, { machines, handlers: [sendChunk], runJobs: false })
  const turns = {
    clear: engineTurn(opened.engine, "turn"),
    sealed: engineTurn(opened.engine, "sealedTurn")
  }
  await warm(conversations, turns.clear)
  await warm(conversations, turns.sealed)
  for (const inFlight of [1, 64, 256]) {
    const perSecond = { clear: [] as Array<number>, sealed: [] as Array<number> }
    for (let round = 0; round < rounds; round++) {
      for (const side of ["clear", "sealed"] as const) {
        await world.database.admin.query("truncate es.job")
        perSecond[side].push((await runLoad(inFlight, world.seconds, conversations, turns[side])).perSecond)
      }
    }
    const [sealed, clear] = [median(perSecond.sealed), median(perSecond.clear)]
    world.report({
      bench: "sealing",
      case: `c=${inFlight}`,
      unit: "turns/s",
      value: rounded(sealed),
      floor: rounded(clear),
      ratio: rounded(sealed / clear),
      targets: [{ of: "ratio", is: ">=", than: 0.75 }]
    })
  }
  await opened.close()
}

export const sealing: Bench = {
  name: "sealing",
  about: "the turn with its personal data sealed, held against the same turn in the clear (the floor here)",
  run
}
