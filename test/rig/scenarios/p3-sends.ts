import { checkAll, type Outcome } from "../checks/check-all.ts"
import { allElse, atLeast, type Figure, type Given, none, onStage, type Scenario } from "../scenario.ts"
import { killOnce, ownerAndStandby, someoneServes } from "../world/kill.ts"
import { startLoad } from "../world/lead-load.ts"
import { channelNames, type RigChannel, rigChannels, type Stage } from "../world/stage.ts"

const sizes = {
  full: { kills: 500, leads: 80, burstsPerSecond: 14, leastSends: 500 },
  short: { kills: 8, leads: 40, burstsPerSecond: 14, leastSends: 10 }
} as const

/** So many answers of a provider are lost on the wire, those to a question for a receipt too. */
const lostShare = 0.05
/** A provider answers so long after it took a chunk: a kill in between is the worst moment. */
const answerAfterMs = 80
/** The others hit the one that stands by. */
const killsOfOwner = 0.75

/** What the promise says of a channel, by what its provider can do. */
const figuresOf = (outcome: Outcome, channel: RigChannel, leastSends: number): ReadonlyArray<Figure> => {
  const { accepted, doubles, losses, silent, doubts, doubtsArrived, failed, wrongIds } =
    outcome.sends[channel]
  const rule = rigChannels[channel]
  const name = (what: string) => `${rule}: ${what}`
  const always = [
    atLeast(name("chunks that the provider took"), leastSends, accepted),
    none(name("doubles"), doubles)
  ]
  if (rule === "none") {
    const untold = `taken, told neither as sent nor as in doubt (${doubts} told in doubt, ${doubtsArrived} of them arrived)`
    return [...always, none(name(untold), silent + losses + wrongIds + failed)]
  }
  return [
    ...always,
    none(name("losses, doubts and wrong receipts"), losses + silent + doubts + failed + wrongIds)
  ]
}

const play = async (stage: Stage, given: Given) => {
  const size = sizes[given.size]
  for (const { proxy, setFaults } of Object.values(stage.providers)) {
    proxy.loseAnswers(lostShare)
    await setFaults({ delayMs: answerAfterMs })
  }
  const load = startLoad(stage, { ...size, burstMax: 2 })
  for (let kill = 0; kill < size.kills; kill++) {
    given.progress((0.93 * kill) / size.kills, `${kill} of ${size.kills} kills`)
    const [owner, standby] = await ownerAndStandby(stage)
    await killOnce(stage, stage.random.chance(killsOfOwner) ? owner : standby)
  }
  await load.stop()
  await someoneServes(stage)
  given.progress(0.93, "waits until all is at rest")
  const outcome = await checkAll(stage)
  const { inbound } = outcome
  return {
    did: `${size.kills} kills over all three rules at once, two processes, ${100 * lostShare} % of answers and receipts lost`,
    figures: [
      ...channelNames.flatMap((channel) => figuresOf(outcome, channel, size.leastSends)),
      none("turns with two replies", outcome.repliesTwice),
      none("inbound lost or stored twice", inbound.lost + inbound.storedTwice),
      allElse(outcome)
    ]
  }
}

/** P3: an outbound message is sent exactly once, or told to be in doubt. */
export const sends: Scenario = {
  promise: "P3",
  about:
    "an outbound message is sent exactly once with `key` and `receipt`; with `none` never twice, never silently",
  seconds: { full: 560, short: 18 },
  run: (given) => onStage(given, "P3", { servers: 2 }, (stage) => play(stage, given))
}
