import { describe, expect, it } from "vitest"
import { asked, emitted, last } from "../drive.ts"
import {
  begin,
  cost,
  fail,
  fire,
  hour,
  input,
  monday10,
  reply,
  say,
  sendOne,
  taken,
  turn,
  wait,
  write
} from "./example.ts"

describe("a turn", () => {
  it("asks for one reply to the whole burst, after a silence", () => {
    const first = write(begin(), "m1", "oi")
    const second = write(wait(first, 5_000), "m2", "quanto custa o plano?")
    const third = write(wait(second, 7_999), "m3", "e tem desconto?")
    expect(asked(wait(third, 7_999), "writeReply")).toEqual([])
    const closed = wait(third, 8_000)
    expect(last(closed)).toEqual({
      event: { type: "xstate.after.turnClosure.conversation.collecting", at: monday10 + 20_999 },
      value: "writing",
      emitted: [{ type: "TurnClosed", turn: 1, messageIds: ["m1", "m2", "m3"] }],
      jobs: [
        {
          name: "writeReply",
          input: {
            purpose: "reply",
            turn: 1,
            agent: "sdr",
            language: "pt",
            history: [],
            lines: [
              { from: "lead", text: "oi", at: monday10 },
              { from: "lead", text: "quanto custa o plano?", at: monday10 + 5_000 },
              { from: "lead", text: "e tem desconto?", at: monday10 + 12_999 }
            ],
            answers: []
          }
        }
      ],
      cancelled: [],
      told: []
    })
  })

  it("tells the lead of its first message only", () => {
    const burst = write(write(begin(), "m1", "oi"), "m2", "tudo bem?")
    expect(burst.steps.flatMap((step) => step.told)).toEqual([
      { to: "lead/lead-1", event: { type: "LeadSpoke", conversationId: "conv-1", at: monday10 } }
    ])
  })

  it("ignores a message that is delivered again, also much later", () => {
    const answered = turn(begin(), "oi", ["Olá!"])
    expect(last(write(answered, "in:oi", "oi"))).toMatchObject({
      value: "waitingForLead",
      emitted: [],
      jobs: [],
      told: []
    })
  })

  it("keeps media without words, and reads a caption as the words", () => {
    const audio = { kind: "audio", reference: "https://media/1", durationSeconds: 4 }
    const image = { kind: "image", reference: "https://media/2", caption: "este modelo" }
    const heard = [
      { type: "MessageReceived", messageId: "m1", media: [audio] },
      { type: "MessageReceived", messageId: "m2", media: [image] }
    ].reduce(say, write(begin(), "m0", "oi"))
    expect(asked(fire(heard, "turnClosure"), "writeReply").at(-1)).toMatchObject({
      lines: [
        { from: "lead", text: "oi" },
        { from: "lead", text: "", media: [audio] },
        { from: "lead", text: "este modelo", media: [image] }
      ]
    })
  })
})

describe("a newer message", () => {
  const writing = wait(write(begin(), "m1", "quanto custa?"), 8_000)

  it("calls back a reply that is being written, and the next turn holds both", () => {
    const interrupted = write(writing, "m2", "para 10 pessoas")
    expect(last(interrupted)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "ReplySuperseded", turn: 1, unsent: 0 }],
      cancelled: ["writeReply"]
    })
    const next = wait(interrupted, 8_000)
    expect(last(next).emitted).toEqual([{ type: "TurnClosed", turn: 2, messageIds: ["m1", "m2"] }])
    expect(asked(next, "writeReply").at(-1)).toMatchObject({
      turn: 2,
      history: [],
      lines: [
        { from: "lead", text: "quanto custa?" },
        { from: "lead", text: "para 10 pessoas" }
      ]
    })
  })

  it("lets the chunk under way finish, and keeps back the rest", () => {
    const first = sendOne(reply(writing, ["Custa 500.", "Por mês.", "Quer ver?"]), "o1")
    const sending = fire(first, "typing")
    const interrupted = write(sending, "m2", "e anual?")
    expect(last(interrupted)).toMatchObject({
      value: { sending: "onItsWay" },
      emitted: [],
      cancelled: [],
      jobs: []
    })
    const ended = taken(interrupted, "o2")
    expect(last(ended)).toMatchObject({
      value: "collecting",
      emitted: [
        { type: "ChunkSent", turn: 1, chunk: 2, messageId: "o2", text: "Por mês." },
        { type: "ReplySuperseded", turn: 1, unsent: 1 }
      ]
    })
    const next = wait(ended, 8_000)
    expect(last(next).emitted).toEqual([{ type: "TurnClosed", turn: 2, messageIds: ["m1", "m2"] }])
    expect(asked(next, "writeReply").at(-1)).toMatchObject({
      history: [
        { from: "agent", text: "Custa 500." },
        { from: "agent", text: "Por mês." }
      ],
      lines: [
        { from: "lead", text: "quanto custa?" },
        { from: "lead", text: "e anual?" }
      ]
    })
  })

  it("after the last chunk set out is a turn of its own", () => {
    const sending = fire(reply(writing, ["Custa 500."]), "typing")
    const ended = taken(write(sending, "m2", "e anual?"), "o1")
    expect(last(ended).emitted.map((event) => event.type)).toEqual(["ChunkSent", "ReplySent"])
    const next = wait(ended, 8_000)
    expect(last(next).emitted).toEqual([{ type: "TurnClosed", turn: 2, messageIds: ["m2"] }])
    expect(asked(next, "writeReply").at(-1)).toMatchObject({
      history: [
        { from: "lead", text: "quanto custa?" },
        { from: "agent", text: "Custa 500." }
      ],
      lines: [{ from: "lead", text: "e anual?" }]
    })
  })

  it("gives up chunks that wait in a pause", () => {
    const pausing = reply(writing, ["Custa 500.", "Quer ver?"])
    expect(last(write(pausing, "m2", "e anual?"))).toMatchObject({
      value: "collecting",
      emitted: [{ type: "ReplySuperseded", turn: 1, unsent: 2 }]
    })
  })
})

