import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import type { WhyEvent } from "../../../actors/why/why-event.ts"
import type { Json, JsonObject } from "../../../eventstore/database/json.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { machines } from "../../../machines/index.ts"
import { explain } from "../../../src/explain/explain.ts"
import { Explanation } from "../../../src/explain/explanation.ts"
import { findAsked, parseAsked } from "../../../src/explain/find-asked.ts"
import { MemoryWorld, registerAll } from "../../actors/memory-world.ts"
import { cost, input, monday10, settings } from "../../machines/conversation/example.ts"

const registry = registerAll(machines, ["writeReply", "sendChunk", "showTyping"])
const stream = "conversation/1"
const criteria = [
  { name: "budget", kind: "money", weight: 1, atLeast: 1000 },
  { name: "team", kind: "count", weight: 1, atLeast: 5 }
]
const inputs: Readonly<Record<string, Json>> = {
  conversation: {
    ...input,
    conversationId: "1",
    leadId: "9",
    settings: { ...settings, approveFirstContact: true }
  } as unknown as Json,
  lead: { leadId: "9", conversationId: "1", source: "webChat", criteria, threshold: 60 },
  deal: {}
}

const work = (now: number, attempts: number) => ({
  attempts,
  askedAt: now - 300,
  firstAttemptAt: now - 200,
  endedAt: now
})

/** The burst of two, a reply of two chunks that waits for a yes, the second sent in two attempts, and a receipt. */
const aTalk = () => {
  const world = new MemoryWorld(registry, inputs, monday10)
  const lead = (messageId: string, text: string) =>
    world.deliver(stream, "MessageReceived", { messageId, at: world.now, text }, { principal: "lead" })
  const done = (name: string, output: JsonObject, attempts = 1) =>
    world.end(stream, name, { output, ...work(world.now, attempts) })
  lead("m1", "oi")
  world.advance(1000)
  lead("m2", "temos 5 mil")
  world.advance(8000)
  done("writeReply", {
    chunks: ["Olá!", "Vamos conversar?"],
    language: "pt",
    answers: [{ criterion: "budget", value: 5000, said: "5 mil" }],
    ...cost
  })
  world.advance(60_000)
  const yes = { by: "person:ana", reason: "soa bem", at: world.now, turn: 1 }
  world.deliver(stream, "FirstContactApproved", yes, { principal: "person:ana" })
  world.advance(1000)
  done("sendChunk", { messageId: "o1", at: world.now })
  world.advance(1200)
  done("sendChunk", { messageId: "o2", at: world.now }, 2)
  world.now += 50
  world.deliver(
    stream,
    "DeliveryUpdated",
    { messageId: "o2", status: "read", at: world.now },
    { principal: "channel:webChat" }
  )
  return world
}

/** A second turn, whose answer opens a deal. */
const aDeal = () => {
  const world = aTalk()
  world.deliver(stream, "MessageReceived", { messageId: "m3", at: world.now, text: "somos 12" })
  world.advance(8000)
  const answers = [{ criterion: "team", value: 12, said: "somos 12" }]
  world.end(stream, "writeReply", { output: { chunks: ["Certo!"], language: "pt", answers, ...cost } })
  return world
}

type Change = (event: StoredEvent) => StoredEvent
const why = (
  world: MemoryWorld,
  [what, message, company]: ReadonlyArray<string | undefined>,
  change?: Change
) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const asked = yield* parseAsked(what!, message, company)
      return yield* explain(registry, yield* findAsked(asked), {})
    }).pipe(Effect.provide(world.layer(change)))
  )

const chain = (event: WhyEvent): ReadonlyArray<string> => [
  `${event.address.slice(5)}@${event.version} ${event.type}`,
  ...event.causes.flatMap(chain)
]

const burstAt = monday10
const closedAt = monday10 + 9000
const approvedAt = closedAt + 60_000
const place = (version: number, at: number) => ({ version, at })
const job = (id: string, name: string, endedAt: number, attempts: number) => ({
  job: id,
  name,
  failed: null,
  ...work(endedAt, attempts)
})

