import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import type { Channel } from "../../../src/channels/channel.ts"
import { makeEvolution } from "../../../src/channels/evolution/make-evolution.ts"
import { channelLimits } from "../../../src/channels/limits.ts"
import { startEvolutionDouble } from "../../../src/demo/doubles/evolution.ts"
import { request, run } from "./contract.ts"
import { contact, envelope, messages, update, upsert, writtenAt } from "./evolution-shapes.ts"

const config = {
  baseUrl: "http://127.0.0.1:1",
  apiKey: Redacted.make("key"),
  instances: ["main"],
  webhookSecret: Redacted.make("secret")
}
const channel: Channel = await run(makeEvolution(config))
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
    ["the frame of an album", { albumMessage: { expectedImageCount: 2 } }],
    ["a key of a group", { senderKeyDistributionMessage: { groupId: "1" }, messageContextInfo: {} }],
    ["what nobody can see", { conversation: "\u200b\u2060 \u3164" }],
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

  it("comes as a list in some versions, of which each item stands for itself", async () => {
    const one = upsert(messages.conversation)
    const { data } = upsert(messages.conversation, { id: "" })
    expect(await receive({ ...one, data: [one.data, data, null, "x", one.data] })).toHaveLength(2)
    expect((await refused({ ...one, data: [data, null] })).message).toContain("data.key.id")
    const tooMany = Array.from({ length: channelLimits.webhookItemsMax + 1 }, () => one.data)
    expect((await refused({ ...one, data: tooMany })).status).toBe(400)
  })

  it.each([
    [{ audioMessage: { mimetype: 5, seconds: "4" } }, { kind: "audio", mimeType: "5", durationSeconds: 4 }],
    [{ audioMessage: { seconds: null } }, { kind: "audio" }],
    [{ audioMessage: { seconds: -1, mimetype: {} } }, { kind: "audio" }],
    [{ imageMessage: { caption: [], mimetype: null } }, { kind: "image" }],
    [{ imageMessage: {}, mediaUrl: {} }, { kind: "image" }],
    [{ stickerMessage: true }, { kind: "sticker" }],
    [{ documentMessage: { fileName: 7 } }, { kind: "document", caption: "7" }]
  ])("%j is not lost for a detail", async (content, media) => {
    expect(await receive(upsert(content))).toEqual(message({ media: [{ reference, ...media }] }))
  })

  it.each([
    [{ locationMessage: { degreesLatitude: "-23.5", degreesLongitude: "-46" } }, "geo:-23.5,-46"],
    [{ locationMessage: { name: {} } }, reference],
    [{ contactMessage: {} }, reference],
    [{ contactMessage: { vcard: 5 } }, "5"]
  ])("%j refers to what is known of it", async (content, found) => {
    const [inbound] = await receive(upsert(content))
    expect(inbound).toMatchObject({ media: [{ reference: found }] })
  })

  it.each([
    [{ pushName: { first: "Ana" } }],
    [{ pushName: null, contextInfo: "x", source: 3 }],
    [{ status: 17, messageType: null }]
  ])("with %j beside it is taken", async (more) => {
    expect(
      await receive(upsert(messages.conversation, { participant: 5, remoteJidAlt: {} }, more))
    ).toHaveLength(1)
  })

  const kinds: ReadonlyArray<[object, object]> = [
    [
      { interactiveResponseMessage: { body: { text: "Quero uma demonstração", format: "DEFAULT" } } },
      { text: "Quero uma demonstração" }
    ],
    [
      {
        interactiveResponseMessage: {
          nativeFlowResponseMessage: { name: "quick_reply", paramsJson: '{"id":"1","display_text":"Sim"}' }
        }
      },
      { text: "Sim" }
    ],
    [
      {
        orderMessage: {
          ...{ itemCount: 1, message: "Quero fechar este", orderTitle: "Loja" },
          ...{ totalAmount1000: "990000", totalCurrencyCode: "BRL" }
        }
      },
      {
        text: "Quero fechar este",
        media: [{ kind: "document", reference, caption: "Loja, 1 ×, BRL 990.00" }]
      }
    ],
    [{ orderMessage: {} }, { media: [{ kind: "document", reference }] }],
    [
      {
        productMessage: { product: { title: "Plano Equipe", priceAmount1000: 199000, currencyCode: "BRL" } }
      },
      { media: [{ kind: "document", reference, caption: "Plano Equipe, BRL 199.00" }] }
    ],
    [{ pollCreationMessageV3: { name: "Qual dia?", options: [] } }, { text: "Qual dia?" }],
    [{ eventMessage: { name: "Visita", contextInfo: { quotedMessage: { text: "x" } } } }, { text: "Visita" }],
    [{ listResponseMessage: { singleSelectReply: { selectedRowId: "2" } } }, { text: "2" }],
    [{ newKindMessage: { mystery: 1 } }, { media: [{ kind: "document", reference }] }],
    [{ newKindMessage: {}, messageContextInfo: {} }, { media: [{ kind: "document", reference }] }]
  ]
  it.each(kinds)("%j is a message", async (content, expected) => {
    expect(await receive(upsert(content))).toEqual(message(expected))
  })

  it.each([[null], [-1], [0], [1e300], [{}], ["soon"], [undefined], [4_000_000_000]])(
    "whose time can't be %j was written when it came",
    async (messageTimestamp) => {
      const body = upsert(messages.conversation, {}, { messageTimestamp })
      const then = Effect.andThen(TestClock.setTime(writtenAt * 1000 + 5), read(body))
      const [inbound] = await run(Effect.provide(then, TestClock.layer()))
      expect(inbound?.at).toBe(writtenAt * 1000 + 5)
    }
  )

  it.each([[writtenAt * 1000], [String(writtenAt * 1000)], [writtenAt * 1_000_000]])(
    "takes its time in smaller parts, %j",
    async (messageTimestamp) => {
      const [inbound] = await receive(upsert(messages.conversation, {}, { messageTimestamp }))
      expect(inbound?.at).toBe(writtenAt * 1000)
    }
  )

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
      messageId: `3A11:edit:${writtenAt * 1000}`,
      edits: { id: "3A11", writerIsKnown: true }
    }
    expect(await receive(upsert({ editedMessage: { message: { protocolMessage } } }))).toEqual([expected])
    expect(await receive(upsert({ protocolMessage }))).toEqual([expected])
  })
})