describe("a reply", () => {
  const writing = wait(write(begin(), "m1", "temos 5 mil"), 8_000)
  const budget = { criterion: "budget", value: 5000, said: "5 mil" }

  it("tells what it cost, what was understood, and tells the lead of new answers once", () => {
    const written = reply(writing, ["Ótimo!"], { answers: [budget], asks: "teamSize" })
    expect(last(written)).toMatchObject({
      value: "pausing",
      emitted: [
        { type: "ReplyWritten", turn: 1, chunks: ["Ótimo!"], ...cost },
        { type: "AnswerUnderstood", turn: 1, ...budget }
      ],
      told: [
        {
          to: "lead/lead-1",
          event: { type: "LeadAnswered", conversationId: "conv-1", ...budget, at: written.now }
        }
      ]
    })
    const again = wait(write(sendOne(written, "o1"), "m2", "pois é, 5 mil"), 8_000)
    expect(asked(again, "writeReply").at(-1)).toMatchObject({ answers: [budget], asked: "teamSize" })
    expect(last(reply(again, ["Certo."], { answers: [budget] })).told).toEqual([])
    const changed = reply(again, ["Certo."], { answers: [{ ...budget, value: 6000 }] })
    expect(last(changed).told).toHaveLength(1)
    expect(asked(wait(write(changed, "m3", "?"), 8_000), "writeReply").at(-1)).toMatchObject({
      answers: [{ ...budget, value: 6000 }]
    })
  })

  it("asks what it asked only when the question went out", () => {
    const superseded = write(reply(writing, ["Quantos são?"], { asks: "teamSize" }), "m2", "espera")
    expect(asked(wait(superseded, 8_000), "writeReply").at(-1)).not.toHaveProperty("asked")
  })

  it("may be nothing at all", () => {
    const silent = reply(writing, ["  ", ""])
    expect(last(silent)).toMatchObject({
      value: "waitingForLead",
      emitted: [
        { type: "ReplyWritten", turn: 1, chunks: [] },
        { type: "ReplySent", turn: 1, at: silent.now }
      ],
      jobs: []
    })
    expect(silent.timers.map((timer) => [timer.name, timer.dueAt - silent.now])).toContainEqual([
      "followUp",
      24 * hour
    ])
  })

  it("that can't be written hands over to a person, with the reason", () => {
    const failed = fail(writing, "writeReply", "modelDown")
    expect(last(failed)).toMatchObject({
      value: "waitingForPerson",
      emitted: [
        { type: "ReplyFailed", turn: 1, reason: "modelDown" },
        { type: "HandedOver", by: "agent:sdr", reason: "modelDown" }
      ],
      told: [
        {
          to: "lead/lead-1",
          event: { type: "PersonAskedFor", conversationId: "conv-1", reason: "modelDown", at: failed.now }
        }
      ]
    })
  })

  it("starts a conversation with who it is with", () => {
    expect(emitted(begin())).toEqual([
      { type: "ConversationStarted", channel: input.channel, contact: input.contact, leadId: input.leadId }
    ])
  })

  it("reads at most the last 50 lines of the past", () => {
    const long = Array.from({ length: 40 }, (_, index) => `pergunta ${index}`).reduce(
      (now, text) => turn(now, text, [`resposta a ${text}`]),
      begin()
    )
    const { history } = asked(wait(write(long, "m", "e agora?"), 8_000), "writeReply").at(-1) as {
      history: ReadonlyArray<{ text: string }>
    }
    expect([history.length, history.at(-1)?.text, history[0]?.text]).toEqual([
      50,
      "resposta a pergunta 39",
      "pergunta 15"
    ])
  })
})
