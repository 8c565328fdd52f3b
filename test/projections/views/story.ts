import type { PastEvent } from "../../../projections/read-model.ts"
import { type Happened, history, startedAt } from "../folding.ts"

/** A day in seconds: moments of the story are seconds after Monday, 1 June 2026, 10:00 in São Paulo. */
export const day = 86_400

const input = (s: number, type: string, data: object = {}): Happened => ({ type, input: true, s, data })
const fact = (type: string, data: object = {}): Happened => ({ type, data })

const writeReply = (
  s: number,
  job: string,
  turn: number,
  chunks: ReadonlyArray<string>
): ReadonlyArray<Happened> => {
  const cost = { model: "m1", promptHash: "p1", tokensIn: 100, tokensOut: 20, costUsd: 0.25 }
  return [
    input(s, "JobSucceeded", {
      job,
      name: "writeReply",
      output: { language: "pt", chunks, answers: [], ...cost }
    }),
    fact("ReplyWritten", { turn, chunks, ...cost })
  ]
}

const sendChunk = (
  s: number,
  turn: number,
  chunk: number,
  messageId: string,
  text: string
): ReadonlyArray<Happened> => [
  input(s, "JobSucceeded", { job: "0.0", name: "sendChunk" }),
  fact("ChunkSent", { turn, chunk, messageId, text, at: startedAt + s * 1000 })
]

const heard = (s: number, messageId: string, text: string) =>
  input(s, "MessageReceived", { messageId, text, at: startedAt + s * 1000, contactName: "Rita" })

const begun = (
  s: number,
  conversationId: string,
  leadId: string,
  channel: string
): ReadonlyArray<Happened> => [
  input(s, "ActorStarted", {
    machine: "conversation",
    input: {
      conversationId,
      leadId,
      channel,
      instance: "one",
      contact: `tel-${leadId}`,
      agent: "sdr",
      language: "pt"
    }
  }),
  fact("ConversationStarted", { channel, leadId })
]

/** Rita is answered, followed up, writes again, goes to Ana, and buys. Her conversation, her lead, her deal, her contact. */
const rita: ReadonlyArray<ReadonlyArray<PastEvent>> = [
  history("conversation/c1", [
    ...begun(0, "c1", "l1", "telegram"),
    heard(10, "m1", "oi"),
    heard(14, "m2", "quanto custa?"),
    input(20, "TimerFired", { timer: "turnClosure" }),
    fact("TurnClosed", { turn: 1, messageIds: ["m1", "m2"] }),
    ...writeReply(22, "5.0", 1, ["Oi!", "500 por mês."]),
    ...sendChunk(25, 1, 1, "o1", "Oi!"),
    ...sendChunk(29, 1, 2, "o2", "500 por mês."),
    fact("ReplySent", { turn: 1 }),
    input(30, "DeliveryUpdated", { messageId: "o1", status: "delivered" }),
    fact("DeliveryStatusChanged", { messageId: "o1", status: "delivered" }),
    input(31, "DeliveryUpdated", { messageId: "o1", status: "read" }),
    fact("DeliveryStatusChanged", { messageId: "o1", status: "read" }),
    // The phone shows us our own message.
    input(32, "PersonReplied", {
      messageId: "o2",
      text: "500 por mês.",
      by: "person:phone",
      source: "phone"
    }),
    input(day, "TimerFired", { timer: "followUp" }),
    ...writeReply(day + 2, "19.0", 2, ["Ainda por aí?"]),
    ...sendChunk(day + 5, 2, 1, "o3", "Ainda por aí?"),
    fact("ReplySent", { turn: 2 }),
    fact("FollowUpSent", { followUp: 1, turn: 2 }),
    heard(day + 605, "m3", "quero falar com alguém"),
    input(day + 613, "TimerFired", { timer: "turnClosure" }),
    fact("TurnClosed", { turn: 3, messageIds: ["m3"] }),
    input(day + 614, "JobFailed", { job: "27.0", name: "writeReply", error: { reason: "modelDown" } }),
    fact("ReplyFailed", { turn: 3, reason: "modelDown" }),
    fact("HandedOver", { by: "agent:sdr", reason: "modelDown" }),
    input(day + 700, "PersonReplied", {
      messageId: "p1",
      text: "Oi, Ana aqui",
      by: "person:ana",
      source: "console"
    }),
    fact("HandedOver", { by: "person:ana", reason: "answered from the console" })
  ]),
  history("lead/l1", [
    input(0, "ActorStarted", {
      input: {
        leadId: "l1",
        source: "form",
        threshold: 60,
        criteria: [{ name: "budget" }],
        conversationId: "c1"
      }
    }),
    fact("LeadCreated", { source: "form" }),
    input(10, "LeadSpoke", { conversationId: "c1" }),
    fact("LeadEngaged", { conversationId: "c1" }),
    input(day + 700, "LeadQualifyAsked", { by: "person:ana", reason: "wants it" }),
    fact("LeadQualified", { score: 0, threshold: 60, by: "person:ana", reason: "wants it" }),
    fact("LeadHandedOff", { by: "person:ana", reason: "wants it", dealId: "l1", score: 0 })
  ]),
  history("deal/l1", [
    input(day + 700, "ActorStarted", { input: {} }),
    input(day + 700, "DealOpenAsked", {
      leadId: "l1",
      conversationId: "c1",
      score: 0,
      by: "person:ana",
      reason: "wants it"
    }),
    fact("DealOpened", { leadId: "l1", score: 0, by: "person:ana", reason: "wants it" }),
    input(2 * day + 700, "DealMoveAsked"),
    fact("DealMoved", { from: "new", to: "proposal", by: "person:ana", reason: "sent it" }),
    input(9 * day + 700, "DealWinAsked"),
    fact("DealWon", { by: "person:ana", reason: "signed", valueCents: 600_000 })
  ]),
  history("contact/l1", [
    input(40, "ActorStarted", { input: { leadId: "l1" } }),
    input(40, "ContactDescribeAsked"),
    fact("ContactDescribed", { name: "Rita Lima", email: "rita@example.com", by: "person:ana" }),
    fact("TagAdded", { tag: "vip", by: "person:ana" }),
    fact("OwnerAssigned", { owner: "u1", before: null, by: "person:ana" })
  ])
]

