import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { JobRefused } from "../../actors/job-handler.ts"
import type { Channel, Outbound, WebhookRequest } from "./channel.ts"
import { channelMaker } from "./channel-maker.ts"
import { cleanText } from "./clean-text.ts"
import { failureOf } from "./evolution/failure.ts"
import { jidsOf, LidBook } from "./evolution/jid.ts"
import { findSent } from "./evolution/receipt.ts"
import { inboundOf } from "./evolution/webhook.ts"
import { channelLimits } from "./limits.ts"
import { callProvider, unreadableAnswer } from "./provider-http.ts"
import { sameSecret, signedBy } from "./secret.ts"
import { checkSize, readJson, wrongSecret } from "./webhook-body.ts"

const Secret = Schema.RedactedFromValue(Schema.NonEmptyString)

/**
 * WhatsApp by Evolution API 2. `signature` says how webhooks are checked: `header` (default) compares `secretHeader`
 * with the secret, which Evolution sends when the header is set in the webhook's `headers`; `hmac` wants
 * `sha256=<hex>` of the raw body in `signatureHeader`, which a proxy in front of Evolution must add.
 */
export const EvolutionConfig = Schema.Struct({
  name: Schema.Literal("evolution"),
  baseUrl: Schema.String.check(Schema.isPattern(/^https?:\/\/\S+$/)),
  apiKey: Secret,
  instances: Schema.NonEmptyArray(Schema.NonEmptyString),
  webhookSecret: Secret,
  signature: Schema.optionalKey(Schema.Literals(["header", "hmac"])),
  /** Lower case; default `x-centurion-secret`. */
  secretHeader: Schema.optionalKey(Schema.NonEmptyString),
  /** Lower case; default `x-centurion-signature`. */
  signatureHeader: Schema.optionalKey(Schema.NonEmptyString),
  /** Default `channelLimits.receiptSettleMs`. */
  receiptSettleMs: Schema.optionalKey(Schema.Number)
})
export type EvolutionConfig = typeof EvolutionConfig.Type

const Answer = Schema.Struct({
  key: Schema.Struct({ id: Schema.NonEmptyString, remoteJid: Schema.optionalKey(Schema.String) }),
  messageTimestamp: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.NumberFromString]))
})
const answerOf = Schema.decodeUnknownOption(Answer)

/** The channel for the given settings. Needs the instance to store messages (its default), or receipts find nothing. */
export const makeEvolution = Effect.fnUntraced(function* (config: EvolutionConfig) {
  const client = yield* HttpClient.HttpClient
  const instances = new Set(config.instances)
  const lids = new LidBook()

  const post = (path: string, instance: string, body: unknown, timeoutMs: number) =>
    callProvider(
      client,
      HttpClientRequest.post(
        `${config.baseUrl.replace(/\/+$/, "")}/${path}/${encodeURIComponent(instance)}`
      ).pipe(
        HttpClientRequest.setHeader("apikey", Redacted.value(config.apiKey)),
        HttpClientRequest.bodyJsonUnsafe(body)
      ),
      timeoutMs
    )

  const receive = Effect.fn("Evolution.receive")(function* (request: WebhookRequest) {
    yield* checkSize(request.body)
    if (!trusted(config, request)) return yield* wrongSecret("the webhook's secret")
    return yield* inboundOf(yield* readJson(request.body), instances, lids)
  })

  const send = Effect.fn("Evolution.send")(function* (outbound: Outbound) {
    const text = yield* sendable(outbound, instances)
    const body = { number: outbound.contact, text }
    const answer = yield* post("message/sendText", outbound.instance, body, channelLimits.sendTimeoutMs)
    const failure = failureOf(answer)
    if (failure !== undefined) return yield* failure
    const sent = Option.getOrUndefined(answerOf(answer.body))
    if (sent === undefined) return yield* unreadableAnswer("Evolution")
    const jid = sent.key.remoteJid
    if (jid?.endsWith("@lid") && !outbound.contact.includes("@")) lids.learn(jid, outbound.contact)
    const at =
      sent.messageTimestamp === undefined ? yield* Clock.currentTimeMillis : sent.messageTimestamp * 1000
    return { messageId: sent.key.id, at }
  })

  const findReceipt = Effect.fn("Evolution.findReceipt")((outbound: Outbound) =>
    findSent(
      (body) => post("chat/findMessages", outbound.instance, body, channelLimits.receiptTimeoutMs),
      { ...outbound, text: cleanText(outbound.text, channelLimits.textLengthMax) },
      [...jidsOf(outbound.contact), ...lids.lidsOf(outbound.contact)],
      config.receiptSettleMs ?? channelLimits.receiptSettleMs
    )
  )

  // Evolution answers when the typing is over; it has begun long before, so nobody waits for that.
  const showTyping: Channel["showTyping"] = ({ instance, contact }, durationMs) =>
    post(
      "chat/sendPresence",
      instance,
      {
        number: contact,
        presence: "composing",
        delay: Math.max(0, Math.min(Math.round(durationMs), channelLimits.typingDurationMaxMs))
      },
      channelLimits.typingTimeoutMs
    ).pipe(Effect.ignore)

  const channel: Channel = {
    name: config.name,
    idempotency: "receipt",
    textLengthMax: channelLimits.textLengthMax,
    receive,
    send,
    findReceipt,
    showTyping
  }
  return channel
})

/** Makes the channel of settings as they stand in a file. */
export const evolutionMaker = channelMaker("evolution", EvolutionConfig, makeEvolution)

function trusted(config: EvolutionConfig, { headers, body }: WebhookRequest): boolean {
  return config.signature === "hmac"
    ? signedBy(headers[config.signatureHeader ?? "x-centurion-signature"], body, config.webhookSecret)
    : sameSecret(headers[config.secretHeader ?? "x-centurion-secret"], config.webhookSecret)
}

function sendable(outbound: Outbound, instances: ReadonlySet<string>): Effect.Effect<string, JobRefused> {
  const refuse = (reason: string, message: string) => Effect.fail(new JobRefused({ reason, message }))
  if (!instances.has(outbound.instance)) {
    return refuse("unknownInstance", `instance ${outbound.instance} is not one of this channel`)
  }
  if (outbound.media !== undefined) return refuse("mediaNotSupported", "this channel sends text only")
  if (outbound.text.trim() === "") return refuse("emptyText", "there is nothing to send")
  if (outbound.text.length > channelLimits.textLengthMax) {
    return refuse("textTooLong", `the text is longer than ${channelLimits.textLengthMax} characters`)
  }
  return Effect.succeed(cleanText(outbound.text, channelLimits.textLengthMax))
}
