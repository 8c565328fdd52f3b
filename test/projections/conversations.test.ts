import { describe, expect, test } from "vitest"
import { conversations } from "../../projections/conversations.ts"
import type { PastEvent } from "../../projections/read-model.ts"
import { at, goldenHistories, history, pick, rowsOf, startedAt } from "./folding.ts"

const histories = goldenHistories.filter(({ machine }) => machine === "conversation")

/** What the row should say where the machine is. */
const stateOf = (value: unknown, owner: string): string => {
  const [outer, inner] = typeof value === "object" ? Object.entries(value as object)[0]! : [value]
  if (outer === "personOwned" || inner === "lastBeforePerson") return "personOwned"
  if (outer === "closed" || inner === "lastBeforeClosed") return "closed"
  if (
    outer === "optedOut" ||
    outer === "confirming" ||
    inner === "lastBeforeOptOut" ||
    inner === "lastBeforeFarewell"
  )
    return "optedOut"
  if (outer === "waitingForPerson" || outer === "waitingForApproval") return outer
  return owner === "agent" ? "open" : "waitingForPerson"
}

/** Without what the door refuses: a message of an id that came before. */
const heardOnce = (events: ReadonlyArray<PastEvent>): ReadonlyArray<PastEvent> =>
  events.filter(
    ({ type, data }, n) =>
      (type !== "MessageReceived" && type !== "PersonReplied") ||
      events.findIndex((other) => other.type === type && other.data.messageId === data.messageId) === n
  )

describe("against what the machine itself knows, in every recorded history", () => {
  test.each(histories)("$name", ({ events, state, name }) => {
    const [row] = rowsOf(conversations, heardOnce(events))
    const { context, value } = state
    const waiting = context.lines.filter((line: { turn?: number }) => line.turn !== undefined)
    const isOld = name.includes(" 1.")
    const wasOptedOut = events.some(({ type }) => type === "OptedOut")
    expect(row!.unanswered).toBeGreaterThanOrEqual(waiting.length)
    expect({
      state: row!.state,
      owner: row!.owner,
      language: row!.language,
      // Before 2.0.0 a conversation did not know that what comes after an opt-out waits for a person; its row does.
      unanswered: isOld && wasOptedOut ? waiting.length : row!.unanswered,
      follow_ups: row!.follow_ups
    }).toEqual({
      state: stateOf(value, context.owner),
      owner: context.owner,
      language: context.language,
      unanswered: waiting.length,
      follow_ups: events.filter(({ type }) => type === "FollowUpSent").length
    })
    // Echoes of our own messages are told by their ids and words, which a row must not depend on.
    const persons = context.lines.filter(({ from }: { from: string }) => from === "person").length
    expect(Math.abs((row!.messages_by_persons as number) - persons)).toBeLessThanOrEqual(1)
    expect([context.turn, context.turn - 1]).toContain(row!.turn)
  })
})

test("a talk from the first word to the deal that a person takes over", () => {
  const said = (messageId: string) => ({ messageId, at: startedAt, text: "oi" })
  const cost = { model: "m", promptHash: "p", tokensIn: 10, tokensOut: 5, costUsd: 0.25 }
  const [row] = rowsOf(
    conversations,
    history("conversation/c1", [
      {
        type: "ActorStarted",
        input: true,
        data: { input: { leadId: "l1", channel: "telegram", instance: "bot", agent: "sdr", language: "pt" } }
      },
      { type: "ConversationStarted" },
      { type: "MessageReceived", input: true, s: 10, data: said("m1") },
      { type: "MessageReceived", input: true, s: 12, data: said("m2") },
      { type: "TimerFired", input: true, s: 20, data: { timer: "turnClosure" } },
      { type: "TurnClosed", data: { turn: 1, messageIds: ["m1", "m2"] } },
      {
        type: "JobSucceeded",
        input: true,
        s: 22,
        data: { job: "5.0", name: "writeReply", output: { language: "en" } }
      },
      { type: "ReplyWritten", data: { turn: 1, chunks: ["Hi."], ...cost } },
      { type: "MessageReceived", input: true, s: 24, data: said("m3") },
      { type: "JobSucceeded", input: true, s: 25, data: { job: "9.0", name: "sendChunk" } },
      { type: "ChunkSent", data: { turn: 1, chunk: 1, messageId: "o1", text: "Hi.", at: startedAt } },
      { type: "ReplySent", data: { turn: 1, at: startedAt } },
      {
        type: "PersonReplied",
        input: true,
        s: 30,
        data: { ...said("p1"), by: "person:phone", source: "phone" }
      },
      { type: "HandedOver", data: { by: "person:phone", reason: "answered from the phone" } },
      { type: "PersonTookOver", input: true, s: 40, data: { by: "person:ana", reason: "mine" } },
      { type: "HandedOver", data: { by: "person:ana", reason: "mine" } },
      {
        type: "PersonReplied",
        input: true,
        s: 41,
        data: { ...said("p2"), by: "person:ana", source: "console" }
      },
      { type: "ConversationCloseAsked", input: true, s: 50, data: { by: "person:ana", reason: "sold" } },
      { type: "ConversationClosed", data: { by: "person:ana", reason: "sold" } }
    ])
  )
  expect(row).toEqual({
    conversation_id: "c1",
    lead_id: "l1",
    channel: "telegram",
    instance: "bot",
    agent: "sdr",
    language: "en",
    state: "closed",
    owner: "person:ana",
    turn: 1,
    messages_in: 3,
    messages_out: 1,
    messages_by_persons: 2,
    last_message_at: at(41),
    last_message_by: "person",
    last_in_at: at(24),
    last_out_at: at(41),
    unanswered: 0,
    unanswered_since: null,
    in_turn: 0,
    newer_since: null,
    follow_ups: 0,
    last_follow_up_at: null,
    failures: 0,
    doubts: 0,
    cost_usd: 0.25,
    started_at: at(0),
    first_message_at: at(10),
    first_response_at: at(25),
    first_response_by: "agent",
    handovers: 2,
    handed_over_at: at(40),
    handed_over_by: "person:ana",
    handed_over_why: "mine",
    taken_back_at: null,
    opted_out_at: null,
    closed_at: at(50),
    closed_by: "person:ana",
    closed_why: "sold",
    last_event: "ConversationCloseAsked",
    approval_turn: null,
    updated_at: at(50),
    version: 19
  })
})

test("what came after the turn at hand still waits when that is answered, since its own time", () => {
  const events = history("conversation/c1", [
    { type: "ActorStarted", input: true },
    { type: "MessageReceived", input: true, s: 1, data: {} },
    { type: "TurnClosed", s: 9, data: { turn: 1, messageIds: ["", ""] } },
    { type: "MessageReceived", input: true, s: 11, data: {} },
    { type: "MessageReceived", input: true, s: 12, data: {} },
    { type: "ReplySent", s: 13, data: { turn: 1 } }
  ])
  const waits = (upTo: number) =>
    pick(rowsOf(conversations, events.slice(0, upTo)), "unanswered", "unanswered_since")
  expect(waits(2)).toEqual([{ unanswered: 1, unanswered_since: at(1) }])
  expect(waits(5)).toEqual([{ unanswered: 4, unanswered_since: at(1) }])
  expect(waits(6)).toEqual([{ unanswered: 2, unanswered_since: at(11) }])
})
