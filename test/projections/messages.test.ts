import { describe, expect, test } from "vitest"
import { contactChannels } from "../../projections/contact-channels.ts"
import { deliveries } from "../../projections/deliveries.ts"
import { messageRecords } from "../../projections/message-records.ts"
import { modelCalls } from "../../projections/model-calls.ts"
import { turnStarts } from "../../projections/turn-starts.ts"
import { turns } from "../../projections/turns.ts"
import { at, goldenHistories, type Happened, history, pick, rowsOf } from "./folding.ts"

const input = (s: number, type: string, data: object = {}): Happened => ({ type, input: true, s, data })
const cost = { model: "m1", promptHash: "p1", tokensIn: 100, tokensOut: 20, costUsd: 0.25 }
const begun = input(0, "ActorStarted", {
  input: {
    leadId: "l1",
    channel: "telegram",
    instance: "bot",
    contact: "tel-1",
    agent: "sdr",
    language: "pt"
  }
})
const written = (chunks: ReadonlyArray<string>, turn = 1): Happened => ({
  type: "ReplyWritten",
  data: { turn, chunks, ...cost }
})
const sent = (chunk: number, messageId: string, text: string): Happened => ({
  type: "ChunkSent",
  data: { turn: 1, chunk, messageId, text, at: at(3) }
})

describe("messages", () => {
  test("what the lead and a person wrote is there with its media", () => {
    const media = [{ kind: "audio", reference: "https://media/1" }]
    const rows = rowsOf(
      messageRecords,
      history("conversation/c1", [
        begun,
        input(5, "MessageReceived", { messageId: "m1", at: at(4), media }),
        input(7, "PersonReplied", {
          messageId: "p1",
          at: at(6),
          text: "Oi",
          by: "person:ana",
          source: "console"
        })
      ])
    )
    expect(rows).toEqual([
      {
        conversation_id: "c1",
        message: "in.2",
        author: "lead",
        by: "lead",
        turn: null,
        chunk: null,
        text: null,
        media,
        media_kinds: ["audio"],
        message_id: "m1",
        status: "received",
        attempts: 0,
        reason: null,
        at: at(5),
        said_at: at(4),
        version: 2,
        updated_at: at(5)
      },
      {
        conversation_id: "c1",
        message: "person.3",
        author: "person",
        by: "person:ana",
        turn: null,
        chunk: null,
        text: "Oi",
        media: null,
        media_kinds: [],
        message_id: "p1",
        status: "said",
        attempts: 0,
        reason: null,
        at: at(7),
        said_at: at(6),
        version: 3,
        updated_at: at(7)
      }
    ])
  })

  const reply = (...then: ReadonlyArray<Happened>) =>
    pick(
      rowsOf(messageRecords, history("conversation/c1", [begun, written(["Oi.", "Tudo bem?"]), ...then])),
      "message",
      "status",
      "attempts",
      "reason",
      "message_id"
    )
  const first = { message: "1.1", message_id: null }
  const second = { message: "1.2", status: "written", attempts: 0, reason: null, message_id: null }

  test("a chunk has no provider's id until it is sent", () => {
    expect(reply()).toEqual([{ ...first, status: "written", attempts: 0, reason: null }, second])
    expect(reply(sent(1, "o1", "Oi."))).toEqual([
      { ...first, status: "sent", attempts: 1, reason: null, message_id: "o1" },
      second
    ])
  })

  test("one that failed and went out at the second try was tried twice", () => {
    const failed: Happened = { type: "ChunkFailed", data: { turn: 1, chunk: 1, reason: "tooMany" } }
    expect(reply(failed)[0]).toEqual({ ...first, status: "failed", attempts: 1, reason: "tooMany" })
    expect(reply(failed, sent(1, "o1", "Oi."))[0]).toMatchObject({
      status: "sent",
      attempts: 2,
      reason: null
    })
  })

  test("one that the channel took and did not deliver was tried once", () => {
    const notDelivered: Happened = {
      type: "ChunkFailed",
      data: { turn: 1, chunk: 1, reason: "notDelivered" }
    }
    expect(reply(sent(1, "o1", "Oi."), notDelivered)[0]).toMatchObject({ status: "failed", attempts: 1 })
  })

  test("an echo proves the one try of a chunk in doubt", () => {
    const inDoubt: Happened = { type: "ChunkInDoubt", data: { turn: 1, chunk: 1, reason: "inDoubt" } }
    expect(reply(inDoubt)[0]).toEqual({ ...first, status: "inDoubt", attempts: 1, reason: "inDoubt" })
    expect(reply(inDoubt, sent(1, "e1", "Oi."))[0]).toMatchObject({
      status: "sent",
      attempts: 1,
      message_id: "e1"
    })
  })

  test("what was given up is told apart from what had failed", () => {
    const givenUp: Happened = { type: "ReplySuperseded", data: { turn: 1, unsent: 1 } }
    expect(reply(sent(1, "o1", "Oi."), givenUp)).toMatchObject([
      { status: "sent" },
      { status: "notSent", reason: "superseded" }
    ])
    const failed: Happened = { type: "ReplyFailed", data: { turn: 1, reason: "notDelivered" } }
    expect(reply(failed)).toMatchObject([
      { status: "notSent", reason: "notDelivered" },
      { status: "notSent" }
    ])
  })

  test("in every recorded history as many are out as the machine says", () => {
    for (const { name, events } of goldenHistories.filter(({ machine }) => machine === "conversation")) {
      const sentOut = new Set(
        events.filter(({ type }) => type === "ChunkSent").map(({ data }) => `${data.turn}.${data.chunk}`)
      )
      const notDelivered = events.filter(({ type }) => type === "ChunkFailed")
      const out = rowsOf(messageRecords, events).filter(({ status }) => status === "sent")
      expect(out.length, name).toBeLessThanOrEqual(sentOut.size)
      expect(out.length + notDelivered.length, name).toBeGreaterThanOrEqual(sentOut.size)
    }
  })
})

