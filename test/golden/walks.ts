import type { AnyStateMachine } from "xstate"
import type { Json } from "../../eventstore/database/json.ts"
import { accountMachine } from "../../machines/account/machine.ts"
import { companyMachine } from "../../machines/company/machine.ts"
import { contactMachine } from "../../machines/contact/machine.ts"
import type { ConversationSettings } from "../../machines/conversation/events.ts"
import { conversationLimits } from "../../machines/conversation/limits.ts"
import { conversationMachine } from "../../machines/conversation/machine.ts"
import type { Conversation } from "../../machines/conversation/state.ts"
import { dealMachine } from "../../machines/deal/machine.ts"
import { leadMachine } from "../../machines/lead/machine.ts"
import {
  fire,
  hour,
  input,
  person,
  personWrites,
  reply,
  sendOne,
  settings,
  taken,
  turn,
  update,
  write
} from "../machines/conversation/example.ts"
import { beginForLaws, lawSettings, randomMovesOf } from "../machines/conversation-moves.ts"
import { type Drive, say, start, wait } from "../machines/drive.ts"
import { accountMoves, companyMoves, contactMoves, fullContact, type Move } from "../machines/record-moves.ts"
import { replyWalks } from "../machines/reply/walks.ts"
import { seeded, startedAt } from "./recorded-walk.ts"

/** A walk of a machine: what it started with, and each step it took. */
export interface Walk {
  readonly input: Json
  readonly drive: Drive
  /** Recorded in any case: it goes to a limit that few walks reach. */
  readonly always?: true
}

const walks = 1200
const movesMax = 16
const settingsTried = 8
const triesEach = 3000
const stepsMax = 90

/** Many different walks of a machine of ours, the same each time; undefined for a machine that has none here. */
export const walksOf = (machine: string): ReadonlyArray<Walk> | undefined => {
  switch (machine) {
    case "conversation":
      return [...longTalks(), ...races(), ...conversations()]
    case "lead":
      return Array.from({ length: walks }, (_, n) => aLead(seeded(n + 1)))
    case "deal":
      return Array.from({ length: walks }, (_, n) => {
        const random = seeded(n + 1)
        return { input: {}, drive: walk(random, dealMachine, {}, dealMoves) }
      })
    case "contact":
      return [...manyWalks(contactMachine, { leadId: "lead-1" }, contactMoves), contactAtItsLimits()]
    case "account":
      return manyWalks(accountMachine, {}, accountMoves)
    case "company":
      return manyWalks(companyMachine, { companyId: "sol" }, companyMoves)
    case "reply":
      return replyWalks()
    default:
      return undefined
  }
}

type Random = () => number
const pick = <A>(random: Random, list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)]!

const begun = (change: Partial<ConversationSettings>) => ({
  input: { ...input, settings: { ...settings, ...lawSettings, ...change } } as unknown as Json,
  drive: beginForLaws(conversationMachine, change)
})

/** Random moves from any walk so far that showed something new, so that walks get into every corner. */
const conversations = (): ReadonlyArray<Walk> => {
  const found: Array<Walk> = []
  for (let seed = 1; seed <= settingsTried; seed++) {
    const random = seeded(seed)
    const { input, drive } = begun({
      approveFirstContact: seed % 2 === 0,
      ...(seed % 3 === 0 ? { followUpAfterMs: [60_000, 120_000, 180_000] } : {}),
      ...(seed % 4 === 0 ? { returnToAiAfterMs: 0 } : {}),
      ...(seed % 3 === 1 ? { businessHours: settings.businessHours } : {})
    })
    const seen = new Set<string>()
    const pool = [drive]
    for (let tries = triesEach; tries > 0; tries--) {
      const from = pick(random, pool)
      if (from.steps.length > stepsMax) continue
      const to = pick(random, [...randomMovesOf(from), ...echoes(from)]).take(from)
      const shown = shows(from, to)
      if (seen.has(shown)) continue
      seen.add(shown)
      pool.push(to)
    }
    found.push(...pool.map((each) => ({ input, drive: each })))
  }
  return found
}

