import { connect } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { startEvolutionDouble } from "../../../src/demo/doubles/evolution.ts"
import type { Double } from "../../../src/demo/doubles/provider-double.ts"
import { startTelegramDouble } from "../../../src/demo/doubles/telegram.ts"
import { httpLimits } from "../../../src/http/limits.ts"
import { contact, update, upsert } from "../channels/evolution-shapes.ts"
import { channelSettings, eventually, freePort, type OpenServer, openServer, secrets } from "./open-server.ts"

let server: OpenServer
let evolution: Double
let telegram: Double

beforeAll(async () => {
  const port = await freePort()
  const webhook = `http://127.0.0.1:${port}/webhook`
  evolution = await startEvolutionDouble({
    webhook: `${webhook}/whatsapp`,
    secret: secrets.evolutionWebhookSecret,
    apiKey: secrets.evolutionApiKey,
    echo: true
  })
  telegram = await startTelegramDouble({
    webhook: `${webhook}/telegram`,
    secret: secrets.telegramWebhookSecret,
    token: secrets.telegramToken
  })
  const webhookMaxBytes = 4 * 1024 * 1024
  server = await openServer({ port, webhookMaxBytes, ...channelSettings(evolution.url, telegram.url) })
})
afterAll(async () => {
  await server.close()
  await evolution.close()
  await telegram.close()
})

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { method: "POST", body, headers })
const trusted = { "x-centurion-secret": secrets.evolutionWebhookSecret }
const whatsapp = async (body: unknown, path = "/webhook/whatsapp") => {
  const answer = await post(path, JSON.stringify(body), trusted)
  return { status: answer.status, body: (await answer.json()) as unknown }
}
const textOf = (text: string, id: string, of = contact) =>
  upsert({ conversation: text }, { id, remoteJid: `${of}@s.whatsapp.net` })
const count = (events: ReadonlyArray<StoredEvent>, type: string) =>
  events.filter((event) => event.type === type).length
/** The events of the conversation with this contact. */
const conversationWith = async (of: string) => {
  const events = await server.events()
  const started = events.find((event) => event.type === "ConversationStarted" && event.data.contact === of)
  return events.filter((event) => event.stream === started?.stream)
}

test("a message is stored before it is answered, and once however often it comes", async () => {
  const lead = "5511900000001"
  const first = await whatsapp(textOf("Oi", "A1", lead))
  expect(first).toEqual({ status: 200, body: { stored: 1, known: 0, refused: 0 } })
  const [received] = (await conversationWith(lead)).filter((event) => event.type === "MessageReceived")
  expect(received?.data).toMatchObject({ messageId: "A1", text: "Oi", contactName: "Ana Souza" })
  expect(received?.principal).toBe("lead")
  for (let again = 0; again < 9; again++) {
    expect((await whatsapp(textOf("Oi", "A1", lead))).body).toEqual({ stored: 0, known: 1, refused: 0 })
  }
  expect(count(await conversationWith(lead), "MessageReceived")).toBe(1)
})

test("whoever writes for the first time is a contact, and stays as people describe it", async () => {
  const lead = "5511900000009"
  await whatsapp(textOf("Oi", "F1", lead))
  const started = (await conversationWith(lead)).find(({ type }) => type === "ConversationStarted")
  const known = async () => {
    const events = await server.events()
    const stream = `contact/${started?.data.leadId}`
    return events.filter((event) => event.stream === stream && event.type === "ContactDescribed")
  }
  const data = { name: "Ana Souza", phone: `+${lead}`, by: "channel:evolution" }
  expect((await known()).map((event) => event.data)).toEqual([data])
  await whatsapp(textOf("Oi", "F1", lead))
  await whatsapp(textOf("Quanto custa?", "F2", lead))
  expect(await known()).toHaveLength(1)
})

