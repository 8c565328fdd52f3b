import { checkAll } from "../checks/check-all.ts"
import { allElse, atLeast, type Given, none, onStage, type Scenario, sendsWell } from "../scenario.ts"
import { someoneServes } from "../world/kill.ts"
import { startLoad } from "../world/lead-load.ts"
import { startOwnRedis } from "../world/own-redis.ts"
import { pause } from "../world/program.ts"
import type { Stage } from "../world/stage.ts"

const sizes = {
  full: { losses: 20, leads: 50, burstsPerSecond: 15, leastMessages: 600 },
  short: { losses: 2, leads: 40, burstsPerSecond: 15, leastMessages: 10 }
} as const

const betweenMs = { least: 400, most: 1200 } as const
const downMs = { least: 100, most: 1500 } as const

const play = async (stage: Stage, given: Given, redis: Awaited<ReturnType<typeof startOwnRedis>>) => {
  const size = sizes[given.size]
  const { random } = stage
  const load = startLoad(stage, { ...size, burstMax: 3 })
  for (let loss = 0; loss < size.losses; loss++) {
    given.progress((0.9 * loss) / size.losses, `${loss} of ${size.losses} losses`)
    await pause(random.between(betweenMs.least, betweenMs.most))
    if (loss % 2 === 0) await redis.kill()
    else await redis.flush()
    if (loss % 2 === 1) continue
    await pause(random.between(downMs.least, downMs.most))
    await redis.start()
  }
  await load.stop()
  await someoneServes(stage)
  given.progress(0.9, "waits until all is at rest")
  const outcome = await checkAll(stage)
  const { inbound } = outcome
  return {
    did: `Redis killed or emptied ${size.losses} times under load`,
    figures: [
      atLeast("messages acknowledged", size.leastMessages, inbound.acknowledged),
      none(
        "inbound lost, stored twice or out of order",
        inbound.lost + inbound.storedTwice + inbound.inboundInversions
      ),
      sendsWell(outcome),
      none("turns with two replies", outcome.repliesTwice),
      allElse(outcome)
    ]
  }
}

/** P9: losing Redis loses nothing. */
export const redis: Scenario = {
  promise: "P9",
  about: "losing Redis loses nothing",
  seconds: { full: 45, short: 9 },
  run: async (given) => {
    const own = await startOwnRedis(given.directory)
    try {
      return await onStage(given, "P9", { servers: 2, env: { REDIS_URL: own.url } }, (stage) =>
        play(stage, given, own)
      )
    } finally {
      await own.kill()
    }
  }
}
