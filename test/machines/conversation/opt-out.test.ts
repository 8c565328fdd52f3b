import { describe, expect, it } from "vitest"
import { asked, type Drive, last } from "../drive.ts"
import {
  begin,
  day,
  fail,
  fire,
  person,
  personWrites,
  reply,
  say,
  taken,
  turn,
  wait,
  write
} from "./example.ts"

const answered = turn(begin(), "oi", ["Olá!"])
const writing = wait(write(begin(), "m1", "quanto custa?"), 8_000)
const sending = fire(reply(writing, ["Custa 500.", "Quer ver?"]), "typing")
const stop = (drive: Drive): Drive => write(drive, "stop", "Pare, por favor.")

const goodbye = "Tudo bem, não escrevo mais."
/** It is confirmed, and the channel took the line. */
const confirmed = (drive: Drive): Drive => taken(reply(drive, [goodbye]), "bye")
const out = confirmed(stop(answered))

describe("an opt-out", () => {
  it("stops everything, is told to the lead, and asks for one line that confirms it", () => {
    const now = stop(answered)
    expect(last(now)).toMatchObject({
      value: "confirming",
      emitted: [
        { type: "FollowUpsStopped", reason: "optedOut" },
        { type: "OptedOut", said: "Pare, por favor.", at: now.now }
      ],
      jobs: [{ name: "writeReply", input: { purpose: "optedOut", turn: 2, lines: [] } }],
      told: [
        {
          to: "lead/lead-1",
          event: { type: "LeadOptedOut", conversationId: "conv-1", said: "Pare, por favor.", at: now.now }
        }
      ]
    })
    expect(now.timers).toEqual([])
  })

  it("is confirmed in one message, at once, and never again", () => {
    const sending = reply(stop(answered), ["Tudo bem.", "Até!"])
    expect(last(sending)).toMatchObject({
      value: { sending: "lastBeforeOptOut" },
      jobs: [{ name: "sendChunk", input: { turn: 2, chunk: 1, text: "Tudo bem. Até!" } }]
    })
    const done = taken(sending, "bye")
    expect(last(done)).toMatchObject({
      value: "optedOut",
      emitted: [{ type: "ChunkSent" }, { type: "ReplySent", turn: 2 }],
      jobs: []
    })
    expect(done.timers).toEqual([])
    expect(asked(write(done, "again", "PARE!!!"), "writeReply")).toHaveLength(2)
  })

  it("holds when the confirmation can't be written or sent", () => {
    expect(last(fail(stop(answered), "writeReply", "modelDown")).value).toBe("optedOut")
    const refused = fail(reply(stop(answered), [goodbye]), "sendChunk", "invalidNumber")
    expect(last(refused)).toMatchObject({ value: "optedOut", jobs: [] })
  })

  it("calls back a reply that is being written", () => {
    expect(last(stop(writing))).toMatchObject({
      value: "confirming",
      emitted: [{ type: "ReplySuperseded", turn: 1, unsent: 0 }, { type: "OptedOut" }],
      cancelled: ["writeReply"]
    })
  })

  it("lets only the send under way finish, and is confirmed behind it", () => {
    const now = stop(sending)
    expect(last(now)).toMatchObject({
      value: { sending: "lastBeforeFarewell" },
      emitted: [{ type: "OptedOut" }],
      cancelled: []
    })
    const ended = taken(now, "o1")
    expect(last(ended)).toMatchObject({
      value: "confirming",
      emitted: [{ type: "ChunkSent" }, { type: "ReplySuperseded", unsent: 1 }],
      jobs: [{ name: "writeReply", input: { purpose: "optedOut" } }]
    })
    expect(last(confirmed(ended)).value).toBe("optedOut")
  })

  it("is not confirmed where a person must approve the AI's first word", () => {
    expect(last(stop(begin({ approveFirstContact: true })))).toMatchObject({ value: "optedOut", jobs: [] })
  })

  it("counts while a person has the conversation, and after it was closed", () => {
    expect(last(confirmed(stop(person(answered, "PersonTookOver")))).value).toBe("optedOut")
    expect(last(confirmed(stop(person(answered, "ConversationCloseAsked")))).value).toBe("optedOut")
  })

  it("outlives all that would wake the AI", () => {
    const tried = [
      "PersonTookOver",
      "ReturnedToAi",
      "HandOverAsked",
      "FirstContactAsked",
      "ConversationCloseAsked"
    ].reduce((now, type) => person(now, type), personWrites(write(out, "m2", "oi, e o preço?"), "p1", "Oi"))
    const much = wait(tried, 60 * day)
    expect(much.snapshot.value).toBe("optedOut")
    expect(asked(much, "writeReply")).toHaveLength(2)
    expect(much.steps.slice(out.steps.length).flatMap((step) => step.emitted)).toEqual([])
  })

  it("keeps what the lead writes all the same waiting, and a person who reopens has it answered", () => {
    const reopened = person(
      write(stop(write(answered, "m1", "espera")), "m2", "e o preço?"),
      "ConversationReopenAsked"
    )
    expect(last(reopened)).toMatchObject({
      value: "collecting",
      emitted: [
        { type: "ReplySuperseded", turn: 2 },
        { type: "ConversationReopened", by: "person:ana", reason: "asked" }
      ],
      told: [
        { to: "lead/lead-1", event: { type: "LeadOptedIn", conversationId: "conv-1", by: "person:ana" } }
      ]
    })
    expect(asked(wait(reopened, 8_000), "writeReply").at(-1)).toMatchObject({
      lines: [{ text: "e o preço?" }]
    })
  })

  it("ends when the lead opts in, which is answered; follow-ups never come back", () => {
    const back = write(out, "m2", "Quero voltar a receber mensagens")
    expect(last(back)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "ConversationReopened", by: "lead", reason: "opted in" }],
      told: [
        {
          to: "lead/lead-1",
          event: {
            type: "LeadOptedIn",
            conversationId: "conv-1",
            by: "lead",
            reason: "opted in",
            at: back.now
          }
        },
        { to: "lead/lead-1", event: { type: "LeadSpoke", conversationId: "conv-1", at: back.now } }
      ]
    })
    const next = wait(back, 8_000)
    expect(asked(next, "writeReply").at(-1)).toMatchObject({
      lines: [{ text: "Quero voltar a receber mensagens" }]
    })
    expect(last(taken(fire(reply(next, ["Que bom!"]), "typing"), "o2")).value).toBe("listening")
  })
})