test("each step of a delivery is a row, and says nothing of whose message it was", () => {
  const rows = rowsOf(
    deliveries,
    history("conversation/c1", [
      begun,
      input(2, "DeliveryUpdated", { messageId: "o1", status: "read" }),
      { type: "DeliveryStatusChanged", data: { messageId: "o1", status: "read", at: at(1) } }
    ])
  )
  expect(rows).toEqual([{ conversation_id: "c1", version: 3, message_id: "o1", status: "read", at: at(2) }])
})

test("a contact's name on a channel is the last that the channel showed", () => {
  const rows = rowsOf(
    contactChannels,
    history("conversation/c1", [
      begun,
      input(3, "MessageReceived", { messageId: "m1", contactName: "Rita" }),
      input(9, "MessageReceived", { messageId: "m2" })
    ])
  )
  expect(rows).toEqual([
    {
      conversation_id: "c1",
      lead_id: "l1",
      channel: "telegram",
      instance: "bot",
      address: "tel-1",
      name: "Rita",
      first_seen: at(0),
      last_seen: at(9),
      updated_at: at(9)
    }
  ])
})

describe("turns", () => {
  const closed: Happened = { type: "TurnClosed", s: 10, data: { turn: 1, messageIds: ["m1", "m2"] } }
  const turn = (...then: ReadonlyArray<Happened>) =>
    rowsOf(turns, history("conversation/c1", [begun, closed, ...then]))[0]

  test("a turn has the moment of each step, and what its reply cost", () => {
    const all = turn(
      { ...written(["Oi.", "Tudo bem?"]), s: 12 },
      { ...sent(1, "o1", "Oi."), s: 15 },
      { ...sent(2, "o2", "Tudo bem?"), s: 19 },
      { type: "ReplySent", data: { turn: 1, at: at(19) } }
    )
    expect(all).toEqual({
      conversation_id: "c1",
      turn: 1,
      state: "sent",
      messages: 2,
      chunks: 2,
      chunks_sent: 2,
      in_doubt: 0,
      closed_at: at(10),
      written_at: at(12),
      first_chunk_at: at(15),
      sent_at: at(19),
      superseded_at: null,
      unsent: 0,
      failed_at: null,
      failed_why: null,
      follow_up: null,
      model: "m1",
      prompt_hash: "p1",
      tokens_in: 100,
      tokens_out: 20,
      cost_usd: 0.25,
      updated_at: at(19)
    })
  })

  test("a turn that was given up, that failed, that followed up", () => {
    expect(
      turn(written(["a", "b"]), { type: "ReplySuperseded", s: 13, data: { turn: 1, unsent: 2 } })
    ).toMatchObject({
      state: "superseded",
      superseded_at: at(13),
      unsent: 2
    })
    expect(turn({ type: "ReplyFailed", s: 14, data: { turn: 1, reason: "modelDown" } })).toMatchObject({
      state: "failed",
      failed_at: at(14),
      failed_why: "modelDown"
    })
    expect(turn({ type: "FollowUpSent", data: { turn: 1, followUp: 2 } })).toMatchObject({ follow_up: 2 })
  })
})

test("a model call knows what asked for it, and the turn that its answer became", () => {
  const failed = { job: "6.0", name: "writeReply", error: { reason: "modelDown", message: "…" } }
  const events = history("conversation/c1", [
    begun,
    input(10, "TimerFired", { timer: "turnClosure" }),
    input(12, "JobSucceeded", {
      job: "2.0",
      name: "writeReply",
      output: { ...cost, answers: [{}], handOver: "qualified" }
    }),
    written(["Oi."]),
    input(13, "JobSucceeded", { job: "4.0", name: "sendChunk", output: {} }),
    input(20, "TimerFired", { timer: "followUp" }),
    input(21, "JobFailed", failed),
    { type: "ReplyFailed", data: { turn: 2, reason: "modelDown" } }
  ])
  expect(rowsOf(modelCalls, events)).toEqual([
    {
      conversation_id: "c1",
      version: 3,
      asked_version: 2,
      turn: 1,
      outcome: "answered",
      failed_why: null,
      model: "m1",
      prompt_hash: "p1",
      tokens_in: 100,
      tokens_out: 20,
      cost_usd: 0.25,
      answers: 1,
      hands_over: "qualified",
      at: at(12)
    },
    {
      conversation_id: "c1",
      version: 7,
      asked_version: 6,
      turn: 2,
      outcome: "failed",
      failed_why: "modelDown",
      model: null,
      prompt_hash: null,
      tokens_in: 0,
      tokens_out: 0,
      cost_usd: 0,
      answers: 0,
      hands_over: null,
      at: at(21)
    }
  ])
  expect(rowsOf(turnStarts, events)).toEqual([
    { conversation_id: "c1", version: 6, kind: "followUp", by: null, at: at(20) }
  ])
})

test("the ledger holds as much as the machine told, in every recorded history", () => {
  for (const { name, events } of goldenHistories.filter(({ machine }) => machine === "conversation")) {
    const told = events.filter(({ type }) => type === "ReplyWritten")
    const calls = rowsOf(modelCalls, events).filter(
      ({ outcome, turn }) => outcome === "answered" && turn !== null
    )
    expect(calls.map(({ turn }) => turn).sort(), name).toEqual(told.map(({ data }) => data.turn).sort())
  }
})
