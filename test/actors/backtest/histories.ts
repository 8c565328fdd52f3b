import type { RegisteredMachine } from "../../../actors/machine/machine-registry.ts"
import type { LeadInput } from "../../../machines/lead/events.ts"
import { cost, input } from "../../machines/conversation/example.ts"
import { monday10, Recording } from "./recording.ts"

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Random = () => number

const between = (random: Random, from: number, to: number) => Math.round(from + random() * (to - from))
const second = 1000
const day = 86_400_000

/** Seconds that a lead may pause within a burst. */
export const pauseMaxMs = 20 * second

/** The channel takes every chunk of the reply at hand. */
const sendAll = (recording: Recording, random: Random) => {
  for (let n = 0; n < 20; n++) {
    recording.wait(6100, between(random, 1, 15))
    if (!recording.state?.jobs.some(({ name }) => name === "sendChunk")) return
    recording.now += between(random, 50, 900)
    const messageId = `o${recording.version}`
    recording.answer("sendChunk", { messageId, at: recording.now })
    recording.now += between(random, 10, 400)
    recording.say("DeliveryUpdated", { messageId, status: "delivered" })
  }
}

const oneTurn = (recording: Recording, random: Random) => {
  const messages = between(random, 1, 4)
  for (let n = 0; n < messages; n++) {
    const messageId = `m${recording.version}`
    recording.say("MessageReceived", { messageId, text: `quanto custa ${n}?` })
    recording.wait(between(random, second, pauseMaxMs), between(random, 1, 15))
  }
  recording.wait(pauseMaxMs, 5)
  if (!recording.state?.jobs.some(({ name }) => name === "writeReply")) return
  recording.now += between(random, 400, 3000)
  if (random() < 0.04) recording.fail("writeReply", "modelDown")
  else
    recording.answer("writeReply", {
      chunks: ["Custa 500.", "Quer ver?"],
      language: "pt",
      answers: [],
      ...cost
    })
  sendAll(recording, random)
}

/** A conversation of some turns and pauses, follow-ups and failures included. */
export const aConversation = (registered: RegisteredMachine, seed: number): Recording => {
  const random = randomOf(seed)
  const began = monday10 + between(random, 0, 5 * day)
  const recording = new Recording(registered, `c${seed}`, { ...input, conversationId: `c${seed}` }, began)
  const turns = between(random, 1, 4)
  for (let n = 0; n < turns; n++) {
    oneTurn(recording, random)
    recording.wait(between(random, 10 * second, random() < 0.3 ? 2 * day : 600 * second), 7)
    if (recording.state?.jobs.some(({ name }) => name === "writeReply")) {
      recording.answer("writeReply", { chunks: ["Ainda por aí?"], language: "pt", answers: [], ...cost })
      sendAll(recording, random)
    }
  }
  return recording
}

const criteria: LeadInput["criteria"] = [
  { name: "budget", kind: "money", weight: 40, atLeast: 1000 },
  { name: "team", kind: "count", weight: 30, atLeast: 5 },
  { name: "city", kind: "text", weight: 15 },
  { name: "date", kind: "yesNo", weight: 15 }
]

/** What a lead starts with: qualified at 70 of 100 points. */
export const leadInput: LeadInput = {
  leadId: "l1",
  conversationId: "c1",
  source: "webChat",
  criteria,
  threshold: 70
}

/** A lead that answers some of the questions in some order, well or badly. */
export const aLead = (registered: RegisteredMachine, seed: number): Recording => {
  const random = randomOf(seed)
  const conversationId = `c${seed}`
  const input = { ...leadInput, leadId: `l${seed}`, conversationId }
  const recording = new Recording(registered, `l${seed}`, input, monday10 + between(random, 0, day))
  recording.say("LeadSpoke", { conversationId })
  for (const { name } of criteria.toSorted(() => random() - 0.5)) {
    recording.now += between(random, second, 60 * second)
    if (random() < 0.15) continue
    const isGood = random() < 0.75
    const values = {
      budget: isGood ? 5000 : 10,
      team: isGood ? 9 : 1,
      city: isGood ? "Recife" : "",
      date: isGood
    }
    const value = values[name as keyof typeof values]
    recording.say("LeadAnswered", { conversationId, criterion: name, value, said: `${value}` })
  }
  return recording
}
