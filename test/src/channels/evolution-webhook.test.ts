import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import type { Channel } from "../../../src/channels/channel.ts"
import { makeEvolution } from "../../../src/channels/evolution/make-evolution.ts"
import { channelLimits } from "../../../src/channels/limits.ts"
import { request, run } from "./contract.ts"
import { contact, envelope, messages, update, upsert, writtenAt } from "./evolution-shapes.ts"

const channel: Channel = await run(
  makeEvolution({
    baseUrl: "http://127.0.0.1:1",
    apiKey: Redacted.make("key"),
    instances: ["main"],
    webhookSecret: Redacted.make("secret")
  })
)
const read = (body: unknown) =>
  channel.receive(request(JSON.stringify(body), { "x-centurion-secret": "secret" }))
const receive = (body: unknown) => run(read(body))
const refused = (body: unknown) => run(Effect.flip(read(body)))

const message = (content: object) => [
  {
    _tag: "message",
    instance: "main",
    contact,
    messageId: "3A5AE6C4D1B685E692A0",
    at: writtenAt * 1000,
    ...content,
    contactName: "Ana Souza",
    fromUs: false
  }
]
const reference = "3A5AE6C4D1B685E692A0"

describe("messages.upsert", () => {
  const bia = { kind: "contact", reference: "tel:+5511977776666", caption: "Bia" }
  it.each<[keyof typeof messages, object]>([
    ["conversation", { text: "Oi, tudo bem?" }],
    ["extendedText", { text: "Veja https://example.com" }],
    [
      "image",
      {
        text: "A fachada",
        media: [{ kind: "image", reference, mimeType: "image/jpeg", caption: "A fachada" }]
      }
    ],
    [
      "voice",
      { media: [{ kind: "audio", reference, mimeType: "audio/ogg; codecs=opus", durationSeconds: 7 }] }
    ],
    ["video", { media: [{ kind: "video", reference, mimeType: "video/mp4", durationSeconds: 12 }] }],
    ["roundVideo", { media: [{ kind: "video", reference, mimeType: "video/mp4", durationSeconds: 3 }] }],
    [
      "document",
      { media: [{ kind: "document", reference, mimeType: "application/pdf", caption: "planta.pdf" }] }
    ],
    ["sticker", { media: [{ kind: "sticker", reference, mimeType: "image/webp" }] }],
    ["location", { media: [{ kind: "location", reference: "geo:-23.56,-46.65", caption: "MASP" }] }],
    ["contact", { media: [bia] }],
    ["contacts", { media: [bia, { kind: "contact", reference: "tel:+552133334444", caption: "Caio" }] }],
    ["button", { text: "Quero saber mais" }],
    ["list", { text: "Plano anual" }],
    ["vanishing", { text: "some daqui a pouco" }],
    ["seenOnce", { media: [{ kind: "image", reference, mimeType: "image/jpeg" }] }],
    [
      "stored",
      { media: [{ kind: "image", reference: "https://s3.example.com/1.jpg", mimeType: "image/jpeg" }] }
    ]
  ])("of kind %s is a message", async (kind, content) => {
    expect(await receive(upsert(messages[kind]))).toEqual(message(content))
  })

  it.each([
    ["a reaction", { reactionMessage: { key: { id: "3EB0" }, text: "👍" } }],
    ["a deletion", { protocolMessage: { key: { id: "3EB0" }, type: "REVOKE" } }],
    ["a poll vote", { pollUpdateMessage: {} }],
    ["an encrypted edit", { secretEncryptedMessage: { targetMessageKey: { ID: "3A39" } } }],
    ["nothing", {}],
    ["no message", null],
    ["blanks", { conversation: " \n" }]
  ])("with %s is ignored", async (_, content) => {
    expect(await receive(upsert(content))).toEqual([])
  })

  it.each([
    "120363025246125486@g.us",
    "status@broadcast",
    "1@broadcast",
    "12036@newsletter",
    "0@s.whatsapp.net"
  ])("of %s is ignored", async (remoteJid) => {
    expect(await receive(upsert(messages.conversation, { remoteJid }))).toEqual([])
  })

  it("that a person wrote on the phone says so, without our own name as the lead's", async () => {
    const [inbound] = await receive(upsert(messages.conversation, { fromMe: true }, { pushName: "Você" }))
    expect(inbound).toEqual({
      _tag: "message",
      instance: "main",
      contact,
      messageId: reference,
      at: writtenAt * 1000,
      text: "Oi, tudo bem?",
      fromUs: true
    })
  })

  it.each([[writtenAt], [String(writtenAt)], [{ low: writtenAt, high: 0, unsigned: true }]])(
    "takes its time as %j",
    async (messageTimestamp) => {
      expect(await receive(upsert(messages.conversation, {}, { messageTimestamp }))).toEqual(
        message({ text: "Oi, tudo bem?" })
      )
    }
  )

  it("comes as a list in some versions", async () => {
    const one = upsert(messages.conversation)
    expect(await receive({ ...one, data: [one.data, one.data] })).toHaveLength(2)
    const tooMany = Array.from({ length: channelLimits.webhookItemsMax + 1 }, () => one.data)
    expect((await refused({ ...one, data: tooMany })).status).toBe(400)
  })

  it("drops the device number of a jid", async () => {
    const [inbound] = await receive(
      upsert(messages.conversation, { remoteJid: `${contact}:12@s.whatsapp.net` })
    )
    expect(inbound?.contact).toBe(contact)
  })

  it("loses NUL and lone surrogates, and is cut with a mark where it is too long", async () => {
    const [broken] = await receive(
      upsert({ conversation: "a\u0000b\ud83d" }, {}, { pushName: "An\u0000a\udc00" })
    )
    expect(broken).toMatchObject({ text: "ab\ufffd", contactName: "Ana\ufffd" })
    const [long] = await receive(upsert({ conversation: "👍".repeat(channelLimits.textLengthMax) }))
    const text = long?._tag === "message" ? (long.text ?? "") : ""
    expect([text.length, text.isWellFormed(), text.endsWith("👍…")]).toEqual([65_535, true, true])
  })

  it("that edits (older versions) is a new message with an id of its own", async () => {
    const editedMessage = { conversation: "Oi, tudo ótimo?" }
    const protocolMessage = { key: { id: "3A11", fromMe: true }, type: "MESSAGE_EDIT", editedMessage }
    const expected = {
      ...message({ text: "Oi, tudo ótimo?" })[0],
      messageId: `3A11:edit:${writtenAt * 1000}`
    }
    expect(await receive(upsert({ editedMessage: { message: { protocolMessage } } }))).toEqual([expected])
    expect(await receive(upsert({ protocolMessage }))).toEqual([expected])
  })
})