test("the instance may stand in the path, and must then be the webhook's", async () => {
  const lead = "5511900000002"
  expect((await whatsapp(textOf("Oi", "B1", lead), "/webhook/whatsapp/main")).status).toBe(200)
  const other = await whatsapp(textOf("Oi", "B2", lead), "/webhook/whatsapp/other")
  expect(other).toEqual({
    status: 404,
    body: {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: 'there is no instance "other" on this channel'
    }
  })
  expect(count(await conversationWith(lead), "MessageReceived")).toBe(1)
})

test("what a provider echoes of our own sends silences nobody", async () => {
  const lead = "5511900000003"
  evolution.incoming({ contact: lead, text: "Oi, quanto custa?" })
  await eventually(async () => count(await conversationWith(lead), "ReplySent") === 1)
  await evolution.idle()
  const events = await conversationWith(lead)
  const sent = evolution.sent().filter((each) => each.contact === lead)
  expect(count(events, "PersonReplied")).toBe(sent.length)
  expect(count(events, "HandedOver")).toBe(0)
  expect(count(events, "ChunkSent")).toBe(sent.length)
  // Delivery updates came by the same webhook.
  expect(count(events, "DeliveryStatusChanged")).toBeGreaterThan(0)
})

test("an echo that comes before the send was answered silences nobody either", async () => {
  const lead = "5511900000005"
  evolution.setFaults({ delayMs: 3000 })
  await whatsapp(textOf("Oi, quanto custa?", "C1", lead))
  const sending = () => evolution.sent().find((each) => each.contact === lead)
  const passed = await eventually(async () => sending())
  const echo = upsert(
    { conversation: passed.text },
    { id: passed.id, fromMe: true, remoteJid: `${lead}@s.whatsapp.net` }
  )
  await whatsapp(echo)
  const events = await conversationWith(lead)
  expect([count(events, "PersonReplied"), count(events, "ChunkSent")]).toEqual([1, 0])
  evolution.setFaults({})
  await eventually(async () => count(await conversationWith(lead), "ReplySent") === 1)
  expect(count(await conversationWith(lead), "HandedOver")).toBe(0)
})

test("what a person writes on the phone hands the conversation over", async () => {
  const lead = "5511900000004"
  await whatsapp(textOf("Oi", "D1", lead))
  await whatsapp(
    upsert(
      { conversation: "Oi, aqui é a Bia" },
      { id: "D2", fromMe: true, remoteJid: `${lead}@s.whatsapp.net` }
    )
  )
  const events = await conversationWith(lead)
  // The provider may show us what the AI said before that, too.
  const replied = events.filter(({ type, data }) => type === "PersonReplied" && data.messageId === "D2")
  expect(replied).toHaveLength(1)
  expect(count(events, "HandedOver")).toBe(1)
})

test("somebody behind a hidden number is one person, whatever names both", async () => {
  const [lead, lid] = ["5511900000015", "303899770000123@lid"]
  const by = (remoteJid: string, id: string, more: object = {}) =>
    upsert({ conversation: `Oi ${id}` }, { id, remoteJid, ...more })
  await whatsapp(by(lid, "H1"))
  await whatsapp(by(lid, "H2", { remoteJidAlt: `${lead}@s.whatsapp.net` }))
  await whatsapp(by(`${lead}@s.whatsapp.net`, "H3"))
  await whatsapp(by(lid, "H4", { fromMe: true }))
  const events = await conversationWith(lid)
  expect([count(events, "MessageReceived"), count(events, "HandedOver")]).toEqual([3, 1])
  expect(await conversationWith(lead)).toEqual([])
  const { leadId } = events.find(({ type }) => type === "ConversationStarted")!.data
  const described = (await server.events()).filter(
    ({ stream, type }) => stream === `contact/${leadId}` && type === "ContactDescribed"
  )
  expect(described.at(-1)?.data).toMatchObject({ phone: `+${lead}` })
})

