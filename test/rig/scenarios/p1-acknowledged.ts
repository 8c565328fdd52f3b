import { checkAll } from "../checks/check-all.ts"
import { allElse, atLeast, type Given, none, onStage, type Scenario } from "../scenario.ts"
import { killOnce, someoneServes } from "../world/kill.ts"
import { startLoad } from "../world/lead-load.ts"
import { pause } from "../world/program.ts"
import type { Stage } from "../world/stage.ts"

const sizes = {
  full: { kills: 200, databaseKills: 15, wires: 40, leads: 70, burstsPerSecond: 20, leastMessages: 1000 },
  short: { kills: 7, databaseKills: 1, wires: 4, leads: 40, burstsPerSecond: 15, leastMessages: 50 }
} as const

const wireMs = { least: 300, most: 1500 } as const
const slowWireMs = 40

/** What can go wrong with the wire between the app and its database, in turn. */
const wireFaults: ReadonlyArray<(stage: Stage) => Promise<void>> = [
  async ({ databaseProxies: [wire] }) => wire!.cut(),
  async ({ databaseProxies: [wire], random }) => {
    wire!.hold(true)
    await pause(random.between(wireMs.least, wireMs.most))
    wire!.hold(false)
  },
  async ({ databaseProxies: [wire], random }) => {
    wire!.delay(slowWireMs)
    await pause(random.between(wireMs.least, wireMs.most))
    wire!.delay(0)
  },
  async ({ databaseProxies: [wire], random }) => {
    wire!.halfOpen()
    await pause(random.between(wireMs.least, wireMs.most))
    // Sooner or later the machine itself finds that nobody is there.
    wire!.cut()
  }
]

type Misfortune = "kill" | "database" | "wire"

const shuffled = (stage: Stage, counts: Readonly<Record<Misfortune, number>>): ReadonlyArray<Misfortune> =>
  Object.entries(counts)
    .flatMap(([what, count]) => Array.from({ length: count }, () => what as Misfortune))
    .map((what) => ({ what, place: stage.random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ what }) => what)

const play = async (stage: Stage, given: Given) => {
  const size = sizes[given.size]
  const [server] = stage.servers
  const load = startLoad(stage, { ...size, burstMax: 4 })
  const { kills, databaseKills, wires } = size
  const misfortunes = shuffled(stage, { kill: kills, database: databaseKills, wire: wires })
  let faults = 0
  for (const [n, misfortune] of misfortunes.entries()) {
    given.progress((0.9 * n) / misfortunes.length, `${n} of ${misfortunes.length} misfortunes`)
    if (misfortune === "kill") await killOnce(stage, server!)
    else {
      await someoneServes(stage)
      await pause(stage.random.between(20, 300))
      if (misfortune === "wire") await wireFaults[faults++ % wireFaults.length]!(stage)
      else {
        await given.postgres.kill()
        await pause(stage.random.between(0, 300))
        await given.postgres.start()
      }
    }
  }
  await load.stop()
  await someoneServes(stage)
  given.progress(0.9, "waits until all is at rest")
  const outcome = await checkAll(stage)
  const { inbound } = outcome
  return {
    did: `${kills} kills of the app, ${databaseKills} of the database, ${wires} faults of the wire between them`,
    figures: [
      atLeast("messages acknowledged", size.leastMessages, inbound.acknowledged),
      none("acknowledged minus stored", inbound.acknowledgedAndLost),
      none("written and not stored at the end", inbound.lost),
      none("stored twice", inbound.storedTwice),
      allElse(outcome)
    ]
  }
}

/** P1: no acknowledged inbound message is lost. */
export const acknowledged: Scenario = {
  promise: "P1",
  about: "no acknowledged inbound message is lost",
  seconds: { full: 270, short: 16 },
  run: (given) => onStage(given, "P1", { servers: 1 }, (stage) => play(stage, given))
}
