import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterEach, describe, expect, it } from "vitest"
import { makeTelegram } from "../../../../src/channels/telegram/make-telegram.ts"
import { startTelegramDouble } from "../../../../src/demo/doubles/telegram.ts"
import { run } from "../../channels/contract.ts"
import { startInbox } from "./inbox.ts"

const contact = "7012345678"
const open: Array<{ readonly close: () => Promise<unknown> }> = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const start = async (answers: ReadonlyArray<number> = []) => {
  const inbox = await startInbox(answers)
  const double = await startTelegramDouble({ webhook: inbox.url, secret: "s3cret", retryMs: 1 })
  open.push(inbox, double)
  const call = async (method: string, body: unknown = {}, token = "42:double-token") => {
    const init = { method: "POST", body: JSON.stringify(body) }
    return (await fetch(`${double.url}/bot${token}/${method}`, init)).json()
  }
  return { inbox, double, call }
}

describe("the double of Telegram", () => {
  it("speaks what the channel reads", async () => {
    const { double, inbox } = await start()
    const channel = await run(
      makeTelegram({
        baseUrl: double.url,
        token: Redacted.make("42:double-token"),
        instance: "bot",
        webhookSecret: Redacted.make("s3cret")
      })
    )
    double.incoming({ contact, text: "Oi", name: "Ana" })
    double.incoming({ contact, audio: 7 })
    double.incoming({ contact, image: "A fachada" })
    await double.idle()
    const inbounds = (await run(Effect.forEach(inbox.requests, channel.receive))).flat()
    expect(
      inbounds.map((inbound) => inbound._tag === "message" && [inbound.text, inbound.media?.[0]?.kind])
    ).toEqual([
      ["Oi", undefined],
      [undefined, "audio"],
      ["A fachada", "image"]
    ])
  })

  it("delivers an update until it is taken, whatever the refusal", async () => {
    const { double, inbox } = await start([400, 401, 500])
    double.incoming({ contact, text: "Oi", repeat: 2 })
    await double.idle()
    expect(new Set(inbox.requests.map(({ body }) => new TextDecoder().decode(body))).size).toBe(1)
    expect([inbox.requests.length, double.webhookCounts()]).toEqual([
      5,
      { pending: 0, delivered: 2, gaveUp: 0 }
    ])
  })

  it("answers in the provider's shapes", async () => {
    const { double, call } = await start()
    expect(await call("getMe")).toMatchObject({
      ok: true,
      result: { is_bot: true, username: expect.any(String) }
    })
    expect(await call("getMe", {}, "1:other")).toEqual({
      ok: false,
      error_code: 401,
      description: "Unauthorized"
    })
    const chat = { id: Number(contact), first_name: "Lead", type: "private" }
    expect(await call("sendMessage", { chat_id: contact, text: "Olá!" })).toEqual({
      ok: true,
      result: {
        message_id: Number(double.sent()[0]?.id.split(":")[1]),
        from: expect.objectContaining({ is_bot: true }),
        chat,
        date: expect.any(Number),
        text: "Olá!"
      }
    })
    double.setFaults({ rateLimitNext: 1, retryAfterSeconds: 5 })
    expect(await call("sendMessage", { chat_id: contact, text: "Olá!" })).toEqual({
      ok: false,
      error_code: 429,
      description: "Too Many Requests: retry after 5",
      parameters: { retry_after: 5 }
    })
    double.setContact(contact, "blocked")
    expect(await call("sendMessage", { chat_id: contact, text: "Olá!" })).toMatchObject({ error_code: 403 })
    expect(await call("sendMessage", { chat_id: "x", text: "Olá!" })).toMatchObject({
      description: "Bad Request: chat not found"
    })
    expect(await call("sendMessage", { chat_id: "1", text: "x".repeat(4097) })).toMatchObject({
      error_code: 400
    })
    expect(await call("sendChatAction", { chat_id: contact, action: "typing" })).toEqual({
      ok: true,
      result: true
    })
  })

  it("sends its updates where setWebhook says, with that secret token", async () => {
    const { double, call, inbox } = await start()
    const other = await startInbox()
    open.push(other)
    await call("setWebhook", { url: other.url, secret_token: "other" })
    double.incoming({ contact, text: "Oi" })
    await double.idle()
    expect(other.requests.map(({ headers }) => headers["x-telegram-bot-api-secret-token"])).toEqual(["other"])
    expect(inbox.requests).toEqual([])
    expect(await call("getWebhookInfo")).toMatchObject({
      result: { url: other.url, pending_update_count: 0 }
    })
  })
})
