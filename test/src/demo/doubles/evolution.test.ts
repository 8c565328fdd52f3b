import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterEach, describe, expect, it } from "vitest"
import type { Inbound } from "../../../../src/channels/channel.ts"
import { makeEvolution } from "../../../../src/channels/evolution/make-evolution.ts"
import { type EvolutionDoubleOptions, startEvolutionDouble } from "../../../../src/demo/doubles/evolution.ts"
import { run } from "../../channels/contract.ts"
import { startInbox } from "./inbox.ts"

const contact = "5511987654321"
const open: Array<{ readonly close: () => Promise<unknown> }> = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const start = async (options: EvolutionDoubleOptions = {}, answers: ReadonlyArray<number> = []) => {
  const inbox = await startInbox(answers)
  const double = await startEvolutionDouble({
    webhook: inbox.url,
    secret: "secret",
    retryMs: 1,
    ackDelayMs: 0,
    ...options
  })
  open.push(inbox, double)
  const channel = await run(
    makeEvolution({
      baseUrl: double.url,
      apiKey: Redacted.make("double-key"),
      instances: ["main"],
      webhookSecret: Redacted.make("secret"),
      signature: options.signature ?? "header"
    })
  )
  const send = (text: string) =>
    run(Effect.exit(channel.send({ instance: "main", contact, text, key: "k", firstAttemptAt: 0 })))
  /** What the channel makes of every webhook that came. */
  const received = async (): Promise<ReadonlyArray<Inbound>> => {
    await double.idle()
    return (await run(Effect.forEach(inbox.requests, channel.receive))).flat()
  }
  return { inbox, double, channel, send, received }
}

