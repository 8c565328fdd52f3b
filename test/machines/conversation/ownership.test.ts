import { describe, expect, it } from "vitest"
import { asked, type Drive, last } from "../drive.ts"
import {
  begin,
  day,
  fail,
  fire,
  hour,
  person,
  personWrites,
  reply,
  sendOne,
  settings,
  taken,
  turn,
  wait,
  write
} from "./example.ts"

const writing = wait(write(begin(), "m1", "quanto custa?"), 8_000)
const sending = fire(reply(writing, ["Custa 500.", "Quer ver?"]), "typing")
const answered = turn(begin(), "oi", ["Olá!"])
const untilReturned = { personOwned: "untilReturned" }

describe("a person who takes over", () => {
  it("silences the AI at once: what is being written is called back", () => {
    expect(last(person(writing, "PersonTookOver", { reason: "big account" }))).toMatchObject({
      value: untilReturned,
      emitted: [
        { type: "ReplySuperseded", turn: 1, unsent: 0 },
        { type: "HandedOver", by: "person:ana", reason: "big account" }
      ],
      cancelled: ["writeReply"],
      jobs: []
    })
  })

  it("lets a send under way finish, and keeps back the rest", () => {
    const took = person(sending, "PersonTookOver")
    expect(last(took)).toMatchObject({
      value: { sending: "lastBeforePerson" },
      emitted: [{ type: "HandedOver", by: "person:ana", reason: "asked" }],
      cancelled: [],
      jobs: []
    })
    expect(last(taken(took, "o1"))).toMatchObject({
      value: untilReturned,
      emitted: [
        { type: "ChunkSent", turn: 1, chunk: 1, messageId: "o1" },
        { type: "ReplySuperseded", turn: 1, unsent: 1 }
      ],
      jobs: []
    })
    expect(last(fail(took, "sendChunk", "inDoubt"))).toMatchObject({ value: untilReturned })
    expect(last(fail(took, "sendChunk", "rejected")).emitted).toMatchObject([
      { type: "ChunkFailed", turn: 1, chunk: 1, reason: "rejected" },
      { type: "ReplySuperseded", turn: 1, unsent: 2 }
    ])
  })

  it("may come by answering from the phone", () => {
    expect(last(personWrites(answered, "p1", "Oi, é a Ana")).emitted).toEqual([
      { type: "FollowUpsStopped", reason: "handedOver" },
      { type: "HandedOver", by: "person:ana", reason: "answered from the phone" }
    ])
    const second = personWrites(personWrites(answered, "p1", "Oi, é a Ana"), "p2", "Tudo bem?")
    expect(last(second)).toMatchObject({ value: untilReturned, emitted: [] })
  })

  it("hears the lead, and the AI does not answer", () => {
    const owned = write(person(answered, "PersonTookOver"), "m2", "tem desconto?")
    expect(last(owned)).toMatchObject({ value: untilReturned, emitted: [], jobs: [] })
    expect(asked(wait(owned, day), "writeReply")).toHaveLength(1)
  })

  it("is told apart from another person who takes over later", () => {
    const owned = person(answered, "PersonTookOver")
    expect(last(person(owned, "PersonTookOver")).emitted).toEqual([])
    expect(last(person(owned, "PersonTookOver", { by: "person:rui" })).emitted).toEqual([
      { type: "HandedOver", by: "person:rui", reason: "asked" }
    ])
  })
})