describe("a contact behind a lid", () => {
  const lid = "103899771998284@lid"
  it.each(["remoteJidAlt", "senderPn"])("is known by the number in %s", async (field) => {
    const key = { remoteJid: lid, [field]: `${contact}@s.whatsapp.net` }
    expect(await receive(upsert(messages.conversation, key))).toEqual(message({ text: "Oi, tudo bem?" }))
    const [status] = await receive(update("READ", { remoteJid: lid }))
    expect(status?.contact).toBe(contact)
  })

  it("is the lid itself when the number is not told", async () => {
    const [inbound] = await receive(upsert(messages.conversation, { remoteJid: "777771998284@lid" }))
    expect(inbound?.contact).toBe("777771998284@lid")
  })
})

describe("messages.update", () => {
  const at = Date.parse("2025-10-09T05:53:20.000Z")
  it.each([
    ["SERVER_ACK", "sent"],
    ["DELIVERY_ACK", "delivered"],
    ["READ", "read"],
    ["PLAYED", "read"],
    ["ERROR", "failed"]
  ])("%s means %s", async (word, status) => {
    const statusAt = Effect.andThen(TestClock.setTime(at + 2000), read(update(word)))
    expect(await run(Effect.provide(statusAt, TestClock.layer()))).toEqual([
      { _tag: "status", instance: "main", contact, messageId: "3EB0C14E5561E44C2A63", status, at }
    ])
  })

  it.each([
    ["PENDING", {}],
    ["DELETED", {}],
    ["toString", {}],
    [undefined, {}],
    ["READ", { fromMe: false }],
    ["READ", { remoteJid: "120363025246125486@g.us" }]
  ])("%s with %j is ignored", async (status, more) => {
    expect(await receive(update(status, more))).toEqual([])
  })

  it("tells its time right though Evolution writes local time as UTC", async () => {
    const saoPaulo = { ...update("READ"), date_time: "2025-10-09T02:53:20.000Z" }
    const statusAt = Effect.andThen(TestClock.setTime(at + 90_000), read(saoPaulo))
    const [status] = await run(Effect.provide(statusAt, TestClock.layer()))
    expect(status?.at).toBe(at)
  })
})

describe("other events", () => {
  it.each([
    "send.message",
    "messages.edited",
    "messages.set",
    "connection.update",
    "contacts.upsert",
    "call"
  ])("%s is ignored", async (event) => {
    expect(await receive(envelope(event, upsert(messages.conversation).data))).toEqual([])
  })

  it("an unknown instance is 404", async () => {
    expect(await refused({ ...upsert(messages.conversation), instance: "other" })).toMatchObject({
      status: 404
    })
  })

  it.each([
    ["event is missing", { instance: "main", data: {} }],
    ["instance is missing", { event: "messages.upsert", data: {} }],
    ["data has a wrong shape", { event: "messages.upsert", instance: "main" }],
    ["data.key is missing", { event: "messages.upsert", instance: "main", data: { messageTimestamp: 1 } }],
    ["data.key.id has a value out of bounds", upsert(messages.conversation, { id: "" })],
    ["data.key.id has a value out of bounds", upsert(messages.conversation, { id: "a\u0000b" })],
    ["data.key.remoteJid has a value out of bounds", upsert(messages.conversation, { remoteJid: "x" })],
    ["data.messageTimestamp has a wrong shape", upsert({}, {}, { messageTimestamp: null })],
    ["data.messageTimestamp has a value out of bounds", upsert({}, {}, { messageTimestamp: -1 })],
    ["data.messageTimestamp has a value out of bounds", upsert({}, {}, { messageTimestamp: 1e300 })],
    ["data.message.audioMessage.seconds has a wrong shape", upsert({ audioMessage: { seconds: "7" } })],
    ["data.keyId is missing", envelope("messages.update", { remoteJid: `${contact}@s.whatsapp.net` })]
  ])("a wrong shape is named: %s", async (text, body) => {
    expect(await refused(body)).toMatchObject({ status: 400, message: text })
  })
})
