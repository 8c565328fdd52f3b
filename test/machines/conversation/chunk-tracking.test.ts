import { describe, expect, it } from "vitest"
import type { Conversation } from "../../../machines/conversation/state.ts"
import { asked, type Drive, last } from "../drive.ts"
import {
  begin,
  fail,
  fire,
  monday10,
  personWrites,
  reply,
  say,
  sendOne,
  settings,
  taken,
  turn,
  update,
  wait,
  write
} from "./example.ts"

const written = (chunks: ReadonlyArray<string>): Drive =>
  reply(wait(write(begin(), "m1", "oi"), settings.turnClosureMs), chunks)
const statuses = (drive: Drive) =>
  (drive.snapshot.context as Conversation).reply?.chunks.map((chunk) => chunk.status)
const types = (drive: Drive) => last(drive).emitted.map((event) => event.type)

describe("the pace of a reply", () => {
  it("types 900 characters a minute, no less than 1 s and no more than 6 s a chunk", () => {
    const typed = (text: string) => written([text]).timers[0]!.dueAt - (monday10 + 8_000)
    expect([typed("Oi"), typed("x".repeat(45)), typed("x".repeat(500))]).toEqual([1_000, 3_000, 6_000])
  })

  it("shows typing for the pause, then sends, one chunk after the other", () => {
    const to = { channel: "webChat", instance: "site", contact: "5511999990000" }
    const first = written(["Olá! Tudo bem por aí?", "Sou a Bia."])
    expect(last(first).jobs).toEqual([{ name: "showTyping", input: { ...to, durationMs: 1_400 } }])
    const sending = wait(first, 1_400)
    expect(last(sending)).toMatchObject({
      value: { sending: "onItsWay" },
      jobs: [{ name: "sendChunk", input: { ...to, turn: 1, chunk: 1, text: "Olá! Tudo bem por aí?" } }]
    })
    expect(statuses(sending)).toEqual(["sending", "waiting"])
    const second = taken(sending, "o1")
    expect(last(second)).toMatchObject({
      value: "pausing",
      emitted: [
        {
          type: "ChunkSent",
          turn: 1,
          chunk: 1,
          messageId: "o1",
          text: "Olá! Tudo bem por aí?",
          at: second.now
        }
      ],
      jobs: [{ name: "showTyping", input: { ...to, durationMs: 1_000 } }]
    })
    const done = sendOne(second, "o2")
    expect(last(done)).toMatchObject({ value: "waitingForLead", jobs: [] })
    expect(types(done)).toEqual(["ChunkSent", "ReplySent"])
    expect(statuses(done)).toEqual(["sent", "sent"])
  })

  it("joins what a model writes beyond ten chunks to the tenth", () => {
    const chunks = Array.from({ length: 12 }, (_, index) => `parte ${index + 1}`)
    const emitted = last(written(chunks)).emitted[0]
    expect(emitted?.chunks).toEqual([...chunks.slice(0, 9), "parte 10\nparte 11\nparte 12"])
  })
})

describe("the delivery status", () => {
  const done = turn(begin(), "oi", ["Olá!", "Tudo bem?"])

  it("moves forwards only, however the updates come", () => {
    const read = update(done, "oi:1", "read")
    expect(last(read).emitted).toEqual([
      { type: "DeliveryStatusChanged", messageId: "oi:1", status: "read", at: read.now }
    ])
    const late = ["sent", "delivered", "failed", "read"].map(
      (status) => last(update(read, "oi:1", status)).emitted
    )
    expect(late).toEqual([[], [], [], []])
    expect(statuses(read)).toEqual(["read", "sent"])
  })

  it("is kept when it comes before we know the message, and told when we do", () => {
    const sending = fire(written(["Olá!"]), "typing")
    const early = update(update(sending, "o1", "delivered"), "o1", "sent")
    expect(last(early).emitted).toEqual([])
    expect(types(taken(early, "o1"))).toEqual(["ChunkSent", "DeliveryStatusChanged", "ReplySent"])
    expect(statuses(taken(early, "o1"))).toEqual(["delivered"])
  })

  it("keeps at most 20 early updates", () => {
    const many = Array.from({ length: 30 }, (_, index) => `x${index}`).reduce(
      (now, id) => update(now, id, "delivered"),
      done
    )
    const { earlyUpdates } = many.snapshot.context as Conversation
    expect(earlyUpdates.map((each) => each.messageId)).toEqual(
      Array.from({ length: 20 }, (_, index) => `x${index + 10}`)
    )
  })

  it("of a person's message is followed too", () => {
    const owned = personWrites(done, "p1", "Oi, é a Ana")
    expect(last(update(owned, "p1", "read")).emitted).toMatchObject([
      { type: "DeliveryStatusChanged", messageId: "p1", status: "read" }
    ])
  })
})