describe("a conversation that goes back to the AI", () => {
  it("answers what the lead wrote and nobody answered", () => {
    const owned = write(person(answered, "PersonTookOver"), "m2", "tem desconto?")
    const back = person(owned, "ReturnedToAi", { reason: "easy one" })
    expect(last(back)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "TakenBack", by: "person:ana", reason: "easy one" }]
    })
    expect(last(wait(back, 8_000)).emitted).toEqual([{ type: "TurnClosed", turn: 2, messageIds: ["m2"] }])
  })

  it("does not answer what the person answered, and the model reads who said it", () => {
    const owned = personWrites(
      write(person(answered, "PersonTookOver"), "m2", "tem desconto?"),
      "p1",
      "Tem, 10%"
    )
    const back = person(owned, "ReturnedToAi")
    expect(last(back).value).toBe("listening")
    expect(asked(wait(write(back, "m3", "ok!"), 8_000), "writeReply").at(-1)).toMatchObject({
      history: [
        { from: "lead", text: "oi" },
        { from: "agent", text: "Olá!" },
        { from: "lead", text: "tem desconto?" },
        { from: "person", text: "Tem, 10%" }
      ],
      lines: [{ from: "lead", text: "ok!" }]
    })
  })

  it("does so by itself a set time after the person's last message", () => {
    const first = turn(begin({ returnToAiAfterMs: hour }), "oi", ["Olá!"])
    const spoke = personWrites(first, "p1", "Oi, é a Ana")
    const again = personWrites(wait(spoke, hour - 1), "p2", "Um momento")
    // The lead's words don't prolong the person's time.
    const heard = write(wait(again, hour - 1), "m2", "e aí?")
    expect(last(heard).value).toEqual({ personOwned: "forAWhile" })
    const back = wait(heard, 1)
    expect(last(back)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "TakenBack", by: "engine", reason: "the person was silent" }]
    })
  })

  it("never does so by itself when that time is 0", () => {
    expect(wait(person(answered, "PersonTookOver"), 29 * day).snapshot.value).toEqual(untilReturned)
  })

  it("does not go on with the reply that the takeover cut", () => {
    const back = person(person(sending, "PersonTookOver"), "ReturnedToAi")
    expect(last(back).value).toEqual({ sending: "lastBeforeListening" })
    const ended = taken(back, "o1")
    expect(last(ended)).toMatchObject({ value: "collecting", jobs: [] })
    expect(last(wait(ended, 8_000)).emitted).toEqual([{ type: "TurnClosed", turn: 2, messageIds: ["m1"] }])
  })
})

describe("a handover that the model decides", () => {
  const handing = reply(writing, ["Claro!", "A Ana já te responde."], { handOver: "askedForPerson" })

  it("is done when its chunks are out, once, and told to the lead", () => {
    const done = sendOne(sendOne(handing, "o1"), "o2")
    expect(last(done)).toMatchObject({
      value: "waitingForPerson",
      emitted: [
        { type: "ChunkSent", chunk: 2 },
        { type: "ReplySent", turn: 1 },
        { type: "HandedOver", by: "agent:sdr", reason: "askedForPerson" }
      ],
      jobs: [],
      told: [
        {
          to: "lead/lead-1",
          event: { type: "PersonAskedFor", conversationId: "conv-1", reason: "askedForPerson", at: done.now }
        }
      ]
    })
    expect(last(write(done, "m2", "obrigado")).value).toBe("waitingForPerson")
    expect(asked(wait(write(done, "m2", "obrigado"), 20 * day), "writeReply")).toHaveLength(1)
  })

  it("survives a newer message: its line answers that too", () => {
    const next = wait(write(handing, "m2", "é urgente"), 8_000)
    expect(asked(next, "writeReply").at(-1)).toMatchObject({
      purpose: "handOver",
      lines: [{ text: "quanto custa?" }, { text: "é urgente" }]
    })
    expect(last(sendOne(reply(next, ["Já te passo para a Ana."]), "o1"))).toMatchObject({
      value: "waitingForPerson"
    })
  })
})

