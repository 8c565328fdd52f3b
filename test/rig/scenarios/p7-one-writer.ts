import { readFileSync } from "node:fs"
import { checkAll } from "../checks/check-all.ts"
import { comeToRest } from "../checks/come-to-rest.ts"
import { allElse, atLeast, type Given, none, onStage, type Scenario, sendsWell } from "../scenario.ts"
import { ownerAndStandby, someoneServes } from "../world/kill.ts"
import { contactOf, type LeadLoad, startLoad } from "../world/lead-load.ts"
import { becomesTrue, pause } from "../world/program.ts"
import type { Server } from "../world/server.ts"
import { channelNames, leaseMs, type Stage } from "../world/stage.ts"

const sizes = {
  full: { rounds: 100, leads: 50, burstsPerSecond: 12, leastRefused: 50 },
  short: { rounds: 4, leads: 50, burstsPerSecond: 12, leastRefused: 1 }
} as const

/** Messages that are on their way to the owner when it stops; it takes them up when it wakes. */
const onTheWay = 9
/**
 * Longer than any owner is frozen here: one that is frozen in the middle of a send lets it go when it wakes, and a
 * provider's word that it has nothing yet is believed only after this.
 */
const receiptSettleMs = 4000
const takeOverMaxMs = 20_000
/** After the other one took over, so long both believe that they own the partitions. */
const beyondMs = { least: 50, most: 500 } as const
const recoverMs = { least: 200, most: 400 } as const

/** Frozen, or alone on its side of the network: an owner that does not hear that its lease ran out. */
const strand = (stage: Stage, owner: Server, frozen: boolean) => {
  const wire = stage.databaseProxies[stage.servers.indexOf(owner)]!
  stage.note(`${owner.name} ${frozen ? "frozen" : "cut off"}`)
  if (frozen) owner.freeze()
  else wire.hold(true)
  return () => {
    stage.note(`${owner.name} goes on`)
    if (frozen) owner.thaw()
    else wire.hold(false)
  }
}

/** Each of these leads writes, all at once; the messages are on their way until somebody takes them. */
const setOut = (stage: Stage, leads: ReadonlyArray<number>, text: string): Promise<unknown> =>
  Promise.all(
    leads.map((lead, n) =>
      stage.providers[channelNames[n % channelNames.length]!].write(contactOf(lead), text)
    )
  )

/**
 * One owner after the other. In a loud round both servers are busy all the time. In a quiet one nobody writes but the
 * stale owner, to actors that it has in memory: the partitions stand where it left them, and the epoch alone tells that
 * they are not its any more.
 */
const round = async (stage: Stage, given: Given, load: LeadLoad, n: number) => {
  const { random } = stage
  const leads = Array.from({ length: onTheWay }, () => random.below(sizes[given.size].leads))
  const isQuiet = n % 4 >= 2
  load.rest(isQuiet)
  await setOut(stage, leads, `before round ${n}`)
  if (isQuiet) await comeToRest(stage)
  const [owner, standby] = await ownerAndStandby(stage)
  await pause(random.between(0, leaseMs / 4))
  const goOn = strand(stage, owner, n % 2 === 0)
  if (isQuiet) {
    stage.aimAt(owner)
    await setOut(stage, leads, `round ${n}`)
  }
  const tookOver = await becomesTrue(standby.isReady, takeOverMaxMs)
  await pause(random.between(beyondMs.least, beyondMs.most))
  goOn()
  await pause(random.between(recoverMs.least, recoverMs.most))
  stage.aimAt()
  load.rest(false)
  await someoneServes(stage)
  return tookOver
}

/** Appends that the store refused because the partition was another's by then; the servers log each. */
const refusedIn = ({ servers }: Stage): number =>
  servers.reduce(
    (sum, { logFile }) =>
      sum +
      (readFileSync(logFile, "utf8").match(/is lost: another process took the partition over/g)?.length ?? 0),
    0
  )

const play = async (stage: Stage, given: Given) => {
  const size = sizes[given.size]
  const load = startLoad(stage, { ...size, burstMax: 3 })
  let takeOvers = 0
  let refusedRounds = 0
  let refused = 0
  for (let n = 0; n < size.rounds; n++) {
    given.progress((0.93 * n) / size.rounds, `${n} of ${size.rounds} rounds`)
    if (await round(stage, given, load, n)) takeOvers++
    const now = refusedIn(stage)
    if (now > refused) refusedRounds++
    refused = now
  }
  await load.stop()
  await someoneServes(stage)
  given.progress(0.93, "waits until all is at rest")
  const outcome = await checkAll(stage)
  return {
    did: `${size.rounds} rounds: the owner frozen or cut off for longer than its lease, the other takes over, the first wakes up`,
    figures: [
      atLeast("rounds in which the other took over", size.rounds, takeOvers),
      atLeast(
        "rounds in which the stale owner tried to append and was refused",
        size.leastRefused,
        refusedRounds
      ),
      none("appends of a stale owner that stand", outcome.staleAppends),
      none("turns with two replies", outcome.repliesTwice),
      sendsWell(outcome),
      none("inbound lost or stored twice", outcome.inbound.lost + outcome.inbound.storedTwice),
      allElse(outcome)
    ]
  }
}

/** P7: an actor has one writer. */
export const oneWriter: Scenario = {
  promise: "P7",
  about: "an actor has one writer, also when the one before it wakes up late",
  seconds: { full: 270, short: 14 },
  run: (given) =>
    onStage(
      given,
      "P7",
      { servers: 2, env: { CENTURION_RECEIPT_SETTLE_MS: `${receiptSettleMs}` } },
      (stage) => play(stage, given)
    )
}