test("our own message's id is enough to find its conversation", async () => {
  const lead = "5511900000016"
  await whatsapp(textOf("Oi", "K1", lead))
  const sent = await eventually(async () => evolution.sent().find(({ contact: to }) => to === lead))
  await eventually(async () => count(await conversationWith(lead), "ChunkSent") > 0)
  const told = await whatsapp(update("READ", { keyId: sent.id, remoteJid: "403899770000123@lid" }))
  expect(told.body).toMatchObject({ refused: 0 })
  await whatsapp(
    upsert({ conversation: "Já respondo" }, { id: "K2", fromMe: true, remoteJid: "403899770000123@lid" })
  )
  expect(count(await conversationWith(lead), "HandedOver")).toBe(1)
})

test("an edit is the lead's newest word, and none when it changes nothing or is of somebody else", async () => {
  const lead = "5511900000017"
  await whatsapp(textOf("Orçamento de 10 mil reais", "E1", lead))
  const edited = (conversation: string, id: string, of = lead) => {
    const key = { remoteJid: `${of}@s.whatsapp.net`, fromMe: true, id }
    return whatsapp({
      ...textOf("", ""),
      event: "messages.edited",
      data: { key, editedMessage: { conversation } }
    })
  }
  const heard = async () =>
    (await conversationWith(lead))
      .filter(({ type }) => type === "MessageReceived")
      .map(({ data }) => data.text)
  expect((await edited("Orçamento de 10 mil reais", "E1")).body).toMatchObject({ stored: 0, known: 1 })
  expect((await edited("Orçamento de 1 mil reais", "E1")).body).toMatchObject({ stored: 1 })
  expect((await edited("Orçamento de 1 mil reais", "E1")).body).toMatchObject({ stored: 0, known: 1 })
  expect((await edited("Vou te ligar", "OURS")).body).toMatchObject({ stored: 0, known: 1 })
  expect((await edited("Oi", "E1", "5511900000098")).body).toMatchObject({ stored: 0, refused: 1 })
  expect(await heard()).toEqual(["Orçamento de 10 mil reais", "Orçamento de 1 mil reais"])
})

test("a delivery update of a conversation that is not there begins none", async () => {
  const before = count(await server.events(), "ConversationStarted")
  const answer = await whatsapp(update("READ", { remoteJid: "5511900000099@s.whatsapp.net" }))
  expect(answer).toEqual({ status: 200, body: { stored: 0, known: 0, refused: 1 } })
  expect(count(await server.events(), "ConversationStarted")).toBe(before)
})

test("telegram's webhooks come in by their own secret", async () => {
  telegram.incoming({ contact: "777", text: "Hello, how much is it?" })
  await eventually(async () => telegram.sent().length > 0)
  const events = await conversationWith("777")
  expect(count(events, "MessageReceived")).toBe(1)
  const wrong = await post("/webhook/telegram", "{}", { "x-telegram-bot-api-secret-token": "guessed-it" })
  expect(wrong.status).toBe(401)
})

test.each([
  ["a wrong secret", "{}", { "x-centurion-secret": "guessed-it" }, 401],
  ["no secret", "{}", {}, 401],
  ["no JSON", "{", trusted, 400],
  ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00]), trusted, 400],
  ["a wrong shape", JSON.stringify({ event: 7 }), trusted, 400],
  ["an unknown instance", JSON.stringify({ ...textOf("x", "E1"), instance: "nobody" }), trusted, 404]
] as const)("%s is refused with a problem", async (_, body, headers, status) => {
  const answer = await post("/webhook/whatsapp", body as string, headers as Record<string, string>)
  expect(answer.status).toBe(status)
  expect(answer.headers.get("content-type")).toBe("application/problem+json")
  expect(await answer.json()).toMatchObject({ type: "about:blank", status })
})

test("an event of a kind that nobody knows is taken and does nothing", async () => {
  const before = count(await server.events(), "ConversationStarted")
  const answer = await whatsapp({ event: "presence.update", instance: "main", data: { old: true } })
  expect(answer).toEqual({ status: 200, body: { stored: 0, known: 0, refused: 0 } })
  expect(count(await server.events(), "ConversationStarted")).toBe(before)
})