/** What the last steps show: from where, by what, to where, saying what. */
const shows = (from: Drive, to: Drive): string =>
  JSON.stringify([
    from.snapshot.value,
    to.snapshot.value,
    to.steps
      .slice(from.steps.length)
      .map(({ event, emitted }) => [event.type, emitted.map(({ type }) => type)])
  ])

/** Our own chunks, as the phone shows them: by their words, and by an id that is known. */
const echoes = (drive: Drive): ReturnType<typeof randomMovesOf> => {
  const { reply, followed } = drive.snapshot.context as Conversation
  const said = reply?.chunks.find(({ status }) => status === "sending" || status === "inDoubt")?.text
  const id = followed.at(-1)?.messageId
  const echo = (messageId: string, text: string) => ({
    type: `echo ${messageId}`,
    take: (now: Drive) => personWrites({ ...now, now: now.now + 100 }, messageId, text)
  })
  return [
    ...(said === undefined ? [] : [echo(`e${drive.steps.length}`, said)]),
    ...(id === undefined ? [] : [echo(id, "Custa 500 por mês.")])
  ]
}

/** More lines than are kept, more chunks than a reply may have, and more silences than are broken. */
const longTalks = (): ReadonlyArray<Walk> => {
  const { input, drive } = begun({ followUpAfterMs: [60_000, 120_000, 180_000, 240_000] })
  let many = drive
  for (let n = 1; n <= conversationLimits.historyLinesMax; n++) many = turn(many, `pergunta ${n}`, ["Certo."])
  const chunks = Array.from({ length: conversationLimits.chunksMax + 2 }, (_, n) => `Parte ${n + 1}.`)
  let silent = drive
  for (let n = 1; n <= 3; n++) {
    silent = turn(silent, `oi ${n}`, ["Certo."])
    for (let again = 0; again < 4; again++) silent = brokenSilence(silent)
  }
  const tooMany = reply(wait(write(drive, "m1", "oi"), settings.turnClosureMs), chunks)
  let burst = drive
  for (let n = 1; n <= conversationLimits.heardMax + 5; n++) burst = write(burst, `m${n}`, `linha ${n}`)
  let early = drive
  for (let n = 1; n <= conversationLimits.earlyUpdatesMax + 2; n++) early = update(early, `x${n}`, "read")
  const all = wait(burst, settings.turnClosureMs)
  return [many, tooMany, silent, all, early].map((each) => ({ input, drive: each, always: true }))
}

/** Races that random moves seldom meet. */
const races = (): ReadonlyArray<Walk> => {
  const { input, drive } = begun({})
  const quiet = begun({ followUpAfterMs: [] })
  const answered = turn(drive, "oi", ["Certo."])
  const closed = wait(write(drive, "m1", "oi"), settings.turnClosureMs)
  const onItsWay = fire(reply(closed, ["Certo."]), "typing")
  const later = { settings: { ...settings, ...lawSettings, followUpAfterMs: [72 * hour] } }
  const none = { settings: { ...settings, ...lawSettings, followUpAfterMs: [] } }
  const always = true
  return [
    { input, drive: update(answered, "oi:1", "failed"), always },
    { input: quiet.input, drive: update(turn(quiet.drive, "oi", ["Certo."]), "oi:1", "failed"), always },
    { input, drive: taken(write(onItsWay, "m2", "e agora?"), "o1"), always },
    { input, drive: wait(person(answered, "SettingsChanged", later), 30 * hour), always },
    { input, drive: wait(person(answered, "SettingsChanged", none), 30 * hour), always }
  ]
}

const brokenSilence = (drive: Drive): Drive => {
  const later = wait(drive, 300_000)
  return later.jobs.some(({ child }) => child === "writeReply")
    ? sendOne(reply(later, ["Ainda por aí?"]), `f${later.steps.length}`)
    : later
}

const aLead = (random: Random): Walk => {
  const given = {
    ...(random() < 0.9 ? { leadId: "lead-1" } : {}),
    ...(random() < 0.8 ? { conversationId } : {}),
    source: "form",
    criteria,
    threshold: pick(random, [40, 60, 100])
  }
  return { input: given as unknown as Json, drive: walk(random, leadMachine, given, leadMoves) }
}

