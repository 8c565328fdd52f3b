import { createHmac } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Channel, Outbound } from "../../../src/channels/channel.ts"
import { type EvolutionConfig, makeEvolution } from "../../../src/channels/evolution/make-evolution.ts"
import { receiptLimits } from "../../../src/channels/evolution/receipt.ts"
import { channelLimits } from "../../../src/channels/limits.ts"
import { startEvolutionDouble } from "../../../src/demo/doubles/evolution.ts"
import type { Double } from "../../../src/demo/doubles/provider-double.ts"
import { channelContract, outboundOf, providerContract, request, run, type Subject } from "./contract.ts"
import { contact, upsert } from "./evolution-shapes.ts"

const secret = "s3cret-of-the-webhook"
const configOf = (double: Pick<Double, "url">, more: Partial<EvolutionConfig> = {}) => ({
  baseUrl: `${double.url}/`,
  apiKey: Redacted.make("double-key"),
  instances: ["main", "second"],
  webhookSecret: Redacted.make(secret),
  ...more
})

const start = async (): Promise<Subject & { readonly double: Double }> => {
  const double = await startEvolutionDouble({ instances: ["main", "second"] })
  return {
    double,
    channel: await run(makeEvolution(configOf(double))),
    instance: "main",
    contact,
    signed: (body) => request(body, { "x-centurion-secret": secret }),
    forged: (body) => request(body, { "x-centurion-secret": `${secret}x` }),
    message: {
      body: upsert({ conversation: "Oi" }),
      inbound: {
        _tag: "message",
        instance: "main",
        contact,
        messageId: "3A5AE6C4D1B685E692A0",
        text: "Oi",
        contactName: "Ana Souza",
        fromUs: false
      }
    },
    misshapen: { body: upsert({ conversation: ["secret-value"] }), field: "data.message.conversation" },
    unknownKind: { event: "labels.edit", instance: "main", data: { id: "1" } }
  }
}

channelContract("evolution", start)
providerContract("evolution", start)

describe("an Evolution webhook", () => {
  const hmac = () => run(makeEvolution(configOf({ url: "http://127.0.0.1:1" }, { signature: "hmac" })))
  const sign = (body: string | Uint8Array) =>
    `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`

  it("is taken when its raw bytes are signed, even with spaces that a parser would drop", async () => {
    const body = JSON.stringify(upsert({ conversation: "Oi" }), null, 3)
    const channel = await hmac()
    const taken = await run(channel.receive(request(body, { "x-centurion-signature": sign(body) })))
    expect(taken).toHaveLength(1)
  })

  it("is refused when one byte differs from what was signed, or the plain secret is given", async () => {
    const body = JSON.stringify(upsert({ conversation: "Oi" }))
    const channel = await hmac()
    for (const headers of [
      { "x-centurion-signature": sign(`${body} `) },
      { "x-centurion-signature": secret },
      { "x-centurion-secret": secret },
      {}
    ]) {
      const { status } = await run(Effect.flip(channel.receive(request(body, headers))))
      expect(status).toBe(401)
    }
  })
})

describe("an Evolution send", () => {
  let double: Double
  let channel: Channel
  beforeEach(async () => {
    double = await startEvolutionDouble({ instances: ["main"] })
    channel = await run(makeEvolution(configOf(double, { instances: ["main", "gone"] })))
  })
  afterEach(() => double.close())
  const outbound = (more: Partial<Outbound> = {}): Outbound => ({
    instance: "main",
    contact,
    text: "Olá!",
    key: "k",
    firstAttemptAt: Date.now(),
    ...more
  })
  const failure = (more: Partial<Outbound> = {}) => run(Effect.flip(channel.send(outbound(more))))

  it("is refused for a wrong key, and for an instance that Evolution does not have", async () => {
    const wrong = await run(makeEvolution(configOf(double, { apiKey: Redacted.make("other") })))
    const refusal = await run(Effect.flip(wrong.send(outbound())))
    expect(refusal).toMatchObject({ _tag: "JobRefused", reason: "wrongCredentials" })
    expect(JSON.stringify(refusal)).not.toContain("other")
    expect(await failure({ instance: "gone" })).toMatchObject({
      _tag: "JobRefused",
      reason: "unknownInstance"
    })
  })

  it("may have happened when Evolution says 400 for an error of its own", async () => {
    double.setFaults({ status: 400 })
    expect(await failure()).toMatchObject({
      _tag: "JobFailedForNow",
      reason: "sendFailed",
      happened: "unknown",
      message: "Evolution answered 400: Error: Connection Closed"
    })
  })

  it("is refused without a request when there is nothing to say, or media to send", async () => {
    expect(await failure({ text: "  " })).toMatchObject({ reason: "emptyText" })
    const media = { kind: "image", reference: "https://example.com/a.jpg" } as const
    expect(await failure({ media })).toMatchObject({ reason: "mediaNotSupported" })
  })

  it("loses NUL and lone surrogates on the way", async () => {
    await run(channel.send(outbound({ text: "a\u0000b\ud800c 👍" })))
    expect(double.sent().map(({ text }) => text)).toEqual(["ab\ufffdc 👍"])
  })

  it("does not wait for typing to be over", async () => {
    const typing = Effect.gen(function* () {
      const showing = yield* Effect.forkChild(
        channel.showTyping?.({ instance: "main", contact }, 3_600_000) ?? Effect.die("no typing")
      )
      yield* Effect.yieldNow
      yield* TestClock.adjust(channelLimits.typingTimeoutMs)
      return yield* Fiber.join(showing)
    }).pipe(Effect.provide(TestClock.layer()))
    await run(typing)
  })

  it("leaves the API key out of webhooks' inbounds and of every error", async () => {
    await double.close()
    expect(JSON.stringify(await failure())).not.toMatch(/double-key|127\.0\.0\.1/)
  })
})