describe("an opt-out in another conversation", () => {
  const elsewhere = (drive: Drive): Drive => say(drive, { type: "LeadOptedOut", said: "PARE" })

  it("silences this one too, without a word", () => {
    expect(last(elsewhere(answered))).toMatchObject({
      value: "optedOut",
      emitted: [
        { type: "FollowUpsStopped", reason: "optedOut" },
        { type: "OptedOut", said: "PARE" }
      ],
      jobs: [],
      told: []
    })
    expect(last(elsewhere(writing))).toMatchObject({ value: "optedOut", cancelled: ["writeReply"] })
    const ended = taken(elsewhere(sending), "o1")
    expect(last(ended)).toMatchObject({ value: "optedOut", jobs: [] })
  })

  it("leaves waiting what the lead wrote here, and ends where it is taken back", () => {
    const silent = elsewhere(write(begin(), "m1", "Oi, vi o outro número"))
    const back = say(silent, { type: "LeadOptedIn", by: "lead", reason: "opted in" })
    expect(last(back)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "ConversationReopened", by: "lead", reason: "opted in" }],
      told: []
    })
    expect(asked(wait(back, 8_000), "writeReply").at(-1)).toMatchObject({
      lines: [{ text: "Oi, vi o outro número" }]
    })
  })
})

it("the lead is told of a conversation that we begin", () => {
  expect(last(person(begin(), "FirstContactAsked")).told).toMatchObject([
    { to: "lead/lead-1", event: { type: "ConversationBegan", conversationId: "conv-1" } }
  ])
})