describe("the explanation of a line", () => {
  it("tells its turn: the messages, the model call, the approval, the chunks with attempts and receipts", async () => {
    const world = aTalk()
    const told = await why(world, ["acme/conversation/1#1.2"])
    const sentAt = world.last(stream, "ChunkSent").recordedAt
    expect({ ...told, event: null }).toEqual({
      place: "acme/conversation/1@17",
      chunk: 2,
      event: null,
      turns: [
        {
          conversation: "acme/conversation/1",
          turn: 1,
          messages: [
            { ...place(3, burstAt), messageId: "m1", text: "oi", media: 0, withheld: null },
            { ...place(4, burstAt + 1000), messageId: "m2", text: "temos 5 mil", media: 0, withheld: null }
          ],
          closed: place(6, closedAt),
          model: { ...place(7, closedAt), ...cost, job: job("5.0", "writeReply", closedAt, 1) },
          approval: {
            ...place(10, closedAt),
            decision: { ...place(11, approvedAt), approved: true, by: "person:ana", reason: "soa bem" }
          },
          chunks: [
            {
              chunk: 1,
              text: "Olá!",
              withheld: null,
              state: "sent",
              messageId: "o1",
              events: [
                {
                  ...place(14, approvedAt + 1000),
                  type: "sent",
                  reason: null,
                  job: job("12.0", "sendChunk", approvedAt + 1000, 1)
                }
              ],
              receipts: []
            },
            {
              chunk: 2,
              text: "Vamos conversar?",
              withheld: null,
              state: "sent",
              messageId: "o2",
              events: [
                { ...place(17, sentAt), type: "sent", reason: null, job: job("15.0", "sendChunk", sentAt, 2) }
              ],
              receipts: [{ ...place(20, sentAt + 50), status: "read", by: "channel:webChat" }]
            }
          ],
          end: { ...place(18, sentAt), type: "ReplySent", reason: null }
        }
      ]
    })
    expect(Schema.decodeUnknownSync(Explanation)(told)).toEqual(told)
  })

  it("goes up through the yes of a person to the text that it let out, and to every message of the burst", async () => {
    const { event } = await why(aTalk(), ["acme/conversation/1#1.2"])
    expect(chain(event)).toEqual([
      "conversation/1@17 ChunkSent",
      "conversation/1@16 JobSucceeded",
      "conversation/1@15 TimerFired",
      "conversation/1@13 JobSucceeded",
      "conversation/1@12 TimerFired",
      "conversation/1@11 FirstContactApproved",
      "conversation/1@7 JobSucceeded",
      "conversation/1@5 TimerFired",
      "conversation/1@3 MessageReceived",
      "conversation/1@4 MessageReceived"
    ])
    const approval = event.causes[0]!.causes[0]!.causes[0]!.causes[0]!.causes[0]!
    expect(approval.step?.transitions).toEqual([
      {
        from: "conversation.waitingForApproval",
        on: "FirstContactApproved",
        to: ["conversation.pausing"],
        guard: { name: "isForThisText", params: null, result: true, asked: [] },
        taken: true
      }
    ])
  })

  it("is the same by chunk, by event, by message id, and by message id in a company", async () => {
    const world = aTalk()
    const byChunk = await why(world, ["acme/conversation/1#1.2"])
    expect(await why(world, ["acme/conversation/1", "o2"])).toEqual(byChunk)
    expect(await why(world, ["o2", undefined, "acme"])).toEqual(byChunk)
    expect(await why(world, ["acme/conversation/1@17"])).toEqual({ ...byChunk, chunk: null })
  })

  it("of a deal goes over the lead to the turn of the conversation that decided it", async () => {
    const { event, turns } = await why(aDeal(), ["acme/deal/9@3"])
    expect(turns.map(({ conversation, turn }) => `${conversation}#${turn}`)).toEqual([
      "acme/conversation/1#2"
    ])
    expect(chain(event)).toEqual([
      "deal/9@3 DealOpened",
      "deal/9@2 DealOpenAsked",
      "lead/9@8 LeadAnswered",
      "conversation/1@25 JobSucceeded",
      "conversation/1@23 TimerFired",
      "conversation/1@21 MessageReceived"
    ])
  })

  it("of the line of a handover goes up to the word that decided it", async () => {
    const world = aDeal()
    // The lead asks for the handover while its reply is written: that reply goes out, and then the line.
    world.advance(1000)
    world.end(stream, "sendChunk", { output: { messageId: "o3", at: world.now } })
    world.end(stream, "writeReply", { output: { chunks: ["Até já!"], language: "pt", answers: [], ...cost } })
    const asked = world.last(stream, "HandOverAsked")
    const { event, turns } = await why(world, [
      `acme/conversation/1@${world.last(stream, "ReplyWritten").version}`
    ])
    expect(turns.map(({ turn, chunks }) => [turn, chunks.map(({ text }) => text)])).toEqual([
      [3, ["Até já!"]],
      [2, ["Certo!"]]
    ])
    const begun = event.causes[0]!.causes[0]!
    expect([begun.type, begun.causes.map(({ type, version }) => [type, version])]).toEqual([
      "JobSucceeded",
      [
        ["HandOverAsked", asked.version],
        ["TimerFired", world.last(stream, "TimerFired").version]
      ]
    ])
  })

  it("of what a lead wrote, and of a receipt, is in the turn that answers it, or said it", async () => {
    const world = aTalk()
    const turnsOf = async (what: string) => (await why(world, [what])).turns.map(({ turn }) => turn)
    expect(await turnsOf("acme/conversation/1@3")).toEqual([1])
    expect(await turnsOf("acme/conversation/1@20")).toEqual([1])
    expect(await turnsOf("acme/conversation/1@2")).toEqual([])
  })

  it("shows no empty text where a person is erased: texts and ids are withheld", async () => {
    const erased: Change = (event) => {
      const { data } = event
      switch (event.type) {
        case "ChunkSent":
        case "MessageReceived":
          return { ...event, data: { ...data, text: "", messageId: "" }, withheld: "erased" }
        case "DeliveryStatusChanged":
          return { ...event, data: { ...data, messageId: "" }, withheld: "erased" }
        case "TurnClosed":
          return { ...event, data: { ...data, messageIds: ["", ""] }, withheld: "erased" }
        case "ReplyWritten":
          return { ...event, data: { ...data, chunks: [] }, withheld: "erased" }
        default:
          return event
      }
    }
    const { turns } = await why(aTalk(), ["acme/conversation/1#1.1"], erased)
    const [turn] = turns
    expect(turn!.messages).toEqual([
      { ...place(3, burstAt), messageId: null, text: null, media: 0, withheld: "erased" },
      { ...place(4, burstAt + 1000), messageId: null, text: null, media: 0, withheld: "erased" }
    ])
    expect(turn!.chunks).toMatchObject([
      { chunk: 1, text: null, withheld: "erased", messageId: null, state: "sent", receipts: [] },
      { chunk: 2, text: null, withheld: "erased", messageId: null, state: "sent", receipts: [] }
    ])
    expect(turn!.model).toMatchObject({ model: "scripted-1", promptHash: "a1", costUsd: 0.001 })
  })
})