describe("a handover that the lead asks for", () => {
  const ask = (drive: Drive) => person(drive, "HandOverAsked", { by: "engine", reason: "qualified with 80" })

  it("writes one closing line, then a person is waited for", () => {
    const line = ask(answered)
    expect(last(line)).toMatchObject({
      value: "writing",
      jobs: [{ name: "writeReply", input: { purpose: "handOver", turn: 2, lines: [] } }]
    })
    const done = sendOne(reply(line, ["A Ana vai continuar daqui."]), "o1")
    expect(last(done)).toMatchObject({
      value: "waitingForPerson",
      emitted: [
        { type: "ChunkSent" },
        { type: "ReplySent", turn: 2 },
        { type: "FollowUpsStopped", reason: "handedOver" },
        { type: "HandedOver", by: "engine", reason: "qualified with 80" }
      ],
      told: []
    })
    expect(last(ask(done))).toMatchObject({ value: "waitingForPerson", emitted: [], jobs: [] })
  })

  it("waits until the reply at hand is out", () => {
    const during = ask(sending)
    expect(last(during)).toMatchObject({ value: { sending: "onItsWay" }, emitted: [], jobs: [] })
    const out = sendOne(taken(during, "o1"), "o2")
    expect(last(out)).toMatchObject({
      value: "writing",
      emitted: [
        { type: "ChunkSent", chunk: 2 },
        { type: "ReplySent", turn: 1 }
      ],
      jobs: [{ name: "writeReply", input: { purpose: "handOver", turn: 2 } }]
    })
  })

  it("adds no line to a reply that hands over already", () => {
    const handing = ask(reply(writing, ["A Ana já te responde."], { handOver: "qualified" }))
    const done = sendOne(handing, "o1")
    expect(last(done)).toMatchObject({ value: "waitingForPerson" })
    expect(asked(done, "writeReply")).toHaveLength(1)
  })

  it("is done without a line when it can't be written, or when nothing was ever said", () => {
    expect(last(fail(ask(answered), "writeReply", "modelDown"))).toMatchObject({ value: "waitingForPerson" })
    expect(last(ask(begin()))).toMatchObject({
      value: "waitingForPerson",
      emitted: [{ type: "HandedOver", by: "engine", reason: "qualified with 80" }],
      jobs: []
    })
  })

  it("changes nothing while a person has the conversation", () => {
    expect(last(ask(person(answered, "PersonTookOver")))).toMatchObject({ emitted: [], jobs: [] })
  })
})

describe("a closed conversation", () => {
  const closed = person(write(answered, "m2", "deixa"), "ConversationCloseAsked", { reason: "lost" })

  it("is silent, and answers nothing of before", () => {
    expect(last(closed)).toMatchObject({
      value: "closed",
      emitted: [{ type: "ConversationClosed", by: "person:ana", reason: "lost" }]
    })
    expect(closed.timers).toEqual([])
    expect(last(person(closed, "ConversationReopenAsked"))).toMatchObject({
      value: "listening",
      emitted: [{ type: "ConversationReopened", by: "person:ana", reason: "asked" }]
    })
  })

  it("opens again when the lead writes, and answers that", () => {
    const reopened = write(closed, "m3", "voltei, ainda tem?")
    expect(last(reopened)).toMatchObject({
      value: "collecting",
      emitted: [{ type: "ConversationReopened", by: "lead", reason: "wrote again" }]
    })
    expect(last(wait(reopened, 8_000)).emitted).toEqual([{ type: "TurnClosed", turn: 2, messageIds: ["m3"] }])
  })

  it("opens to a person when a person had it", () => {
    const theirs = person(person(answered, "PersonTookOver"), "ConversationCloseAsked")
    expect(last(write(theirs, "m3", "oi de novo"))).toMatchObject({ value: "waitingForPerson", jobs: [] })
  })

  it("closes after a send under way, and not if the lead writes meanwhile", () => {
    const closing = person(sending, "ConversationCloseAsked")
    expect(last(closing).value).toEqual({ sending: "lastBeforeClosed" })
    expect(last(taken(closing, "o1"))).toMatchObject({ value: "closed" })
    const reopened = taken(write(closing, "m2", "espera"), "o1")
    expect(last(reopened).value).toBe("collecting")
  })

  it("is closed by silence on a person's side too", () => {
    const owned = wait(person(turn(begin(), "oi", ["Olá!"]), "PersonTookOver"), settings.closeAfterMs)
    expect(last(owned)).toMatchObject({ value: "closed" })
  })

  it("is not closed while the lead still writes to the person", () => {
    const owned = person(turn(begin(), "oi", ["Olá!"]), "PersonTookOver")
    const heard = write(wait(owned, settings.closeAfterMs - 1), "m2", "alguém aí?")
    expect(wait(heard, settings.closeAfterMs - 1).snapshot.value).toEqual(untilReturned)
    expect(wait(heard, settings.closeAfterMs).snapshot.value).toBe("closed")
  })
})
