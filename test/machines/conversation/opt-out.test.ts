import { describe, expect, it } from "vitest"
import { asked, type Drive, last } from "../drive.ts"
import { begin, day, fire, person, personWrites, reply, taken, turn, wait, write } from "./example.ts"

const answered = turn(begin(), "oi", ["Olá!"])
const writing = wait(write(begin(), "m1", "quanto custa?"), 8_000)
const sending = fire(reply(writing, ["Custa 500.", "Quer ver?"]), "typing")
const stop = (drive: Drive): Drive => write(drive, "stop", "Pare, por favor.")

describe("an opt-out", () => {
  it("stops everything and is told to the lead", () => {
    const out = stop(answered)
    expect(last(out)).toMatchObject({
      value: "optedOut",
      emitted: [
        { type: "FollowUpsStopped", reason: "optedOut" },
        { type: "OptedOut", said: "Pare, por favor.", at: out.now }
      ],
      jobs: [],
      told: [
        {
          to: "lead/lead-1",
          event: { type: "LeadOptedOut", conversationId: "conv-1", said: "Pare, por favor.", at: out.now }
        }
      ]
    })
    expect(out.timers).toEqual([])
  })

  it("calls back a reply that is being written", () => {
    expect(last(stop(writing))).toMatchObject({
      value: "optedOut",
      emitted: [{ type: "ReplySuperseded", turn: 1, unsent: 0 }, { type: "OptedOut" }],
      cancelled: ["writeReply"]
    })
  })

  it("lets only the send under way finish", () => {
    const out = stop(sending)
    expect(last(out)).toMatchObject({
      value: { sending: "lastBeforeOptOut" },
      emitted: [{ type: "OptedOut" }],
      cancelled: []
    })
    const ended = taken(out, "o1")
    expect(last(ended)).toMatchObject({
      value: "optedOut",
      emitted: [{ type: "ChunkSent" }, { type: "ReplySuperseded", unsent: 1 }],
      jobs: []
    })
    expect(ended.timers).toEqual([])
  })

  it("counts while a person has the conversation, and after it was closed", () => {
    expect(last(stop(person(answered, "PersonTookOver"))).value).toBe("optedOut")
    expect(last(stop(person(answered, "ConversationCloseAsked"))).value).toBe("optedOut")
  })

  it("outlives all that would wake the AI", () => {
    const out = stop(answered)
    const tried = [
      "PersonTookOver",
      "ReturnedToAi",
      "HandOverAsked",
      "FirstContactAsked",
      "ConversationCloseAsked"
    ].reduce((now, type) => person(now, type), personWrites(write(out, "m2", "oi, e o preço?"), "p1", "Oi"))
    const much = wait(tried, 60 * day)
    expect(much.snapshot.value).toBe("optedOut")
    expect(asked(much, "writeReply")).toHaveLength(1)
    expect(much.steps.slice(out.steps.length).flatMap((step) => step.emitted)).toEqual([])
  })

  it("ends when a person reopens, and nothing of before is answered", () => {
    const before = stop(write(answered, "m1", "espera"))
    const reopened = person(write(before, "m2", "e o preço?"), "ConversationReopenAsked")
    expect(last(reopened)).toMatchObject({
      value: "listening",
      emitted: [{ type: "ConversationReopened", by: "person:ana", reason: "asked" }]
    })
  })

  it("ends when the lead opts in, which is answered; follow-ups never come back", () => {
    const back = write(stop(answered), "m2", "Quero voltar a receber mensagens")
    expect(last(back)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "ConversationReopened", by: "lead", reason: "opted in" }],
      told: [
        {
          to: "lead/lead-1",
          event: { type: "LeadReopenAsked", by: "lead", reason: "opted in", at: back.now }
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
