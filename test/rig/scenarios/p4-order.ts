import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import { checkAll, sumOf } from "../checks/check-all.ts"
import { comeToRest } from "../checks/come-to-rest.ts"
import { allElse, atLeast, atMost, type Given, none, onStage, type Scenario } from "../scenario.ts"
import { contactOf } from "../world/lead-load.ts"
import { pause } from "../world/program.ts"
import { channelNames, type Stage } from "../world/stage.ts"

/**
 * A handful of answers on a busy machine can't tell 20 % from chance: the short form sees whether the others are
 * answered at all as long as one send hangs, which is 30 s at most, and gives them `patienceMs` for it.
 */
const sizes = {
  full: { calmMs: 30_000, hangMs: 60_000, perSecond: 20, patienceMs: 0 },
  short: { calmMs: 2000, hangMs: 3500, perSecond: 10, patienceMs: 25_000 }
} as const

const leads = 180
/** Its number is of no other lead. */
const hangingLead = leads + 1
const providerMs = 20

interface Phase {
  readonly from: number
  readonly to: number
}

/** Everyone in turn, one message each, so that nobody writes again before the answer is there. */
const write = async (stage: Stage, counter: { next: number }, forMs: number, perSecond: number) => {
  const from = Date.now()
  while (Date.now() - from < forMs) {
    const lead = counter.next++
    const provider = stage.providers[channelNames[lead % channelNames.length]!]
    await provider.write(contactOf(lead % leads), `message ${lead}`)
    await pause(1000 / perSecond)
  }
  return { from, to: Date.now() }
}

/** From a lead's message to the first chunk that it gets, ms, of those written in the phase. */
const latencies = (
  phases: ReadonlyArray<Phase>,
  incoming: ReadonlyArray<Passed>,
  sent: ReadonlyArray<Passed>,
  hanging: string
): ReadonlyArray<number> => {
  const answers = Map.groupBy(sent, ({ contact }) => contact)
  return incoming
    .filter(({ contact, at }) => contact !== hanging && phases.some(({ from, to }) => at >= from && at < to))
    .map(({ contact, at }) => {
      const answer = (answers.get(contact) ?? []).find((each) => each.at >= at)
      return answer === undefined ? Number.POSITIVE_INFINITY : answer.at - at
    })
}

const latenciesOf = async (stage: Stage, phases: ReadonlyArray<Phase>, hanging: string) => {
  const all = await Promise.all(
    Object.values(stage.providers).map(async (provider) =>
      latencies(phases, await provider.incoming(), await provider.sent(), hanging)
    )
  )
  return all.flat()
}

const p95 = (all: ReadonlyArray<number>): number => {
  const sorted = [...all].sort((one, other) => one - other)
  return sorted[Math.floor(0.95 * (sorted.length - 1))] ?? Number.NaN
}

const slowerMostPercent = 20

const inPercent = (calm: ReadonlyArray<number>, hung: ReadonlyArray<number>) => {
  const [without, withIt] = [p95(calm), p95(hung)]
  const what = `p95 of the others, ${without} ms without and ${withIt} ms with it: slower by`
  return atMost(what, slowerMostPercent, Math.round(100 * (withIt / without - 1)), " %")
}

/** Waits until everyone else who wrote in the phase has an answer, and no longer than this. */
const othersAnswered = async (
  stage: Stage,
  phase: Phase,
  hanging: string,
  patienceMs: number
): Promise<number> => {
  const until = Date.now() + patienceMs
  while (true) {
    const all = await latenciesOf(stage, [phase], hanging)
    const left = all.filter((ms) => ms === Number.POSITIVE_INFINITY).length
    if (left === 0 || Date.now() >= until) return left
    await pause(250)
  }
}

const play = async (stage: Stage, given: Given) => {
  const { calmMs, hangMs, perSecond, patienceMs } = sizes[given.size]
  const { evolution } = stage.providers
  for (const { setFaults } of Object.values(stage.providers)) await setFaults({ delayMs: providerMs })
  const hanging = contactOf(hangingLead)
  const counter = { next: 0 }
  // Actors are loaded and code is compiled before anything is measured.
  await write(stage, counter, Math.min(calmMs, 8000), perSecond)
  given.progress(0.1, "all is well")
  const before = await write(stage, counter, calmMs, perSecond)
  given.progress(0.3, "one send hangs")
  evolution.proxy.holdWhere(hanging)
  await evolution.write(hanging, "the one that hangs")
  const during = await write(stage, counter, hangMs, perSecond)
  const waiting = await othersAnswered(stage, during, hanging, patienceMs)
  const taken = (await evolution.sent()).filter(({ contact }) => contact === hanging).length
  evolution.proxy.holdWhere(undefined)
  // What others had to wait for is over before all is called well.
  await comeToRest(stage)
  given.progress(0.8, "all is well again")
  const after = await write(stage, counter, calmMs, perSecond)
  const outcome = await checkAll(stage)
  const [calm, hung] = [
    await latenciesOf(stage, [before, after], hanging),
    await latenciesOf(stage, [during], hanging)
  ]
  return {
    did: `one send hangs for ${hangMs / 1000} s among ${hung.length} other answers; ${calm.length} without it`,
    figures: [
      none("chunks that arrived in another order", sumOf(outcome, "inversions")),
      none("inbound messages stored in another order", outcome.inbound.inboundInversions),
      none("chunks of the hanging send that arrived meanwhile", taken),
      atLeast("others who wrote meanwhile", 10, hung.length),
      given.size === "full"
        ? inPercent(calm, hung)
        : none("others without an answer as long as it hung", waiting),
      none("doubles and losses", sumOf(outcome, "doubles") + sumOf(outcome, "losses")),
      allElse(outcome)
    ]
  }
}

/**
 * Nobody is killed here. With the rig's short lease a busy machine takes the sender's partitions away in the middle of
 * a send, and what is in doubt then is rightly never answered.
 */
const env = { CENTURION_LEASE_MS: "60000" }

/** P4: order is kept within a conversation; one conversation never holds up another. */
export const order: Scenario = {
  promise: "P4",
  about: "order is kept within a conversation, and one conversation never holds up another",
  seconds: { full: 200, short: 19 },
  run: (given) => onStage(given, "P4", { servers: 1, env }, (stage) => play(stage, given))
}