const manyWalks = (machine: AnyStateMachine, input: Json, moves: ReadonlyArray<Move>): ReadonlyArray<Walk> =>
  Array.from({ length: walks }, (_, n) => ({ input, drive: walk(seeded(n + 1), machine, input, moves) }))

const contactAtItsLimits = (): Walk => {
  const input = { leadId: "lead-1" }
  const full = fullContact.reduce(
    (drive, event) => say(wait(drive, 1000), event),
    start(contactMachine, input, startedAt)
  )
  return { input, drive: full, always: true }
}

const walk = (
  random: Random,
  machine: Parameters<typeof start>[0],
  given: unknown,
  moves: ReadonlyArray<(random: Random) => { readonly type: string }>
): Drive => {
  let drive = start(machine, given, startedAt)
  for (let left = 2 + Math.floor(random() * movesMax); left > 0; left--) {
    drive = say(wait(drive, 1000), pick(random, moves)(random))
  }
  return drive
}

const conversationId = "conv-1"
const conversationIds = [conversationId, "conv-2"]
const criteria = [
  { name: "budget", kind: "money", weight: 40, atLeast: 1000, required: "too small" },
  { name: "team", kind: "count", weight: 20, atLeast: 5 },
  { name: "start", kind: "date", weight: 20, withinDays: 30 },
  { name: "decides", kind: "yesNo", weight: 10 },
  { name: "need", kind: "text", weight: 10 }
]
const values: Readonly<Record<string, ReadonlyArray<string | number | boolean>>> = {
  budget: [999, 1000, 5000],
  team: [4, 5, 12],
  start: ["2026-06-20", "2026-12-01", "soon"],
  decides: [true, false],
  need: ["automate sales", ""]
}
const byPerson = { by: "person:ana", reason: "asked" }
const who = (random: Random) => pick(random, [byPerson, { by: "lead", reason: "opted in" }])

const leadMoves: ReadonlyArray<(random: Random) => { readonly type: string }> = [
  (random) => ({
    type: "LeadSubmitted",
    source: "form",
    ...(random() < 0.5 ? { campaign: "june", form: { team: "12" } } : {})
  }),
  (random) => ({ type: "LeadSpoke", conversationId: pick(random, conversationIds) }),
  ...Array.from({ length: 6 }, () => (random: Random) => {
    const criterion = pick(random, Object.keys(values))
    return {
      type: "LeadAnswered",
      conversationId,
      criterion,
      value: pick(random, values[criterion]!),
      said: "…"
    }
  }),
  () => ({ type: "PersonAskedFor", conversationId, reason: "askedForPerson" }),
  (random) => ({ type: "LeadOptedOut", conversationId: pick(random, conversationIds), said: "pare" }),
  (random) => ({ type: "LeadOptedIn", conversationId: pick(random, conversationIds), ...who(random) }),
  () => ({ type: "ConversationBegan", conversationId: "conv-2" }),
  (random) => ({ type: "LeadDisqualifyAsked", ...who(random) }),
  (random) => ({ type: "LeadQualifyAsked", ...who(random) }),
  (random) => ({ type: "LeadReopenAsked", ...who(random) }),
  (random) => ({ type: "CriteriaChanged", criteria, threshold: pick(random, [0, 50, 90]), ...byPerson })
]

const stages = ["new", "discovery", "proposal", "negotiation"]
const open = { leadId: "lead-1", score: 80, by: "engine", reason: "qualified with 80" }
const dealMoves: ReadonlyArray<(random: Random) => { readonly type: string }> = [
  (random) => ({ type: "DealOpenAsked", ...open, ...(random() < 0.5 ? { conversationId } : {}) }),
  ...stages.map((to) => () => ({ type: "DealMoveAsked", to, ...byPerson })),
  (random) => ({ type: "DealWinAsked", ...byPerson, ...(random() < 0.5 ? { valueCents: 50_000 } : {}) }),
  () => ({ type: "DealLoseAsked", ...byPerson }),
  () => ({ type: "DealReopenAsked", ...byPerson })
]
