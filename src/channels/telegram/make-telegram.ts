import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type JobFailedForNow, JobRefused } from "../../../actors/jobs/job-handler.ts"
import type { Channel, Outbound, WebhookRequest } from "../channel.ts"
import { cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import {
  callProvider,
  commonFailure,
  failedForNow,
  type ProviderAnswer,
  unreadableAnswer,
  waitMs
} from "../provider-http.ts"
import { sendableText } from "../sendable-text.ts"
import { checkPath, readJson, sameSecret, wrongSecret } from "../webhook-checks.ts"
import { inboundOf, messageIdOf } from "./update.ts"

/** Telegram allows no more in one message. */
const textLengthMax = 4096

/** The Bot API as Telegram runs it. */
export const botApiUrl = "https://api.telegram.org"

/** The header that carries a webhook's secret. */
export const secretHeader = "x-telegram-bot-api-secret-token"

/** A Telegram bot. `webhookSecret` is the `secret_token` that was given to `setWebhook`; `instance` is our name for it. */
export interface TelegramConfig {
  readonly baseUrl: string
  readonly token: Redacted.Redacted<string>
  readonly instance: string
  readonly webhookSecret: Redacted.Redacted<string>
}

const Sent = Schema.Struct({
  ok: Schema.Literal(true),
  result: Schema.Struct({
    message_id: Schema.Int,
    date: Schema.Int,
    chat: Schema.Struct({ id: Schema.Int })
  })
})
const sentOf = Schema.decodeUnknownOption(Sent)

const Failed = Schema.Struct({
  description: Schema.optionalKey(Schema.String),
  parameters: Schema.optionalKey(Schema.Struct({ retry_after: Schema.optionalKey(Schema.Finite) }))
})
const failedOf = Schema.decodeUnknownOption(Failed)

type Call = (
  method: string,
  body: unknown,
  timeoutMs: number
) => Effect.Effect<ProviderAnswer, JobFailedForNow>

/** The channel for one bot. The Bot API knows no key and no receipt, so its idempotency is `none`. */
export const makeTelegram = Effect.fnUntraced(function* (config: TelegramConfig) {
  const client = yield* HttpClient.HttpClient
  const baseUrl = config.baseUrl.replace(/\/+$/, "")
  const call: Call = (method, body, timeoutMs) =>
    callProvider(
      client,
      HttpClientRequest.post(`${baseUrl}/bot${Redacted.value(config.token)}/${method}`).pipe(
        HttpClientRequest.bodyJsonUnsafe(body)
      ),
      timeoutMs
    )
  const channel: Channel = {
    name: "telegram",
    idempotency: "none",
    textLengthMax,
    receive: (request) => receive(config, request),
    hasSecret: (headers) => hasSecret(config, headers),
    send: (outbound) => send(config, call, outbound),
    // Telegram shows it for five seconds or until the message comes.
    showTyping: ({ contact }) =>
      call("sendChatAction", { chat_id: contact, action: "typing" }, channelLimits.typingTimeoutMs).pipe(
        Effect.ignore
      )
  }
  return channel
})

const hasSecret = (config: TelegramConfig, headers: WebhookRequest["headers"]): boolean =>
  sameSecret(headers[secretHeader], config.webhookSecret)

const receive = Effect.fn("Telegram.receive")(function* (
  config: TelegramConfig,
  { body, headers, path = [] }: WebhookRequest
) {
  if (!hasSecret(config, headers)) return yield* wrongSecret(secretHeader)
  yield* checkPath(path, config.instance)
  return yield* inboundOf(yield* readJson(body), config.instance)
})

const send = Effect.fn("Telegram.send")(function* (config: TelegramConfig, call: Call, outbound: Outbound) {
  const text = yield* sendableText(outbound, [config.instance], textLengthMax)
  const answer = yield* call("sendMessage", { chat_id: outbound.contact, text }, channelLimits.sendTimeoutMs)
  const failure = failureOf(answer)
  if (failure !== undefined) return yield* failure
  const sent = Option.getOrUndefined(sentOf(answer.body))
  if (sent === undefined) return yield* unreadableAnswer("Telegram")
  const { message_id, date, chat } = sent.result
  return { messageId: messageIdOf(chat.id, message_id), at: date * 1000 }
})

/** Telegram's errors are `{ok: false, error_code, description, parameters?}`. */
function failureOf(answer: ProviderAnswer): JobRefused | JobFailedForNow | undefined {
  if (answer.status >= 200 && answer.status < 300) return undefined
  const failed = Option.getOrUndefined(failedOf(answer.body))
  const description = failed?.description ?? ""
  const retryAfter = failed?.parameters?.retry_after
  const said = cleanText(
    `Telegram answered ${answer.status}${description === "" ? "" : `: ${description}`}`,
    channelLimits.nameLengthMax
  )
  const common = commonFailure(
    retryAfter === undefined ? answer : { ...answer, retryAfterMs: waitMs(retryAfter) },
    said
  )
  if (common !== undefined) return common
  const refuse = (reason: string) => new JobRefused({ reason, message: said })
  // Blocked by the person, deleted account, or a person who never wrote to the bot.
  if (answer.status === 403) return refuse("blocked")
  if (answer.status === 404) return refuseNotFound(answer, failed !== undefined, said)
  if (/chat not found|user not found|PEER_ID_INVALID|chat_id is empty/i.test(description))
    return refuse("invalidNumber")
  if (/message is too long/i.test(description)) return refuse("textTooLong")
  return refuse("refusedByProvider")
}

/** Telegram answers 404 to a token that can't be one; a 404 in another shape comes from a proxy on the way. */
function refuseNotFound(
  answer: ProviderAnswer,
  fromTelegram: boolean,
  said: string
): JobRefused | JobFailedForNow {
  return fromTelegram
    ? new JobRefused({ reason: "wrongCredentials", message: said })
    : failedForNow(answer, "providerUnreachable", said, "no")
}
