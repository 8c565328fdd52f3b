import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Channel } from "../../../src/channels/channel.ts"
import { makeTelegram } from "../../../src/channels/telegram/make-telegram.ts"
import type { Double } from "../../../src/demo/doubles/provider-double.ts"
import { startTelegramDouble } from "../../../src/demo/doubles/telegram.ts"
import { channelContract, providerContract, request, run, type Subject } from "./contract.ts"
import { contact, contents, message, update, writtenAt } from "./telegram-updates.ts"

const secretHeader = "x-telegram-bot-api-secret-token"
const configOf = (baseUrl: string, token = "42:double-token") => ({
  baseUrl,
  token: Redacted.make(token),
  instance: "bot",
  webhookSecret: Redacted.make("s3cret_token")
})

const start = async (): Promise<Subject & { readonly double: Double }> => {
  const double = await startTelegramDouble({})
  return {
    double,
    channel: await run(makeTelegram(configOf(double.url))),
    instance: "bot",
    contact,
    signed: (body) => request(body, { [secretHeader]: "s3cret_token" }),
    forged: (body) => request(body, { [secretHeader]: "s3cret_tokem" }),
    message: {
      body: update({ text: "Oi" }),
      inbound: {
        _tag: "message",
        instance: "bot",
        contact,
        messageId: `${contact}:1365`,
        text: "Oi",
        contactName: "Ana Souza",
        fromUs: false
      }
    },
    misshapen: { body: update({ text: ["secret-value"] }), field: "message.text" },
    unknownKind: { update_id: 1, poll_answer: { poll_id: "1", option_ids: [0] } }
  }
}

channelContract("telegram", start)
providerContract("telegram", start)

describe("a Telegram update", () => {
  const channel: Promise<Channel> = run(makeTelegram(configOf("http://127.0.0.1:1")))
  const read = async (body: unknown) =>
    (await channel).receive(request(JSON.stringify(body), { [secretHeader]: "s3cret_token" }))
  const receive = async (body: unknown) => run(await read(body))
  const expected = (content: object) => [
    {
      _tag: "message",
      instance: "bot",
      contact,
      messageId: `${contact}:1365`,
      at: writtenAt * 1000,
      ...content,
      contactName: "Ana Souza",
      fromUs: false
    }
  ]

  const place = { kind: "location", reference: "geo:-23.56,-46.65" }
  it.each<[keyof typeof contents, object]>([
    ["text", { text: "Oi, tudo bem?" }],
    ["command", {}],
    ["voice", { media: [{ kind: "audio", reference: "AwACAg", mimeType: "audio/ogg", durationSeconds: 7 }] }],
    [
      "audio",
      { media: [{ kind: "audio", reference: "CQACAg", mimeType: "audio/mpeg", durationSeconds: 180 }] }
    ],
    ["photo", { text: "A fachada", media: [{ kind: "image", reference: "large", caption: "A fachada" }] }],
    [
      "document",
      {
        media: [{ kind: "document", reference: "BQACAg", mimeType: "application/pdf", caption: "planta.pdf" }]
      }
    ],
    [
      "video",
      { media: [{ kind: "video", reference: "BAACAg", mimeType: "video/mp4", durationSeconds: 12 }] }
    ],
    ["roundVideo", { media: [{ kind: "video", reference: "DQACAg", durationSeconds: 3 }] }],
    [
      "animation",
      { media: [{ kind: "video", reference: "CgACAg", mimeType: "video/mp4", durationSeconds: 2 }] }
    ],
    ["sticker", { media: [{ kind: "sticker", reference: "CAACAg" }] }],
    ["location", { media: [place] }],
    ["venue", { media: [{ ...place, caption: "MASP, Av. Paulista, 1578" }] }],
    ["contact", { media: [{ kind: "contact", reference: "tel:+5511977776666", caption: "Bia" }] }]
  ])("with %s is a message", async (kind, content) => {
    expect(await receive(update(contents[kind]))).toEqual(expected(content))
  })

  it("with an edited message is a new message with an id and a time of its own", async () => {
    const edited_message = message({ text: "Oi, tudo ótimo?" }, { edit_date: writtenAt + 60 })
    expect(await receive({ update_id: 10_001, edited_message })).toEqual([
      {
        ...expected({ text: "Oi, tudo ótimo?" })[0],
        messageId: `${contact}:1365:edit:${writtenAt + 60}`,
        edits: { id: `${contact}:1365`, writerIsKnown: true },
        at: (writtenAt + 60) * 1000
      }
    ])
  })

  it.each([
    ["/start ad_verao", { campaign: "ad_verao" }],
    ["/start@our_bot ad-2", { campaign: "ad-2" }],
    ["/start quero saber o preço", { text: "quero saber o preço" }],
    ["/help", {}],
    ["/Menu@our_bot", {}],
    ["/ajuda  quanto custa?\nobrigado", { text: "quanto custa?\nobrigado" }],
    ["/stop", { text: "stop" }],
    ["/parar", { text: "parar" }],
    ["/ 2 pessoas", { text: "/ 2 pessoas" }],
    ["/mês", { text: "/mês" }],
    ["24/7", { text: "24/7" }]
  ])("with %j says what stands behind the command", async (text, said) => {
    expect(await receive(update({ text }))).toEqual(expected(said))
  })

  it.each([
    [
      { voice: { file_id: "A", duration: "7", mime_type: 5 } },
      { kind: "audio", mimeType: "5", durationSeconds: 7 }
    ],
    [{ voice: { file_id: "A", duration: -1 } }, { kind: "audio" }],
    [{ photo: [{ file_id: "A", width: null }, null] }, { kind: "image" }],
    [{ document: { file_id: "A", file_name: {} } }, { kind: "document" }]
  ])("with %j is not lost for a detail", async (content, media) => {
    expect(await receive(update(content))).toEqual(expected({ media: [{ reference: "A", ...media }] }))
  })

  it.each([
    [{ poll: { question: "Qual dia?" } }, { text: "Qual dia?" }],
    [{ dice: { emoji: "🎲", value: 3 } }, { text: "🎲" }],
    [{ sticker: {} }, { media: [{ kind: "sticker", reference: "1365" }] }],
    [{ story: { id: 1 } }, { media: [{ kind: "document", reference: "1365" }] }],
    [{ contact: { phone_number: null } }, { media: [{ kind: "contact", reference: "1365" }] }],
    [{ location: { latitude: "x" } }, { media: [{ kind: "location", reference: "1365" }] }]
  ])("of kind %j is a message", async (content, said) => {
    expect(await receive(update(content))).toEqual(expected(said))
  })

  it.each([[0], [-1], ["soon"], [null], [4_000_000_000]])(
    "whose time can't be %j was written when it came",
    async (date) => {
      const before = Date.now()
      const [inbound] = await receive(update({ text: "Oi" }, { date, from: "nobody" }))
      expect(inbound?.at).toBeGreaterThanOrEqual(before)
    }
  )

  it("at an address of another bot is refused", async () => {
    const asked = { ...request(JSON.stringify(update({ text: "Oi" })), { [secretHeader]: "s3cret_token" }) }
    expect(await run((await channel).receive({ ...asked, path: ["bot"] }))).toHaveLength(1)
    const refused = await run(Effect.flip((await channel).receive({ ...asked, path: ["other"] })))
    expect(refused.status).toBe(404)
  })

  const group = { chat: { id: -1001, title: "Time", type: "supergroup" } }
  const person = message({}).from
  it.each<[string, object]>([
    ["a group", update(contents.text, group)],
    ["a bot", update(contents.text, { from: { ...person, is_bot: true } })],
    ["a service message", update({ new_chat_members: [person] }, group)],
    ["a new pinned message", update({ pinned_message: message(contents.text) })],
    ["a live location that moved", { update_id: 1, edited_message: message(contents.location) }],
    [
      "a button",
      { update_id: 1, callback_query: { id: "4382", from: person, data: "yes", chat_instance: "1" } }
    ],
    ["a block", { update_id: 1, my_chat_member: { chat: message({}).chat, from: person, date: writtenAt } }],
    ["a channel post", { update_id: 1, channel_post: message(contents.text) }]
  ])("with %s is ignored", async (_, body) => {
    expect(await receive(body)).toEqual([])
  })

  it.each<[string, object]>([
    ["update_id is missing", { message: message(contents.text) }],
    ["message.message_id is missing", update({ text: "a" }, { message_id: undefined })],
    ["message.chat.id has a wrong shape", update({ text: "a" }, { chat: { id: "x", type: "private" } })],
    ["message.text has a wrong shape", update({ text: { a: 1 } })],
    ["message.caption has a wrong shape", update({ caption: true, photo: [] })]
  ])("of a wrong shape is refused: %s", async (text, body) => {
    expect(await run(Effect.flip(await read(body)))).toMatchObject({ status: 400, message: text })
  })
})

