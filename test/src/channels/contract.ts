import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Channel, Inbound, Outbound, WebhookRequest } from "../../../src/channels/channel.ts"
import { channelLimits } from "../../../src/channels/limits.ts"
import { WebChatHub } from "../../../src/channels/web-chat/web-chat-hub.ts"
import type { Double } from "../../../src/demo/doubles/provider-double.ts"

/** A channel with all that the suite needs to know of it. */
export interface Subject {
  readonly channel: Channel
  readonly instance: string
  readonly contact: string
  /** A body as its provider would deliver it, with the right secret or signature. */
  readonly signed: (body: string | Uint8Array) => WebhookRequest
  /** The same body from somebody who does not know the secret. */
  readonly forged: (body: string | Uint8Array) => WebhookRequest
  /** A lead's message "Oi" and what it comes to, without times. */
  readonly message: {
    readonly body: unknown
    readonly inbound: Omit<Extract<Inbound, { _tag: "message" }>, "at">
  }
  /** Well signed, of the right kind, and wrong in one field that the refusal must name. */
  readonly misshapen: { readonly body: unknown; readonly field: string }
  /** An update that the channel does not know. */
  readonly unknownKind: unknown
  /** The provider's double; web chat has none. */
  readonly double?: Double
}

/** Runs with real HTTP and a hub of its own. */
export const run = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient | WebChatHub>): Promise<A> =>
  Effect.runPromise(effect.pipe(Effect.provide([FetchHttpClient.layer, WebChatHub.layer])))

/** The request's bytes with these headers. */
export const request = (
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {}
): WebhookRequest => ({ body: typeof body === "string" ? new TextEncoder().encode(body) : body, headers })

/** One chunk on its way out, first tried now. */
export const outboundOf = (subject: Subject, text = "Olá!"): Outbound => ({
  instance: subject.instance,
  contact: subject.contact,
  text,
  key: "acme/conversation/1/sendChunk/1",
  firstAttemptAt: Date.now()
})

/** What every channel keeps to. `start` gives a fresh subject, `stop` ends what it started. */
export const channelContract = (name: string, start: () => Promise<Subject>) =>
  describe(`the ${name} channel`, () => {
    let subject: Subject
    beforeEach(async () => {
      subject = await start()
    })
    afterEach(() => subject.double?.close())

    const receive = (webhook: WebhookRequest) => run(subject.channel.receive(webhook))
    const refused = (webhook: WebhookRequest) => run(Effect.flip(subject.channel.receive(webhook)))
    const json = (value: unknown) => subject.signed(JSON.stringify(value))

    it("normalises a lead's message", async () => {
      const [inbound] = await receive(json(subject.message.body))
      expect(inbound).toEqual({ ...subject.message.inbound, at: expect.any(Number) })
    })

    it("gives the same for the same webhook", async () => {
      const clock = await Effect.runPromise(Effect.provide(Clock.Clock, TestClock.layer()))
      const once = () =>
        run(Effect.provideService(subject.channel.receive(json(subject.message.body)), Clock.Clock, clock))
      expect(await once()).toEqual(await once())
    })

    it("refuses a wrong secret, whatever the body is", async () => {
      for (const body of [JSON.stringify(subject.message.body), "{", ""]) {
        expect((await refused(subject.forged(body))).status).toBe(401)
      }
    })

    it("refuses a wrong shape, naming the field and not its value", async () => {
      const { status, message } = await refused(json(subject.misshapen.body))
      expect({ status, message }).toEqual({
        status: 400,
        message: expect.stringContaining(subject.misshapen.field)
      })
      expect(message).not.toContain("secret-value")
    })

    it.each([
      ["no JSON", "not json"],
      ["nothing", ""],
      ["a list", "[]"],
      ["a word", '"x"'],
      ["null", "null"],
      ["a tower of brackets", "[".repeat(500_000)],
      ["a number that is not finite", "1e999"]
    ])("refuses %s", async (_, body) => {
      expect((await refused(subject.signed(body))).status).toBe(400)
    })

    it("refuses bytes that are not UTF-8, even inside a text", async () => {
      const bytes = new TextEncoder().encode(JSON.stringify(subject.message.body))
      bytes[new TextDecoder("latin1").decode(bytes).indexOf('"Oi"') + 1] = 0xff
      expect(await refused(subject.signed(bytes))).toMatchObject({
        status: 400,
        message: "the body is not UTF-8"
      })
    })

    it("refuses what is nested too deep, even where nobody would look", async () => {
      const nested = (levels: number) =>
        `${JSON.stringify(subject.message.body).slice(0, -1)},"extra":${"[".repeat(levels)}"]}"${"]".repeat(levels)}}`
      expect(await receive(subject.signed(nested(channelLimits.webhookDepthMax - 1)))).toHaveLength(1)
      expect(await refused(subject.signed(nested(channelLimits.webhookDepthMax)))).toMatchObject({
        status: 400,
        message: `the body is nested deeper than ${channelLimits.webhookDepthMax} levels`
      })
    })

    it("ignores an unknown kind of update", async () => {
      expect(await receive(json(subject.unknownKind))).toEqual([])
    })

    it("sends, and tells the id and the time", async () => {
      const before = Math.floor(Date.now() / 1000) * 1000
      const sent = await run(subject.channel.send(outboundOf(subject)))
      expect(sent).toEqual({ messageId: expect.stringMatching(/.+/), at: expect.any(Number) })
      expect(sent.at).toBeGreaterThanOrEqual(before)
      if (subject.double === undefined) return
      expect(subject.double.sent().map(({ id, contact, text }) => ({ id, contact, text }))).toEqual([
        { id: sent.messageId, contact: subject.contact, text: "Olá!" }
      ])
    })

    it("refuses to send for an unknown instance, and what is too long", async () => {
      const refuse = (outbound: Outbound) => run(Effect.flip(subject.channel.send(outbound)))
      expect(await refuse({ ...outboundOf(subject), instance: "nobody's" })).toMatchObject({
        _tag: "JobRefused",
        reason: "unknownInstance"
      })
      const long = "x".repeat((subject.channel.textLengthMax ?? 0) + 1)
      expect(await refuse(outboundOf(subject, long))).toMatchObject({
        _tag: "JobRefused",
        reason: "textTooLong"
      })
    })

    it("shows typing, and never fails for it", async () => {
      await run(subject.channel.showTyping?.(subject, 1) ?? Effect.void)
      await subject.double?.close()
      await run(subject.channel.showTyping?.(subject, 1) ?? Effect.void)
    })
  })

