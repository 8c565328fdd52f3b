import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { JobFailedForNow } from "../../../actors/jobs/job-handler.ts"
import type { Channel, Outbound, WebhookRequest } from "../channel.ts"
import { cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { callProvider, type ProviderAnswer, unreadableAnswer } from "../provider-http.ts"
import { sendableText } from "../sendable-text.ts"
import { readJson, sameSecret, signedBy, wrongSecret } from "../webhook-checks.ts"
import { failureOf } from "./failure.ts"
import { jidsOf, LidBook } from "./jid.ts"
import { findSent, receiptLimits } from "./receipt.ts"
import { SentByUs } from "./sent-by-us.ts"
import { inboundOf, type KnownOfServer } from "./webhook.ts"
import { withoutFiles } from "./without-files.ts"

/** The header that carries a webhook's secret, unless another is configured. */
export const secretHeader = "x-centurion-secret"

/**
 * WhatsApp by Evolution API 2. `signature` says how webhooks are checked: `header` (default) compares `secretHeader`
 * with the secret, which Evolution sends when the header is set in the webhook's `headers`; `hmac` wants
 * `sha256=<hex>` of the raw body in `signatureHeader`, which a proxy in front of Evolution must add.
 */
export interface EvolutionConfig {
  readonly baseUrl: string
  readonly apiKey: Redacted.Redacted<string>
  readonly instances: ReadonlyArray<string>
  readonly webhookSecret: Redacted.Redacted<string>
  readonly signature?: "header" | "hmac"
  /** Lower case; default `x-centurion-secret`. */
  readonly secretHeader?: string
  /** Lower case; default `x-centurion-signature`. */
  readonly signatureHeader?: string
  /** Default `receiptLimits.settleMs`. */
  readonly receiptSettleMs?: number
}

const Answer = Schema.Struct({
  key: Schema.Struct({ id: Schema.NonEmptyString, remoteJid: Schema.optionalKey(Schema.String) }),
  messageTimestamp: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.NumberFromString]))
})
const answerOf = Schema.decodeUnknownOption(Answer)

/** One Evolution server with its instances, as the functions below see it. */
interface Account extends KnownOfServer {
  readonly config: EvolutionConfig
  readonly post: (
    path: string,
    instance: string,
    body: unknown,
    timeoutMs: number
  ) => Effect.Effect<ProviderAnswer, JobFailedForNow>
}

/** The channel for the given settings. Needs the instance to store messages (its default), or receipts find nothing. */
export const makeEvolution = Effect.fnUntraced(function* (config: EvolutionConfig) {
  const client = yield* HttpClient.HttpClient
  const baseUrl = config.baseUrl.replace(/\/+$/, "")
  const account: Account = {
    config,
    instances: new Set(config.instances),
    lids: new LidBook(),
    sent: new SentByUs(),
    post: (path, instance, body, timeoutMs) =>
      callProvider(
        client,
        HttpClientRequest.post(`${baseUrl}/${path}/${encodeURIComponent(instance)}`).pipe(
          HttpClientRequest.setHeader("apikey", Redacted.value(config.apiKey)),
          HttpClientRequest.bodyJsonUnsafe(body)
        ),
        timeoutMs
      )
  }
  const channel: Channel = {
    name: "evolution",
    idempotency: "receipt",
    textLengthMax: channelLimits.textLengthMax,
    receive: (request) => receive(account, request),
    ...(config.signature === "hmac" ? {} : { hasSecret: (headers) => hasSecret(config, headers) }),
    send: (outbound) => send(account, outbound),
    findReceipt: (outbound) => findReceipt(account, outbound),
    showTyping: ({ instance, contact }, durationMs) => showTyping(account, instance, contact, durationMs)
  }
  return channel
})

const hasSecret = (config: EvolutionConfig, headers: WebhookRequest["headers"]): boolean =>
  sameSecret(headers[config.secretHeader ?? secretHeader], config.webhookSecret)

function trusted(config: EvolutionConfig, { headers, body }: WebhookRequest): boolean {
  return config.signature === "hmac"
    ? signedBy(headers[config.signatureHeader ?? "x-centurion-signature"], body, config.webhookSecret)
    : hasSecret(config, headers)
}

const receive = Effect.fn("Evolution.receive")(function* (account: Account, request: WebhookRequest) {
  if (!trusted(account.config, request)) return yield* wrongSecret("the webhook's secret")
  return yield* inboundOf(yield* readJson(withoutFiles(request.body)), request.path ?? [], account)
})

const send = Effect.fn("Evolution.send")(function* (account: Account, outbound: Outbound) {
  const { config, lids, post } = account
  const { instance, contact } = outbound
  const text = yield* sendableText(outbound, config.instances, channelLimits.textLengthMax)
  const end = account.sent.begin(instance, contact, text)
  const answer = yield* post(
    "message/sendText",
    instance,
    { number: contact, text },
    channelLimits.sendTimeoutMs
  ).pipe(Effect.onError(() => Effect.sync(() => end(undefined))))
  const sent = Option.getOrUndefined(answerOf(answer.body))
  end(sent?.key.id)
  const failure = failureOf(answer)
  if (failure !== undefined) return yield* failure
  if (sent === undefined) return yield* unreadableAnswer("Evolution")
  const jid = sent.key.remoteJid
  if (jid?.endsWith("@lid") && !contact.includes("@")) lids.learn(jid, contact)
  const seconds = sent.messageTimestamp
  return {
    messageId: sent.key.id,
    at: seconds === undefined ? yield* Clock.currentTimeMillis : seconds * 1000
  }
})

const findReceipt = Effect.fn("Evolution.findReceipt")(
  ({ config, lids, post }: Account, outbound: Outbound) =>
    findSent(
      (body) => post("chat/findMessages", outbound.instance, body, receiptLimits.timeoutMs),
      { ...outbound, text: cleanText(outbound.text, channelLimits.textLengthMax) },
      [...jidsOf(outbound.contact), ...lids.lidsOf(outbound.contact)],
      config.receiptSettleMs ?? receiptLimits.settleMs
    )
)

/** Evolution answers when the typing is over; it has begun long before, so nobody waits for that. */
function showTyping(
  { post }: Account,
  instance: string,
  number: string,
  durationMs: number
): Effect.Effect<void> {
  const delay = Math.max(0, Math.min(Math.round(durationMs), channelLimits.typingDurationMaxMs))
  return post(
    "chat/sendPresence",
    instance,
    { number, presence: "composing", delay },
    channelLimits.typingTimeoutMs
  ).pipe(Effect.ignore)
}