describe("an Evolution receipt", () => {
  let subject: Awaited<ReturnType<typeof start>>
  beforeEach(async () => {
    subject = await start()
  })
  afterEach(() => subject.double.close())
  const find = (outbound: Outbound) => subject.channel.findReceipt?.(outbound) ?? Effect.die("no receipts")
  const at = <A, E>(effect: Effect.Effect<A, E>, now: number) =>
    run(Effect.provide(Effect.andThen(TestClock.setTime(now), effect), TestClock.layer()))

  it("is none once the provider had time to finish, and can't be told before", async () => {
    const outbound = outboundOf(subject)
    const early = await at(Effect.flip(find(outbound)), outbound.firstAttemptAt + 4_000)
    expect(early).toMatchObject({
      reason: "receiptUnknown",
      happened: "unknown",
      retryAfterMs: receiptLimits.settleMs - 4_000
    })
    const settled = outbound.firstAttemptAt + receiptLimits.settleMs
    expect(await at(find(outbound), settled)).toEqual(Option.none())
    const again = { ...outbound, lastAttemptAt: settled }
    expect(await at(Effect.flip(find(again)), settled)).toMatchObject({ reason: "receiptUnknown" })
  })

  it("is not another text, another contact's, an older one, or what the lead wrote", async () => {
    const { channel, double } = subject
    const outbound = outboundOf(subject)
    await run(channel.send({ ...outbound, text: "Olá" }))
    await run(channel.send({ ...outbound, contact: "5511900000001" }))
    await run(channel.send({ ...outbound, instance: "second" }))
    double.incoming({ contact: subject.contact, text: outbound.text })
    const settled = outbound.firstAttemptAt + receiptLimits.settleMs
    expect(await at(find(outbound), settled)).toEqual(Option.none())
    await run(channel.send(outbound))
    const later = { ...outbound, firstAttemptAt: outbound.firstAttemptAt + 3_600_000 }
    expect(await at(find(later), later.firstAttemptAt + receiptLimits.settleMs)).toEqual(Option.none())
  })

  it("is not an earlier chunk of the same words whose id is known", async () => {
    const outbound = outboundOf(subject, "Certo!")
    const first = await run(subject.channel.send(outbound))
    const second = { ...outbound, knownMessageIds: [first.messageId] }
    const settled = outbound.firstAttemptAt + receiptLimits.settleMs
    expect(await at(find(second), settled)).toEqual(Option.none())
    const sent = await run(subject.channel.send(outbound))
    const found = await at(find(second), settled)
    expect(Option.map(found, ({ messageId }) => messageId)).toEqual(Option.some(sent.messageId))
  })

  it("is found beyond the first page of a busy conversation", async () => {
    const outbound = outboundOf(subject)
    const sent = await run(subject.channel.send(outbound))
    for (let index = 0; index < 60; index++)
      await run(subject.channel.send({ ...outbound, text: `Linha ${index}` }))
    const found = await run(find(outbound))
    expect(Option.map(found, ({ messageId }) => messageId)).toEqual(Option.some(sent.messageId))
  })

  it("is found under the number without its ninth digit", async () => {
    const sent = await run(subject.channel.send({ ...outboundOf(subject), contact: "553187654321" }))
    const found = await run(
      find({ ...outboundOf(subject), contact: "5531987654321", firstAttemptAt: sent.at })
    )
    expect(Option.map(found, ({ messageId }) => messageId)).toEqual(Option.some(sent.messageId))
  })

  it("is not an older message, though Evolution ignores the time that is asked for", async () => {
    const outbound = outboundOf(subject)
    const startedAt = Math.floor(outbound.firstAttemptAt / 1000)
    const record = (id: string, messageTimestamp: number | string) => ({
      key: { id, fromMe: true },
      message: { extendedTextMessage: { text: outbound.text } },
      messageTimestamp
    })
    const records = [
      record("SAME", String(startedAt)),
      record("BEFORE", startedAt - 1),
      record("OLD", startedAt - 5)
    ]
    const found = (more: Partial<Outbound>, from: number) =>
      run(
        Effect.gen(function* () {
          const messages = { total: 3, pages: 1, currentPage: 1, records: records.slice(from) }
          const client = HttpClient.make((asked) =>
            Effect.succeed(HttpClientResponse.fromWeb(asked, Response.json({ messages })))
          )
          const maker = makeEvolution(configOf({ url: "http://evolution.example" }, { receiptSettleMs: 0 }))
          const channel = yield* Effect.provideService(maker, HttpClient.HttpClient, client)
          const receipt = yield* channel.findReceipt?.({ ...outbound, ...more }) ?? Effect.die("no receipts")
          return Option.getOrUndefined(receipt)?.messageId
        })
      )
    expect([await found({}, 0), await found({}, 1)]).toEqual(["SAME", undefined])
    // With the ids of the earlier chunks at hand the provider's clock may be behind ours.
    expect(await found({ knownMessageIds: [] }, 1)).toBe("OLD")
    expect(await found({ knownMessageIds: ["OLD"] }, 1)).toBe("BEFORE")
  })

  it("can't be told while Evolution is away, and that never means that nothing was sent", async () => {
    await subject.double.close()
    expect(await run(Effect.flip(find(outboundOf(subject))))).toMatchObject({
      reason: "receiptUnknown",
      happened: "unknown"
    })
  })
})