describe("a reply that was given up, failed or refused", () => {
  const answered = (chunks: ReadonlyArray<string>) => ({
    output: { chunks: [...chunks], language: "pt", answers: [], ...cost }
  })
  const begun = (approveFirstContact = false) => {
    const conversation = { ...input, settings: { ...settings, approveFirstContact } } as unknown as Json
    const world = new MemoryWorld(registry, { ...inputs, conversation }, monday10)
    world.deliver(stream, "MessageReceived", { messageId: "m1", at: world.now, text: "oi" })
    world.advance(8000)
    return world
  }
  const told = async (world: MemoryWorld, what = "acme/conversation/1#1.1") => {
    const { place, turns } = await why(world, [what])
    const { chunks, end, approval, model } = turns[0]!
    return {
      place,
      chunks: chunks.map(({ state, events }) => [
        state,
        ...events.map(({ type, reason }) => `${type} ${reason}`)
      ]),
      end: end?.type ?? null,
      approved: approval?.decision?.approved ?? null,
      failed: model?.job?.failed ?? null
    }
  }

  it("was given up for a newer message, before its first chunk", async () => {
    const world = begun()
    world.end(stream, "writeReply", answered(["a", "b"]))
    world.deliver(stream, "MessageReceived", { messageId: "m2", at: world.now, text: "e?" })
    expect(await told(world)).toEqual({
      place: `acme/conversation/1@${world.last(stream, "ReplySuperseded").version}`,
      chunks: [["givenUp"], ["givenUp"]],
      end: "ReplySuperseded",
      approved: null,
      failed: null
    })
  })

  it("failed at the channel, was tried again, and is in doubt", async () => {
    const world = begun()
    world.end(stream, "writeReply", answered(["a"]))
    world.advance(1000)
    world.end(stream, "sendChunk", { error: { reason: "offline", message: "x" } })
    world.advance(30_000)
    expect(await told(world)).toMatchObject({ chunks: [["failed", "failed offline"]], end: null })
    world.end(stream, "sendChunk", { error: { reason: "inDoubt", message: "x" } })
    expect(await told(world)).toMatchObject({
      place: `acme/conversation/1@${world.last(stream, "ChunkInDoubt").version}`,
      chunks: [["inDoubt", "failed offline", "inDoubt inDoubt"]],
      end: "ReplySent"
    })
  })

  it("was refused by a person", async () => {
    const world = begun(true)
    world.end(stream, "writeReply", answered(["a"]))
    world.deliver(stream, "FirstContactRefused", { by: "person:ana", reason: "não", at: world.now })
    expect(await told(world)).toMatchObject({ chunks: [["givenUp"]], approved: false })
  })

  it("could not be written", async () => {
    const world = begun()
    world.end(stream, "writeReply", { error: { reason: "modelDown", message: "x" } })
    const failed = world.last(stream, "ReplyFailed").version
    expect(await told(world, `acme/conversation/1@${failed}`)).toMatchObject({
      chunks: [],
      end: "ReplyFailed",
      failed: "modelDown"
    })
  })
})

