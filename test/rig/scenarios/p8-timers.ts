import { checkAll } from "../checks/check-all.ts"
import type { ToldConversation } from "../checks/read-conversations.ts"
import { allElse, atLeast, atMost, type Given, none, onStage, type Scenario } from "../scenario.ts"
import { someoneServes } from "../world/kill.ts"
import { contactOf } from "../world/lead-load.ts"
import { becomesTrue, pause } from "../world/program.ts"
import { channelNames, type Stage } from "../world/stage.ts"

const sizes = {
  full: { rounds: 16, leadsPerRound: 45 },
  short: { rounds: 2, leadsPerRound: 12 }
} as const

const hourMs = 3_600_000
/** From the end of a reply to the follow-up. */
const followUpMs = 2500
const answerMaxMs = 20_000
const firedMaxMs = 20_000
/** A timer fires at most so long after it is due, or after a server was there again. */
const lateMostMs = 1500
/** Between the reply that is told and the row of the timer: the same commit, in whole ms. */
const earlyMostMs = 2

/** A time when nobody was there. */
interface Downtime {
  readonly from: number
  readonly to: number
}

const fired = (stage: Stage) =>
  stage.database.count(
    "select count(*)::int from es.event where type = 'FollowUpSent' and stream like 'conversation/%'"
  )

/** A group of leads writes and is answered by a server whose clock is wrong; another one, wrong the other way, follows. */
const round = async (stage: Stage, given: Given, n: number): Promise<Downtime> => {
  const { servers, random, database, providers } = stage
  const { leadsPerRound } = sizes[given.size]
  const ahead = n % 2 === 0 ? hourMs : -hourMs
  const server = servers[0]!
  await server.stop()
  server.start(ahead)
  await someoneServes(stage)
  for (let lead = 0; lead < leadsPerRound; lead++) {
    const contact = contactOf(n * leadsPerRound + lead)
    await providers[channelNames[lead % channelNames.length]!].write(contact, "oi")
  }
  const answers = (n + 1) * leadsPerRound
  await becomesTrue(async () => {
    const answered = "select count(distinct stream)::int from es.event where type = 'ReplySent'"
    return (await database.count(answered)) >= answers
  }, answerMaxMs)
  // Stopped before the deadline and started after it, or killed in the middle of the firing.
  const isPast = n % 4 < 2
  if (!isPast) await pause(followUpMs - random.between(0, 400))
  const from = Date.now()
  await server.kill()
  if (isPast) await pause(followUpMs + 300)
  server.start(-ahead)
  await someoneServes(stage)
  const to = Date.now()
  await becomesTrue(async () => (await fired(stage)) >= answers, firedMaxMs)
  return { from, to }
}

/** How late or early each follow-up was, ms; late counts from the end of the downtime if it was due in one. */
const deviations = (told: ReadonlyArray<ToldConversation>, downtimes: ReadonlyArray<Downtime>) =>
  told.flatMap(({ fired, doneReplies }) =>
    fired
      .filter(({ timer }) => timer === "followUp")
      .map(({ at }) => {
        const dueAt = (doneReplies[0] ?? 0) + followUpMs
        const down = downtimes.find(({ from, to }) => dueAt >= from - lateMostMs && dueAt <= to)
        return { early: dueAt - at, late: at - Math.max(dueAt, down?.to ?? 0) }
      })
  )

const play = async (stage: Stage, given: Given) => {
  const { rounds, leadsPerRound } = sizes[given.size]
  const downtimes: Array<Downtime> = []
  for (let n = 0; n < rounds; n++) {
    given.progress((0.9 * n) / rounds, `${n} of ${rounds} rounds`)
    downtimes.push(await round(stage, given, n))
  }
  const outcome = await checkAll(stage)
  const times = outcome.conversations.map(
    ({ fired }) => fired.filter(({ timer }) => timer === "followUp").length
  )
  const off = deviations(outcome.conversations, downtimes)
  const most = (of: "early" | "late") => Math.max(0, ...off.map((each) => Math.round(each[of])))
  return {
    did: `${rounds} rounds: clocks an hour ahead or behind, stopped past the deadline or killed at it, another clock after it`,
    figures: [
      atLeast("timers set", rounds * leadsPerRound, times.length),
      none("timers that fired not at all", times.filter((count) => count === 0).length),
      none("timers that fired more than once", times.filter((count) => count > 1).length),
      atMost("fired too early by at most", earlyMostMs, most("early"), " ms"),
      atMost("fired late by at most, once a server was there", lateMostMs, most("late"), " ms"),
      none("messages without an answer", rounds * leadsPerRound - times.length),
      allElse(outcome)
    ]
  }
}

/** P8: a timer fires once, also after downtime and with skewed clocks. */
export const timers: Scenario = {
  promise: "P8",
  about: "a timer fires once, also after downtime and with clocks that are wrong by an hour",
  seconds: { full: 130, short: 16 },
  run: (given) =>
    onStage(given, "P8", { servers: 1, conversation: { followUpAfterMs: [followUpMs] } }, (stage) =>
      play(stage, given)
    )
}