describe("a partly delivered reply", () => {
  it("is repaired once: the refused chunk and the rest, in order", () => {
    const refused = fail(
      fire(sendOne(written(["Um.", "Dois.", "Três."]), "o1"), "typing"),
      "sendChunk",
      "rejected"
    )
    expect(last(refused)).toMatchObject({
      value: "repairing",
      emitted: [{ type: "ChunkFailed", turn: 1, chunk: 2, reason: "rejected" }],
      jobs: []
    })
    const again = wait(refused, 30_000)
    expect(last(again).jobs).toMatchObject([
      { name: "sendChunk", input: { turn: 1, chunk: 2, text: "Dois.", knownMessageIds: ["o1"] } }
    ])
    const done = sendOne(taken(again, "o2"), "o3")
    expect(last(done)).toMatchObject({ value: "waitingForLead" })
    expect(types(done)).toEqual(["ChunkSent", "ReplySent"])
  })

  it("that fails again goes to a person, with the reason", () => {
    const refused = fail(fire(written(["Um.", "Dois."]), "typing"), "sendChunk", "rejected")
    const again = fail(wait(refused, 30_000), "sendChunk", "invalidNumber")
    expect(last(again)).toMatchObject({
      value: "waitingForPerson",
      emitted: [
        { type: "ChunkFailed", turn: 1, chunk: 1, reason: "invalidNumber" },
        { type: "ReplyFailed", turn: 1, reason: "invalidNumber" },
        { type: "HandedOver", by: "agent:sdr", reason: "invalidNumber" }
      ],
      jobs: []
    })
    expect(asked(again, "sendChunk")).toHaveLength(2)
  })

  it("is repaired when the provider tells of the failure later, and tells its end once", () => {
    const done = turn(begin(), "oi", ["Olá!", "Tudo bem?"])
    const failed = update(done, "oi:2", "failed")
    expect(last(failed)).toMatchObject({
      value: "repairing",
      emitted: [
        { type: "DeliveryStatusChanged", messageId: "oi:2", status: "failed" },
        { type: "ChunkFailed", turn: 1, chunk: 2, reason: "notDelivered" }
      ]
    })
    const again = taken(wait(failed, 30_000), "o2")
    expect(last(again)).toMatchObject({ value: "waitingForLead" })
    expect(types(again)).toEqual(["ChunkSent"])
    const lost = update(again, "o2", "failed")
    expect(last(lost)).toMatchObject({ value: "waitingForPerson" })
    expect(types(lost)).toEqual([
      "DeliveryStatusChanged",
      "ChunkFailed",
      "ReplyFailed",
      "FollowUpsStopped",
      "HandedOver"
    ])
  })

  it("is not repaired under a newer message: the next turn says what never arrived", () => {
    const done = turn(begin(), "oi", ["Olá!", "Tudo bem?"])
    const failed = update(write(done, "m2", "alô?"), "oi:2", "failed")
    expect(last(failed).value).toBe("collecting")
    expect(asked(wait(failed, 8_000), "writeReply").at(-1)).toMatchObject({
      history: [
        { from: "lead", text: "oi" },
        { from: "agent", text: "Olá!" }
      ]
    })
  })

  it("is not repaired after a person had the conversation", () => {
    const done = turn(begin(), "oi", ["Olá!"])
    const back = say(personWrites(done, "p1", "Oi, é a Ana"), {
      type: "ReturnedToAi",
      by: "person:ana",
      reason: "ok"
    })
    expect(last(update(back, "oi:1", "failed"))).toMatchObject({ value: "listening", jobs: [] })
  })
})

describe("a chunk in doubt", () => {
  const doubt = fail(fire(written(["Um.", "Dois."]), "typing"), "sendChunk", "inDoubt")

  it("is never sent again, and the rest goes on", () => {
    expect(last(doubt)).toMatchObject({
      value: "pausing",
      emitted: [{ type: "ChunkInDoubt", turn: 1, chunk: 1, reason: "inDoubt" }]
    })
    const done = sendOne(doubt, "o2")
    expect(last(done).emitted).toMatchObject([
      { type: "ChunkSent", chunk: 2 },
      { type: "ReplySent", inDoubt: 1 }
    ])
    expect(asked(done, "sendChunk")).toHaveLength(2)
  })

  it("counts as said, for the model", () => {
    const next = wait(write(sendOne(doubt, "o2"), "m2", "e?"), 8_000)
    expect(asked(next, "writeReply").at(-1)).toMatchObject({
      history: [{ text: "oi" }, { text: "Um." }, { text: "Dois." }]
    })
  })

  it("is proved sent by its echo from the phone, which is not taken for a person", () => {
    const proved = personWrites(doubt, "o1", "Um.")
    expect(last(proved)).toMatchObject({
      value: "pausing",
      emitted: [{ type: "ChunkSent", turn: 1, chunk: 1, messageId: "o1", text: "Um." }]
    })
    expect(statuses(proved)).toEqual(["sent", "waiting"])
  })
})

describe("an echo of our own message", () => {
  it("is no person, before and after its sending has ended", () => {
    const sending = fire(written(["Um.", "Dois."]), "typing")
    const echoed = personWrites(sending, "o1", "Um.")
    expect(last(echoed)).toMatchObject({ value: { sending: "onItsWay" }, emitted: [] })
    const later = personWrites(taken(echoed, "o1"), "o1", "Um.")
    expect(last(later)).toMatchObject({ value: "pausing", emitted: [] })
  })

  it("is a person when it comes from the console", () => {
    const sending = fire(written(["Um."]), "typing")
    const words = { type: "PersonReplied", messageId: "p1", text: "Um.", by: "person:ana", source: "console" }
    expect(last(say(sending, words))).toMatchObject({ value: { sending: "lastBeforePerson" } })
  })
})