describe("what can't be found", () => {
  it.each([
    [
      ["acme/conversation/1@99"],
      "there is no acme/conversation/1@99: acme/conversation/1 has versions 1 to 20"
    ],
    [["acme/conversation/1#1.3"], "turn 1 of acme/conversation/1 has chunks 1 to 2, not 3"],
    [["acme/conversation/1#2.1"], "acme/conversation/1 has one turn, not 2"],
    [["acme/lead/9#1.1"], "acme/lead/9 has no turn"],
    [
      ["acme/conversation/1", "x"],
      "no event of acme/conversation/1 names message x; its last ones are m1, m2, o1, o2"
    ],
    [["acme/lead/9", "x"], "no event of acme/lead/9 names message x; it has no message"],
    [["acme/lead/0", "x"], "acme/lead/0 has no event"],
    [
      ["x", undefined, "acme"],
      "no event of acme names message x (26 events in 1 partition); some that there are: m1, m2, o1, o2"
    ],
    [["x"], '"x" may be a message\'s id: name its company with --company, or its conversation before it'],
    [
      ["acme/conversation/1"],
      '"acme/conversation/1" names no event: write company/machine/id@version, company/machine/id#turn.chunk, or a message\'s id after the address'
    ],
    [["acme/conversation/1", "x", "acme"], "an address names its company: leave --company out"]
  ] as const)("is told with what is near it: %j", async (asked, message) => {
    await expect(why(aTalk(), asked as never)).rejects.toThrow(message)
  })

  it("reads ids that look like versions", async () => {
    const asked = await Effect.runPromise(parseAsked("acme/conversation/ana@x.com@12", undefined, undefined))
    expect(asked).toEqual({
      kind: "event",
      address: { company: "acme", machine: "conversation", id: "ana@x.com" },
      version: 12
    })
  })
})