describe("a Telegram send", () => {
  let double: Double
  beforeEach(async () => {
    double = await startTelegramDouble({})
  })
  afterEach(() => double.close())
  const outbound = {
    instance: "bot",
    contact,
    text: "Olá!",
    key: "k",
    firstAttemptAt: 0
  }
  const failure = async (token?: string) => {
    const channel = await run(makeTelegram(configOf(double.url, token)))
    return run(Effect.flip(channel.send(outbound)))
  }

  it("is refused by a person who blocked the bot", async () => {
    double.setContact(contact, "blocked")
    expect(await failure()).toMatchObject({
      _tag: "JobRefused",
      reason: "blocked",
      message: "Telegram answered 403: Forbidden: bot was blocked by the user"
    })
  })

  it("is refused for a wrong token", async () => {
    expect(await failure("42:other")).toMatchObject({ _tag: "JobRefused", reason: "wrongCredentials" })
  })

  it("never tells the token in an error", async () => {
    const errors = [await failure("42:hidden-token")]
    double.setFaults({ loseAnswer: 1 })
    errors.push(await failure())
    await double.close()
    errors.push(await failure())
    expect(errors.map((error) => error.reason)).toEqual([
      "wrongCredentials",
      "connectionBroke",
      "providerUnreachable"
    ])
    expect(errors.map((error) => `${error} ${error.stack} ${JSON.stringify(error)}`).join()).not.toMatch(
      /42:/
    )
  })

  it("has an id that holds the chat, in which alone Telegram's numbers are unique", async () => {
    const channel = await run(makeTelegram(configOf(double.url)))
    const { messageId } = await run(channel.send(outbound))
    expect(messageId).toMatch(new RegExp(`^${contact}:\\d+$`))
  })

  it("waits an hour at most, whatever a rate limit asks", async () => {
    double.setFaults({ rateLimitNext: 1, retryAfterSeconds: 1e9 })
    expect(await failure()).toMatchObject({ retryAfterMs: 3_600_000 })
  })
})