describe("messages.edited", () => {
  it("is a message whose writer is known by the one that it names", async () => {
    const key = { remoteJid: `${contact}@s.whatsapp.net`, fromMe: true, id: "3AEDIT1" }
    const data = {
      key,
      type: 14,
      editedMessage: { conversation: "mil reais" },
      timestampMs: writtenAt * 1000
    }
    expect(await receive(envelope("messages.edited", data))).toMatchObject([
      {
        ...{ contact, text: "mil reais", messageId: `3AEDIT1:edit:${writtenAt * 1000}`, fromUs: false },
        edits: { id: "3AEDIT1", writerIsKnown: false }
      }
    ])
    expect(
      (await refused(envelope("messages.edited", { ...data, editedMessage: { conversation: [] } }))).message
    ).toBe("data.editedMessage.conversation has a wrong shape")
  })
})

describe("send.message", () => {
  const goesOut = (message: object, key: object = {}) => ({
    ...upsert(message, { id: "3EB0OTHER", fromMe: true, ...key }),
    event: "send.message"
  })

  it("that we did not send is a person's, whatever it says of who wrote it", async () => {
    const inbounds = await receive(goesOut(messages.conversation, { fromMe: false }))
    expect(inbounds).toMatchObject([{ contact, messageId: "3EB0OTHER", text: "Oi, tudo bem?", fromUs: true }])
    expect(inbounds[0]).not.toHaveProperty("contactName")
  })

  it("that we sent is known by its id, and while it is on its way by its words", async () => {
    const double = await startEvolutionDouble({ apiKey: "key" })
    const ours = await run(makeEvolution({ ...config, baseUrl: double.url }))
    const shown = (body: unknown) =>
      run(ours.receive(request(JSON.stringify(body), { "x-centurion-secret": "secret" })))
    const outbound = { instance: "main", contact, text: "Olá! ", key: "k", firstAttemptAt: 0 }
    double.setFaults({ delayMs: 300 })
    const sending = run(ours.send(outbound))
    await double.accepted(1)
    expect(await shown(goesOut({ conversation: "Olá!" }))).toEqual([])
    const { messageId } = await sending
    expect(await shown(goesOut({ conversation: "Olá!" }, { id: messageId }))).toEqual([])
    expect(await shown(goesOut({ conversation: "Olá!" }))).toHaveLength(1)
    const hidden = update("READ", { keyId: messageId, remoteJid: "203899770000123@lid" })
    expect(await shown(hidden)).toMatchObject([{ contact, status: "read" }])
    await double.close()
  })
})

