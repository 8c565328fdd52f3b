import { checkAll } from "../checks/check-all.ts"
import { allElse, atLeast, type Given, none, onStage, type Scenario } from "../scenario.ts"
import { ownerAndStandby, someoneServes } from "../world/kill.ts"
import { startLoad } from "../world/lead-load.ts"
import { pause } from "../world/program.ts"
import type { Random } from "../world/random.ts"
import type { Stage } from "../world/stage.ts"
import type { Copies } from "../world/webhook-relay.ts"

const sizes = {
  full: { restarts: 30, leads: 60, burstsPerSecond: 8, leastCopies: 3000, lateMs: 1500 },
  short: { restarts: 2, leads: 40, burstsPerSecond: 6, leastCopies: 50, lateMs: 250 }
} as const

const copiesMax = 10
const betweenRestartsMs = { least: 900, most: 1600 } as const

/** Some at the same moment, on both servers; the others so late that a restart comes between. */
const copies =
  (lateMs: number) =>
  (random: Random): Copies => {
    const times = 1 + random.below(copiesMax)
    return { times, atOnce: 1 + random.below(times), pauseMs: random.between(10, lateMs) }
  }

const play = async (stage: Stage, given: Given) => {
  const size = sizes[given.size]
  const load = startLoad(stage, { ...size, burstMax: 3 })
  for (let restart = 0; restart < size.restarts; restart++) {
    given.progress((0.8 * restart) / size.restarts, `${restart} of ${size.restarts} restarts`)
    await pause(stage.random.between(betweenRestartsMs.least, betweenRestartsMs.most))
    const [owner] = await ownerAndStandby(stage)
    // Now in order, now as a power cut would.
    await (restart % 2 === 0 ? owner.stop() : owner.kill())
    owner.start()
    await someoneServes(stage)
  }
  await load.stop()
  given.progress(0.8, "waits for the last copies")
  const outcome = await checkAll(stage)
  const { inbound } = outcome
  return {
    did: `every webhook 1-${copiesMax} times, also at once and at two processes, ${size.restarts} restarts between`,
    figures: [
      atLeast("copies answered with 200", size.leastCopies, stage.relay.counts().delivered),
      none("events per provider id beyond 1", inbound.storedTwice),
      none("the same of delivery updates", inbound.updatesTwice),
      none("messages without an event", inbound.lost),
      none("turns with two replies", outcome.repliesTwice),
      allElse(outcome)
    ]
  }
}

/** P2: an inbound message takes effect once, however often it is delivered. */
export const once: Scenario = {
  promise: "P2",
  about: "an inbound message takes effect once, however often it is delivered",
  seconds: { full: 100, short: 11 },
  run: (given) =>
    onStage(given, "P2", { servers: 2, copies: copies(sizes[given.size].lateMs) }, (stage) =>
      play(stage, given)
    )
}
