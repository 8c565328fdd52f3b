import { intoBusinessHours } from "./business-hours.ts"
import { conversationLimits } from "./limits.ts"
import { answered, lineOf, unanswered, withLine } from "./lines.ts"
import { asksToStart, asksToStop } from "./opt-out-words.ts"
import type { Conversation, ConversationEvent, ConversationRule, On, Purpose, Reply } from "./state.ts"
import { theAgent } from "./state.ts"

/** The lead's message is new to us and is no opt-out. */
export const speaks = (context: Conversation, event: ConversationEvent): boolean =>
  isNew(context, event) && !asksToStop((event as On<"MessageReceived">).text)

/** The lead asks us never to write again. */
export const optsOut = (context: Conversation, event: ConversationEvent): boolean =>
  isNew(context, event) && asksToStop((event as On<"MessageReceived">).text)

/** A lead that opted out asks us to write again. */
export const optsIn = (context: Conversation, event: ConversationEvent): boolean =>
  isNew(context, event) && asksToStart((event as On<"MessageReceived">).text)

/** The lead opts out before a person said yes to the AI's first word: then nothing confirms it. */
export const optsOutUnapproved = (context: Conversation, event: ConversationEvent): boolean =>
  optsOut(context, event) && context.settings.approveFirstContact && !context.approved

/** The lead's message is new to us, whatever it says. */
export const isNew = ({ heard }: Conversation, event: ConversationEvent): boolean =>
  event.type === "MessageReceived" && !heard.includes(event.messageId)

/** Takes down a message that waits for an answer: it ends the silence. The first of a turn is told to the lead. */
export const hear: ConversationRule = (context, event) => {
  const message = event as On<"MessageReceived">
  const first = unanswered(context.lines).length === 0
  const { conversationId, leadId } = context
  const spoke = { type: "LeadSpoke", conversationId, at: message.at }
  return {
    context: {
      ...heardBefore(context, message),
      lines: withLine(context.lines, { ...lineOf(message, "lead"), turn: 0 }),
      followUps: { ...context.followUps, inARow: 0, ahead: false }
    },
    emit: context.followUps.ahead ? [{ type: "FollowUpsStopped", reason: "replied" }] : [],
    tell: first ? [{ machine: "lead", id: leadId, event: spoke }] : []
  }
}

/** Takes down the message by which the lead opts out: no reply is written to it. */
export const hearInSilence: ConversationRule = (context, event) => {
  const message = event as On<"MessageReceived">
  return {
    context: { ...heardBefore(context, message), lines: withLine(context.lines, lineOf(message, "lead")) }
  }
}

const heardBefore = (context: Conversation, message: On<"MessageReceived">) => ({
  now: message.at,
  heard: [...context.heard, message.messageId].slice(-conversationLimits.heardMax),
  contactName: message.contactName ?? context.contactName
})

/** What was left without an answer stays without one: the lead opted out, or the conversation is closed. */
export const letGo: ConversationRule = ({ lines }) => ({ context: { lines: answered(lines) } })

/** A reply that nobody has written yet. */
const newReply = (turn: number, purpose: Purpose, followUp = 0): Reply => ({
  turn,
  purpose,
  followUp,
  written: false,
  chunks: [],
  closes: purpose === "handOver",
  asks: null,
  repairs: 0,
  end: null
})

/** Begins the one line that confirms an opt-out. What waits for an answer goes on waiting, for a person. */
export const beginFarewell: ConversationRule = ({ turn }, event) => ({
  context: { now: event.at, turn: turn + 1, reply: newReply(turn + 1, "optedOut") }
})

/** Begins a turn with all that waits for an answer; one reply will be written to it. */
const beginTurn =
  (purpose: Purpose): ConversationRule =>
  (context, event) => {
    const turn = context.turn + 1
    const messageIds = unanswered(context.lines).map((line) => line.messageId)
    const followUp = purpose === "followUp" ? context.followUps.inARow + 1 : 0
    const { followUps } = context
    return {
      context: {
        now: event.at,
        turn,
        lines: context.lines.map((line) => (line.turn === undefined ? line : { ...line, turn })),
        reply: newReply(turn, purpose, followUp),
        followUps: followUp === 0 ? followUps : { ...followUps, inARow: followUp, total: followUps.total + 1 }
      },
      emit: messageIds.length === 0 ? [] : [{ type: "TurnClosed", turn, messageIds }]
    }
  }

/** The lead has finished: its messages become one turn. When a handover is decided, the reply is its line. */
export const closeTurn: ConversationRule = (context, event) =>
  beginTurn(context.handOver === null ? "reply" : "handOver")(context, event)

/** The lead must know of a conversation that it has not spoken in: an opt-out elsewhere ends it too. */
export const beginFirstContact: ConversationRule = (context, event) => {
  const { conversationId, leadId } = context
  const began = { type: "ConversationBegan", conversationId, at: event.at }
  return {
    ...beginTurn("firstContact")(context, event),
    tell: [{ machine: "lead", id: leadId, event: began }]
  }
}

export const beginFollowUp = beginTurn("followUp")
export const beginHandOverLine = beginTurn("handOver")

/** When this silence may be broken once more, in business hours and not before `now`; null when it may not. */
export const followUpDue = (context: Conversation, now = context.now): number | null => {
  const { settings, followUps, lastOursAt, owner } = context
  const { followUpsInARowMax, followUpsMax } = conversationLimits
  const after = settings.followUpAfterMs.slice(0, followUpsInARowMax)[followUps.inARow]
  if (after === undefined || followUps.ended || followUps.total >= followUpsMax || owner !== theAgent)
    return null
  return intoBusinessHours(Math.max(lastOursAt + after, now), settings)
}