describe("an address", () => {
  const at = (path: ReadonlyArray<string>, body: object) =>
    channel.receive({ ...request(JSON.stringify(body), { "x-centurion-secret": "secret" }), path })
  const { event: _event, instance: _instance, ...bare } = upsert(messages.conversation)

  it.each([
    [["main"], upsert(messages.conversation)],
    [["messages-upsert"], upsert(messages.conversation)],
    [["main", "messages-upsert"], upsert(messages.conversation)],
    [["main"], { ...upsert(messages.conversation), event: "MESSAGES_UPSERT" }],
    [["main", "messages-upsert"], bare]
  ])("%j may name the instance and the event", async (path, body) => {
    expect(await run(at(path, body))).toHaveLength(1)
  })

  it.each([
    [["other"], upsert(messages.conversation), 404],
    [["main", "elsewhere"], upsert(messages.conversation), 404],
    [["other", "messages-upsert"], bare, 404],
    [["main"], bare, 400],
    [["messages-upsert"], bare, 400]
  ])("%j that is another's is refused", async (path, body, status) => {
    expect((await run(Effect.flip(at(path, body)))).status).toBe(status)
  })
})

describe("a contact behind a lid", () => {
  const lid = "103899771998284@lid"
  it.each(["remoteJidAlt", "senderPn"])("is known by the number in %s", async (field) => {
    const key = { remoteJid: lid, [field]: `${contact}@s.whatsapp.net` }
    const expected = message({ text: "Oi, tudo bem?", alsoKnownAs: [lid] })
    expect(await receive(upsert(messages.conversation, key))).toEqual(expected)
    const [status] = await receive(update("READ", { remoteJid: lid }))
    expect(status?.contact).toBe(contact)
  })

  it.each(["previousRemoteJid", "senderLid"])("is told beside the number in %s", async (field) => {
    const [inbound] = await receive(upsert(messages.conversation, { [field]: "303899770000123@lid" }))
    expect(inbound).toMatchObject({ contact, alsoKnownAs: ["303899770000123@lid"] })
  })

  it("is not ourselves, who write from the phone", async () => {
    const ours = { fromMe: true, senderPn: "5511900000000@s.whatsapp.net", senderLid: "999@lid" }
    const [inbound] = await receive(upsert(messages.conversation, { ...ours, remoteJid: "777771998285@lid" }))
    expect(inbound).toMatchObject({ contact: "777771998285@lid", fromUs: true })
    expect(inbound).not.toHaveProperty("alsoKnownAs")
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
  it.each(["messages.edited", "messages.set", "connection.update", "contacts.upsert", "call"])(
    "%s is ignored",
    async (event) => {
      expect(await receive(envelope(event, upsert(messages.conversation).data))).toEqual([])
    }
  )

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
    ["data.message.conversation has a wrong shape", upsert({ conversation: true })],
    [
      "data.message.extendedTextMessage.text has a wrong shape",
      upsert({ extendedTextMessage: { text: [] } })
    ],
    ["data.message has a wrong shape", upsert("Oi")],
    ["event has a wrong shape", { ...upsert({}), event: 7 }],
    ["data.keyId is missing", envelope("messages.update", { remoteJid: `${contact}@s.whatsapp.net` })]
  ])("a wrong shape is named: %s", async (text, body) => {
    expect(await refused(body)).toMatchObject({ status: 400, message: text })
  })
})