test("a message that no event can hold is answered, so that it does not come for ever, and logged without its text", async () => {
  const text = `segredo ${"x".repeat(300_000)}`
  const answer = await whatsapp(textOf(text, "F1", "5511900000006"))
  expect(answer.status).toBe(200)
  expect(server.logs.some((line) => line.includes("segredo"))).toBe(false)
})

test("a file that comes with a webhook costs neither its words nor its picture", async () => {
  const lead = "5511900000010"
  const picture = { imageMessage: { mimetype: "image/jpeg", caption: "Quanto custa para 12?" } }
  const message = { ...picture, base64: "A".repeat(3_000_000) }
  const answer = await whatsapp(upsert(message, { id: "P1", remoteJid: `${lead}@s.whatsapp.net` }))
  expect(answer).toEqual({ status: 200, body: { stored: 1, known: 0, refused: 0 } })
  const [received] = (await conversationWith(lead)).filter(({ type }) => type === "MessageReceived")
  expect(received?.data).toMatchObject({ text: "Quanto custa para 12?", media: [{ kind: "image" }] })
})

test("of a list each message stands for itself, and one that can't be read is logged", async () => {
  const [a, c] = ["5511900000011", "5511900000012"]
  const { data: unreadable } = upsert({ conversation: { secret: "x" } }, { id: "L2" })
  const data = [textOf("Oi", "L1", a).data, unreadable, textOf("Olá", "L3", c).data]
  expect((await whatsapp({ ...textOf("", ""), data })).body).toEqual({ stored: 2, known: 0, refused: 0 })
  expect(count(await conversationWith(c), "MessageReceived")).toBe(1)
  expect(
    server.logs.some((line) => line.includes("left out: data.message.conversation has a wrong shape"))
  ).toBe(true)
})

test("the event may stand in the address as gateways add it; an address that nobody serves is told", async () => {
  const lead = "5511900000013"
  expect((await whatsapp(textOf("Oi", "V1", lead), "/webhook/whatsapp/messages-upsert")).body).toMatchObject({
    stored: 1
  })
  const both = await whatsapp(textOf("Olá", "V2", lead), "/webhook/whatsapp/main/messages-upsert")
  expect(both.body).toMatchObject({ stored: 1 })
  for (const path of ["/webhook/evolution", "/webhook/whatsapp/main/messages-upsert/x"])
    expect((await whatsapp(textOf("Oi", "V3", lead), path)).status).toBe(404)
  expect(
    server.logs.filter((line) => line.includes("no channel takes webhooks at this address"))
  ).toHaveLength(1)
})

test("what stands behind /start is the lead's campaign, and the command is no answer in no language", async () => {
  const say = (message_id: number, text: string) => ({
    update_id: message_id,
    message: { message_id, date: Math.floor(Date.now() / 1000), text, chat: { id: 778, type: "private" } }
  })
  const told = { "x-telegram-bot-api-secret-token": secrets.telegramWebhookSecret }
  await post("/webhook/telegram", JSON.stringify(say(7, "/start ad_verao")), told)
  await post("/webhook/telegram", JSON.stringify(say(7, "/start ad_verao")), told)
  const [greeting] = await eventually(async () => {
    const written = (await conversationWith("778")).filter(({ type }) => type === "ReplyWritten")
    return written.length === 1 && written
  })
  expect(String(greeting?.data.chunks)).toContain("assistente virtual")
  const captured = (await server.events()).filter(({ type }) => type === "LeadCaptured")
  expect(captured.map(({ data }) => data)).toEqual([{ source: "telegram", campaign: "ad_verao" }])
  await post("/webhook/telegram", JSON.stringify(say(8, "/help")), told)
  await eventually(async () => count(await conversationWith("778"), "ReplyWritten") === 2)
  expect(count(await conversationWith("778"), "AnswerUnderstood")).toBe(0)
})

