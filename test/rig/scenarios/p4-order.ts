import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import { checkAll, sumOf } from "../checks/check-all.ts"
import { comeToRest } from "../checks/come-to-rest.ts"
import { allElse, atLeast, atMost, type Given, none, onStage, type Scenario } from "../scenario.ts"
import { contactOf } from "../world/lead-load.ts"
import { pause } from "../world/program.ts"
import { channelNames, type Stage } from "../world/stage.ts"

/** A handful of answers can't tell 20 % from chance: the short form sees whether others wait for a third of the hang. */
const sizes = {
  full: { calmMs: 30_000, hangMs: 60_000, perSecond: 20 },
  short: { calmMs: 2000, hangMs: 3500, perSecond: 20 }
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

const inMs = (calm: ReadonlyArray<number>, hung: ReadonlyArray<number>, most: number) =>
  atMost("p95 of the others: slower by", most, p95(hung) - p95(calm), " ms")

const play = async (stage: Stage, given: Given) => {
  const { calmMs, hangMs, perSecond } = sizes[given.size]
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
  const taken = (await evolution.sent()).filter(({ contact }) => contact === hanging).length
  evolution.proxy.holdWhere(undefined)
  // What others had to wait for is over before all is called well.
  await comeToRest(stage)
  given.progress(0.8, "all is well again")
  const after = await write(stage, counter, calmMs, perSecond)
  const outcome = await checkAll(stage)
  const of = async (phases: ReadonlyArray<Phase>) => {
    const all = await Promise.all(
      Object.values(stage.providers).map(async (provider) =>
        latencies(phases, await provider.incoming(), await provider.sent(), hanging)
      )
    )
    return all.flat()
  }
  const [calm, hung] = [await of([before, after]), await of([during])]
  const slower = given.size === "full" ? inPercent(calm, hung) : inMs(calm, hung, Math.round(hangMs / 3))
  return {
    did: `one send hangs for ${hangMs / 1000} s among ${hung.length} other answers; ${calm.length} without it`,
    figures: [
      none("chunks that arrived in another order", sumOf(outcome, "inversions")),
      none("inbound messages stored in another order", outcome.inbound.inboundInversions),
      none("chunks of the hanging send that arrived meanwhile", taken),
      atLeast(
        "answers to others meanwhile",
        (hangMs / 1000) * perSecond * 0.5,
        hung.filter(Number.isFinite).length
      ),
      slower,
      none("doubles and losses", sumOf(outcome, "doubles") + sumOf(outcome, "losses")),
      allElse(outcome)
    ]
  }
}

/** P4: order is kept within a conversation; one conversation never holds up another. */
export const order: Scenario = {
  promise: "P4",
  about: "order is kept within a conversation, and one conversation never holds up another",
  seconds: { full: 200, short: 19 },
  run: (given) => onStage(given, "P4", { servers: 1 }, (stage) => play(stage, given))
}