/** What a channel with a provider behind it keeps to besides. */
export const providerContract = (name: string, start: () => Promise<Subject & { readonly double: Double }>) =>
  describe(`the ${name} channel and its provider`, () => {
    let subject: Subject & { readonly double: Double }
    beforeEach(async () => {
      subject = await start()
    })
    afterEach(() => subject.double.close())

    const failure = () => run(Effect.flip(subject.channel.send(outboundOf(subject))))

    it("gives up on a contact that does not exist", async () => {
      subject.double.setContact(subject.contact, "unknown")
      expect(await failure()).toMatchObject({ _tag: "JobRefused", reason: "invalidNumber" })
    })

    it("waits as long as a rate limit asks, knowing that nothing was sent", async () => {
      subject.double.setFaults({ rateLimitNext: 1, retryAfterSeconds: 7 })
      expect(await failure()).toMatchObject({
        _tag: "JobFailedForNow",
        reason: "rateLimited",
        happened: "no",
        retryAfterMs: 7000
      })
      expect(subject.double.sent()).toEqual([])
      await run(subject.channel.send(outboundOf(subject)))
      expect(subject.double.sent()).toHaveLength(1)
    })

    it.each([500, 502, 503])("does not know what a %i did", async (status) => {
      subject.double.setFaults({ status })
      expect(await failure()).toMatchObject({
        _tag: "JobFailedForNow",
        reason: "providerError",
        happened: "unknown"
      })
    })

    it("does not know what became of a lost answer or a lost request", async () => {
      subject.double.setFaults({ loseAnswer: 1 })
      expect(await failure()).toMatchObject({ reason: "connectionBroke", happened: "unknown" })
      expect(subject.double.sent()).toHaveLength(1)
      subject.double.setFaults({ loseRequest: 1 })
      expect(await failure()).toMatchObject({ reason: "connectionBroke", happened: "unknown" })
      expect(subject.double.sent()).toHaveLength(1)
    })

    it("does not know what became of a send that takes too long", async () => {
      subject.double.setFaults({ delayMs: 3_600_000 })
      const slow = Effect.gen(function* () {
        const sending = yield* Effect.forkChild(Effect.flip(subject.channel.send(outboundOf(subject))))
        yield* Effect.promise(() => subject.double.accepted(1))
        yield* TestClock.adjust(channelLimits.sendTimeoutMs)
        return yield* Fiber.join(sending)
      })
      expect(await run(Effect.provide(slow, TestClock.layer()))).toMatchObject({
        _tag: "JobFailedForNow",
        reason: "timeout",
        happened: "unknown"
      })
    })

    it("knows that nothing was sent when nobody listens there", async () => {
      await subject.double.close()
      expect(await failure()).toMatchObject({
        _tag: "JobFailedForNow",
        reason: "providerUnreachable",
        happened: "no"
      })
    })

    it("finds the receipt of a message whose answer was lost, if it has receipts", async () => {
      const { findReceipt } = subject.channel
      expect(findReceipt === undefined).toBe(subject.channel.idempotency !== "receipt")
      if (findReceipt === undefined) return
      subject.double.setFaults({ loseAnswer: 1 })
      const outbound = outboundOf(subject)
      await failure()
      const found = await run(findReceipt(outbound))
      expect(Option.map(found, (sent) => sent.messageId)).toEqual(Option.some(subject.double.sent()[0]?.id))
    })
  })