describe("the double of Evolution", () => {
  it.each(["header", "hmac"] as const)("speaks what the channel reads, with a %s", async (signature) => {
    const { double, received } = await start({ signature })
    double.incoming({ contact, text: "Oi", name: "Ana" })
    double.incoming({ contact, audio: 7 })
    double.incoming({ contact, image: "A fachada" })
    double.incoming({ contact, text: "Já ligo", fromMe: true })
    const seen = (await received()).map((inbound) =>
      inbound._tag === "message"
        ? [inbound.contactName, inbound.text, inbound.media?.[0]?.kind, inbound.fromUs]
        : inbound.status
    )
    expect(seen).toEqual([
      ["Ana", "Oi", undefined, false],
      ["Lead", undefined, "audio", false],
      ["Lead", "A fachada", "image", false],
      [undefined, "Já ligo", undefined, true]
    ])
  })

  it("tells how far a send got, in order, under the id that it answered", async () => {
    const { double, send, received, inbox } = await start()
    await send("Olá!")
    const [sent] = double.sent()
    expect(await received()).toEqual(
      ["sent", "delivered", "read"].map((status) => ({
        _tag: "status",
        instance: "main",
        contact,
        messageId: sent?.id,
        status,
        at: expect.any(Number)
      }))
    )
    expect(inbox.bodies().map(({ event }) => event)).toEqual([
      "send.message",
      ...Array.from({ length: 3 }, () => "messages.update")
    ])
  })

  it("echoes a send as a message from us, with its id, when it is told to", async () => {
    const { double, send, received } = await start({ echo: true })
    double.setFaults({ statuses: "none" })
    await send("Olá!")
    expect(await received()).toMatchObject([
      { _tag: "message", fromUs: true, messageId: double.sent()[0]?.id }
    ])
  })

  it("delivers a webhook again until it is taken, and as often as it is told to", async () => {
    const { double, inbox } = await start({}, [500, 503, 429])
    double.incoming({ contact, text: "Oi", repeat: 3 })
    await double.idle()
    const bodies = inbox.bodies()
    expect(bodies).toHaveLength(6)
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
    expect(double.webhookCounts()).toEqual({ pending: 0, delivered: 3, gaveUp: 0 })
  })

  it.each([400, 401, 403, 404, 422])("gives a webhook up after a %i, as Evolution does", async (status) => {
    const { double, inbox } = await start({}, [status])
    double.incoming({ contact, text: "Oi" })
    await double.idle()
    expect(inbox.requests).toHaveLength(1)
    expect(double.webhookCounts()).toEqual({ pending: 0, delivered: 0, gaveUp: 1 })
  })

  it("keeps the order of one contact, also through failures", async () => {
    const { double, received } = await start({}, [500, 200, 500])
    const texts = ["um", "dois", "três", "quatro"]
    for (const text of texts) double.incoming({ contact, text })
    const seen = new Set(
      (await received()).map((inbound) => (inbound._tag === "message" ? inbound.text : ""))
    )
    expect([...seen]).toEqual(texts)
  })

  it("counts a message whose answer was lost, and none whose request was", async () => {
    const { double, send } = await start()
    double.setFaults({ loseAnswer: 1, loseRequest: 0 })
    await send("um")
    double.setFaults({ loseRequest: 1 })
    await send("dois")
    await send("três")
    expect(double.sent().map(({ text }) => text)).toEqual(["um", "três"])
  })

  it("can be steered over HTTP", async () => {
    const { double } = await start()
    const call = async (method: string, path: string, body?: unknown) => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
      return (await fetch(`${double.url}/_double/${path}`, init)).json()
    }
    const incoming = await call("POST", "incoming", { contact, text: "Oi", repeat: 2 })
    expect(incoming).toMatchObject({ kind: "incoming", instance: "main", contact, text: "Oi" })
    expect(await call("GET", "incoming")).toEqual({ incoming: [incoming] })
    await call("POST", "contacts", { contact: "1", is: "unknown" })
    await call("POST", "faults", { rateLimitNext: 1 })
    const send = (number: string) =>
      fetch(`${double.url}/message/sendText/main`, {
        method: "POST",
        headers: { apikey: "double-key", "content-type": "application/json" },
        body: JSON.stringify({ number, text: "Olá!" })
      })
    expect([(await send("1")).status, (await send(contact)).status, (await send(contact)).status]).toEqual([
      400, 429, 201
    ])
    expect(await call("GET", "sent")).toEqual({ sent: double.sent() })
    await double.idle()
    expect(await call("GET", "state")).toEqual({
      sent: 1,
      incoming: 1,
      webhooks: { pending: 0, delivered: 6, gaveUp: 0 }
    })
  })

  it("answers in the provider's shapes", async () => {
    const { double } = await start()
    const call = async (method: string, path: string, body?: unknown, apikey = "double-key") => {
      const init = { method, headers: { apikey } }
      const answer = await fetch(
        `${double.url}${path}`,
        body ? { ...init, body: JSON.stringify(body) } : init
      )
      return [answer.status, await answer.json()]
    }
    expect(await call("GET", "/instance/connectionState/main")).toEqual([
      200,
      { instance: { instanceName: "main", state: "open" } }
    ])
    expect(await call("GET", "/instance/connectionState/main", undefined, "other")).toEqual([
      401,
      { status: 401, error: "Unauthorized", response: { message: "Unauthorized" } }
    ])
    expect(await call("GET", "/instance/connectionState/gone")).toEqual([
      404,
      { status: 404, error: "Not Found", response: { message: ['The "gone" instance does not exist'] } }
    ])
    expect(await call("POST", "/message/sendText/main", { number: contact })).toEqual([
      400,
      { status: 400, error: "Bad Request", response: { message: [['requires property "text"']] } }
    ])
    expect(await call("POST", "/message/sendText/main", { number: contact, text: "Olá!" })).toEqual([
      201,
      expect.objectContaining({
        key: { remoteJid: `${contact}@s.whatsapp.net`, fromMe: true, id: double.sent()[0]?.id },
        status: "PENDING",
        message: { conversation: "Olá!" },
        messageTimestamp: expect.any(Number)
      })
    ])
    const key = { fromMe: true, remoteJid: `${contact}@s.whatsapp.net` }
    expect(await call("POST", "/chat/findMessages/main", { where: { key } })).toEqual([
      200,
      {
        messages: {
          total: 1,
          pages: 1,
          currentPage: 1,
          records: [expect.objectContaining({ messageType: "conversation" })]
        }
      }
    ])
  })

  it("sends its webhooks where webhook/set says, with those headers", async () => {
    const { double } = await start()
    const other = await startInbox()
    open.push(other)
    await fetch(`${double.url}/webhook/set/main`, {
      method: "POST",
      headers: { apikey: "double-key" },
      body: JSON.stringify({
        webhook: { enabled: true, url: other.url, headers: { authorization: "Bearer a" } }
      })
    })
    double.incoming({ contact, text: "Oi" })
    await double.idle()
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer a"])
  })
})
