import type { Conversation } from "./conversations.ts"
import { amount, elements, maybeWords, whole, words } from "./given.ts"
import type { PastEvent } from "./read-model.ts"

type Changes = Partial<Conversation>

/** What an event changes in the row of its conversation. Told by kinds of events and counts only, never by words. */
export const conversationChanges = (row: Conversation, event: PastEvent): Changes => {
  const { type, data, recordedAt: at } = event
  switch (type) {
    case "MessageReceived":
      return { ...heard(row, at), ...waits(row, at) }
    case "PersonReplied":
      return personMayHaveSpoken(row, event)
    case "PersonTookOver":
      return row.state === "waitingForPerson" && row.owner === data.by ? { state: "personOwned" } : {}
    case "TurnClosed":
      return turnClosed(row, data)
    case "ReplyWritten":
      return { turn: latest(row, data.turn), cost_usd: row.cost_usd + amount(data.costUsd) }
    case "JobSucceeded":
      return data.name === "writeReply" ? { language: words(data.output?.language, row.language) } : {}
    case "ReplySent":
      return answered(row)
    case "ReplySuperseded":
    case "ReplyFailed":
      return { turn: latest(row, data.turn), in_turn: 0, newer_since: null, ...notHeld(row) }
    case "ChunkSent":
      return { ...spoke(row, "agent", at), messages_out: row.messages_out + 1, ...notHeld(row) }
    case "ChunkInDoubt":
      return { doubts: row.doubts + 1, last_out_at: at }
    case "ChunkFailed":
      return { failures: row.failures + 1 }
    case "FollowUpSent":
      return { follow_ups: row.follow_ups + 1, last_follow_up_at: at }
    case "FirstContactHeld":
      return { state: "waitingForApproval", approval_turn: whole(data.turn) }
    case "FirstContactApproved":
      return data.turn === undefined || data.turn === row.approval_turn ? notHeld(row) : {}
    default:
      return ownershipChanges(row, event)
  }
}

const ownershipChanges = (row: Conversation, { type, data, recordedAt: at }: PastEvent): Changes => {
  switch (type) {
    case "HandedOver":
      return handedOver(row, data, at)
    case "TakenBack":
      return { owner: "agent", state: "open", taken_back_at: at }
    case "OptedOut":
      return { state: "optedOut", opted_out_at: at, approval_turn: null, ...letGo(row) }
    case "ConversationClosed":
      return {
        state: "closed",
        closed_at: at,
        closed_by: maybeWords(data.by),
        closed_why: maybeWords(data.reason),
        approval_turn: null,
        ...nothingWaits
      }
    case "ConversationReopened":
      return reopened(row)
    default:
      return {}
  }
}

const latest = ({ turn }: Conversation, other: unknown): number => Math.max(turn, whole(other))

/** It holds all that is unanswered. */
const turnClosed = (row: Conversation, { turn, messageIds }: PastEvent["data"]): Changes => {
  const unanswered = elements(messageIds).length
  return { turn: latest(row, turn), unanswered, in_turn: unanswered, newer_since: null }
}

/** The text that waited for a yes does not wait any more. */
const notHeld = ({ state }: Conversation): Changes =>
  state === "waitingForApproval" ? { state: "open", approval_turn: null } : {}

const heard = (row: Conversation, at: number): Changes => ({
  messages_in: row.messages_in + 1,
  last_message_at: at,
  last_message_by: "lead",
  last_in_at: at,
  first_message_at: row.first_message_at ?? at
})

const waits = (
  { unanswered, unanswered_since, in_turn, newer_since }: Conversation,
  at: number
): Changes => ({
  unanswered: unanswered + 1,
  unanswered_since: unanswered_since ?? at,
  newer_since: in_turn > 0 ? (newer_since ?? at) : null
})

const nothingWaits = {
  unanswered: 0,
  unanswered_since: null,
  in_turn: 0,
  newer_since: null
} satisfies Changes

/** An opt-out lets go of what waits where it was said; what the lead wrote in its other conversations waits on. */
const letGo = ({ last_event }: Conversation): Changes =>
  last_event === "MessageReceived" ? nothingWaits : { in_turn: 0, newer_since: null }

/** The turn is answered; what came after it still waits. */
const answered = ({ unanswered, unanswered_since, in_turn, newer_since }: Conversation): Changes => {
  const left = Math.max(0, unanswered - in_turn)
  return {
    unanswered: left,
    // A farewell answers nothing: what waited since goes on waiting.
    unanswered_since: left === 0 ? null : in_turn === 0 ? unanswered_since : newer_since,
    in_turn: 0,
    newer_since: null
  }
}

const spoke = (row: Conversation, who: "agent" | "person", at: number): Changes => ({
  last_message_at: at,
  last_message_by: who,
  last_out_at: at,
  ...(row.first_message_at !== null && row.first_response_at === null
    ? { first_response_at: at, first_response_by: who }
    : {})
})

const personSpoke = (row: Conversation, at: number): Changes => ({
  ...spoke(row, "person", at),
  messages_by_persons: row.messages_by_persons + 1,
  ...nothingWaits
})

/**
 * What comes from the phone may be the echo of our own chunk. The machine knows by its id and words, which an erasure
 * takes away, so it is told here by what follows: a person who did not have the conversation gets it, in the same step.
 */
const personMayHaveSpoken = (row: Conversation, { data, recordedAt: at }: PastEvent): Changes => {
  const isHeard = row.state === "optedOut" ? data.source === "console" : row.owner === data.by
  if (!isHeard) return {}
  return { ...personSpoke(row, at), ...(row.state === "waitingForPerson" ? { state: "personOwned" } : {}) }
}

/** The input that a person gets the conversation by says whether it is that person who has it now, or anyone. */
const handedOver = (row: Conversation, { by, reason }: PastEvent["data"], at: number): Changes => {
  const wrote = row.last_event === "PersonReplied"
  const isTaken = wrote || row.last_event === "PersonTookOver"
  const isOver = row.state === "closed" || row.state === "optedOut"
  return {
    ...(wrote ? personSpoke(row, at) : {}),
    owner: isTaken ? words(by, "person") : "person",
    state: isOver ? row.state : isTaken ? "personOwned" : "waitingForPerson",
    approval_turn: null,
    handovers: row.handovers + 1,
    handed_over_at: at,
    handed_over_by: maybeWords(by),
    handed_over_why: maybeWords(reason)
  }
}

const reopened = (row: Conversation): Changes => {
  const isTaken = row.last_event === "PersonReplied" || row.last_event === "PersonTookOver"
  return {
    state: isTaken ? "personOwned" : row.owner === "agent" ? "open" : "waitingForPerson",
    opted_out_at: null,
    closed_at: null,
    closed_by: null,
    closed_why: null
  }
}