/** Davi writes on Tuesday, is followed up in vain, and asks for silence. */
const davi: ReadonlyArray<ReadonlyArray<PastEvent>> = [
  history("conversation/c2", [
    ...begun(day, "c2", "l2", "telegram"),
    heard(day + 1, "m1", "oi"),
    input(day + 9, "TimerFired", { timer: "turnClosure" }),
    fact("TurnClosed", { turn: 1, messageIds: ["m1"] }),
    ...writeReply(day + 19, "4.0", 1, ["Oi, Davi."]),
    ...sendChunk(day + 31, 1, 1, "o1", "Oi, Davi."),
    fact("ReplySent", { turn: 1 }),
    input(2 * day, "TimerFired", { timer: "followUp" }),
    ...writeReply(2 * day + 1, "11.0", 2, ["Ainda?"]),
    ...sendChunk(2 * day + 2, 2, 1, "o2", "Ainda?"),
    fact("ReplySent", { turn: 2 }),
    fact("FollowUpSent", { followUp: 1, turn: 2 }),
    input(3 * day, "TimerFired", { timer: "followUp" }),
    ...writeReply(3 * day + 1, "18.0", 3, ["Última vez."]),
    ...sendChunk(3 * day + 2, 3, 1, "o3", "Última vez."),
    fact("ReplySent", { turn: 3 }),
    fact("FollowUpSent", { followUp: 2, turn: 3 }),
    heard(3 * day + 62, "m2", "pare"),
    fact("OptedOut", { said: "pare" })
  ]),
  history("lead/l2", [
    input(day, "ActorStarted", { input: { leadId: "l2", source: "telegram", threshold: 60, criteria: [] } }),
    fact("LeadCreated", { source: "telegram" }),
    input(day + 1, "LeadSpoke", { conversationId: "c2" }),
    fact("LeadEngaged", { conversationId: "c2" }),
    input(3 * day + 62, "LeadOptedOut", { conversationId: "c2", said: "pare" }),
    fact("LeadDisqualified", { by: "lead", reason: "optedOut" })
  ])
]

/** Eva left her number in a form a week later, and got a first message that waits for a yes. */
const eva: ReadonlyArray<ReadonlyArray<PastEvent>> = [
  history("conversation/c3", [
    ...begun(8 * day, "c3", "l3", "evolution"),
    input(8 * day, "FirstContactAsked", { by: "engine", reason: "form" }),
    ...writeReply(8 * day + 2, "3.0", 1, ["Oi, Eva."]),
    fact("FirstContactHeld", { turn: 1 })
  ]),
  history("lead/l3", [
    input(8 * day, "ActorStarted", { input: { leadId: "l3", source: "form", threshold: 60, criteria: [] } }),
    fact("LeadCreated", { source: "form" })
  ])
]

/** A machine that nobody told the read models of. */
const visit: ReadonlyArray<PastEvent> = history("visit/v1", [
  input(50, "ActorStarted", { input: { place: "São Paulo" } }),
  fact("VisitPlanned", { by: "person:ana", place: "São Paulo" })
])

/** Gil has a deal that nobody moves, misses a criterion, and waits for a person. */
const gil: ReadonlyArray<ReadonlyArray<PastEvent>> = [
  history("conversation/c4", [
    ...begun(15 * day, "c4", "l4", "evolution"),
    heard(15 * day + 1, "m1", "alguém aí?")
  ]),
  history("lead/l4", [
    input(15 * day, "ActorStarted", {
      input: { leadId: "l4", source: "import", threshold: 60, criteria: [] }
    }),
    fact("LeadCreated", { source: "import" }),
    fact("LeadScored", { score: 70, threshold: 60, met: ["budget"], unmet: ["team"], open: [] })
  ]),
  history("deal/l4", [
    input(15 * day + 9, "ActorStarted", { input: {} }),
    fact("DealOpened", { leadId: "l4", score: 70, by: "engine", reason: "qualified with 70" })
  ])
]

const inOrder = (streams: ReadonlyArray<ReadonlyArray<PastEvent>>): ReadonlyArray<PastEvent> =>
  streams
    .flat()
    .sort(
      (a, b) =>
        a.recordedAt - b.recordedAt ||
        (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : a.version - b.version)
    )

/** All that happened at one company, in the order of time. */
export const story: ReadonlyArray<PastEvent> = inOrder([...rita, ...davi, ...eva, visit])

/** The same, and Gil. */
export const longerStory: ReadonlyArray<PastEvent> = inOrder([...rita, ...davi, ...eva, visit, ...gil])