test("whoever writes by another tool on the same account takes the conversation over", async () => {
  const lead = "5511900000014"
  await whatsapp(textOf("Oi", "T1", lead))
  await eventually(async () => count(await conversationWith(lead), "ReplySent") === 1)
  const own = { id: "3EB0OTHER0001", fromMe: true, remoteJid: `${lead}@s.whatsapp.net` }
  const ana = upsert({ conversation: "Oi! Aqui é a Ana, posso te ligar às 15h?" }, own)
  await whatsapp({ ...ana, event: "send.message" })
  const taken = (await conversationWith(lead)).filter(({ type }) => type === "HandedOver")
  expect(taken.map(({ data }) => data.by)).toEqual(["person:phone"])
})

test("strangers can't fill the log, nor have megabytes read", async () => {
  const large = new Uint8Array(10 * 1024 * 1024).fill(32)
  for (let time = 0; time < 20; time++) {
    const answer = await post("/webhook/telegram", time === 0 ? large : "{}", {})
    expect(answer.status).toBe(401)
  }
  const told = server.logs.filter((line) => line.includes("refused with 401") && line.includes("telegram"))
  expect(told).toHaveLength(1)
})

test("a body of 10 MB is refused with 413, announced or not", async () => {
  const large = new Uint8Array(10 * 1024 * 1024).fill(32)
  expect((await post("/webhook/whatsapp", large, trusted)).status).toBe(413)
  const pieces = new ReadableStream({
    start: (controller) => {
      for (let place = 0; place < large.length; place += 65_536)
        controller.enqueue(large.subarray(place, place + 65_536))
      controller.close()
    }
  })
  const init = { method: "POST", body: pieces, headers: trusted, duplex: "half" } as RequestInit
  expect((await fetch(`${server.url}/webhook/whatsapp`, init)).status).toBe(413)
})

test("a body that breaks off leaves the server as it was", async () => {
  const { port } = new URL(server.url)
  const socket = connect(Number(port), "127.0.0.1")
  const written = new Promise((resolve) =>
    socket.write(
      'POST /webhook/whatsapp HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"event"',
      resolve
    )
  )
  await written
  socket.destroy()
  expect((await whatsapp(textOf("Oi", "G1", "5511900000007"))).status).toBe(200)
})

test.each([
  ["GET", "/nothing", 404, null],
  ["GET", "/webhook/whatsapp", 405, "POST"],
  ["DELETE", "/", 405, "GET, HEAD"],
  ["GET", "/chat/quick", 426, null]
])("%s %s is answered with %i", async (method, path, status, allow) => {
  const answer = await fetch(`${server.url}${path}`, { method })
  expect([answer.status, answer.headers.get("allow")]).toEqual([status, allow])
  expect(await answer.json()).toMatchObject({ type: "about:blank", status })
})

test("the server says that it lives and that it is ready", async () => {
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "alive" })
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: "ready", partitions: 4 })
})

test("who guesses at the secret is soon told to stop, leaves few lines, and holds up nobody who has it", async () => {
  const [perMinute] = httpLimits.webhookGuesses
  const body = JSON.stringify(textOf("Oi", "G1", "5511900000077"))
  const lines = () => server.logs.filter((line) => line.includes("a webhook is refused with 401")).length
  const before = lines()
  const guess = (n: number) => post("/webhook/whatsapp", body, { "x-centurion-secret": `guess-number-${n}` })
  const statuses = []
  for (let n = 0; n < perMinute + 20; n++) statuses.push((await guess(n)).status)
  expect(new Set(statuses.slice(-20))).toEqual(new Set([429]))
  const last = await guess(0)
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0)
  expect(lines() - before).toBeLessThanOrEqual(perMinute)
  expect((await whatsapp(textOf("Oi", "G2", "5511900000078"))).body).toMatchObject({ stored: 1 })
  const started = (await server.events()).filter(({ type }) => type === "ConversationStarted")
  expect(started.some(({ data }) => data.contact === "5511900000077")).toBe(false)
})
