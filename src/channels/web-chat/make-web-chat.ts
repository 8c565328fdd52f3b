import { randomUUID } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Channel, Inbound, Outbound, WebhookRequest } from "../channel.ts"
import { cleanOptional } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { sendableText } from "../sendable-text.ts"
import { decodeShape, hmacHex, readJson, sameSecret, wrongSecret } from "../webhook-checks.ts"
import { WebChatHub } from "./web-chat-hub.ts"

/** The account that the page of this server is, whatever the company. */
export const pageInstance = "page"

/** The chat on a web page. Whoever holds the secret can speak for any visitor; it never leaves the server. */
export interface WebChatConfig {
  readonly instance: string
  readonly sessionSecret: Redacted.Redacted<string>
}

/** The header in which the server passes the page's session on to `receive`. */
export const sessionHeader = "x-web-chat-session"

/** A session for a new visitor, or for the given contact: `<contact>.<signature>`, for the page to keep and show. */
export const newSession = (secret: Redacted.Redacted<string>, contact: string = randomUUID()): string =>
  `${contact}.${hmacHex(contact, secret)}`

/** The contact of a session that we signed, else undefined. */
export const contactOfSession = (
  session: string | undefined,
  secret: Redacted.Redacted<string>
): string | undefined => {
  const [, contact, signature] = /^([A-Za-z0-9_-]{1,64})\.([0-9a-f]{64})$/.exec(session ?? "") ?? []
  if (contact === undefined) return undefined
  return sameSecret(signature, Redacted.make(hmacHex(contact, secret))) ? contact : undefined
}

const Id = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/))
const SentId = Schema.String.check(
  Schema.isPattern(/^[!-~]+$/),
  Schema.isMaxLength(channelLimits.idLengthMax)
)
const Kind = Schema.Struct({ type: Schema.String })
/** A line that the visitor wrote; the page makes `id` and sends the same again until it is acknowledged. */
const Written = Schema.Struct({ id: Id, text: Schema.String, name: Schema.optionalKey(Schema.String) })
/** The page tells that it has, or has shown, what `send` gave it. */
const Seen = Schema.Struct({ messageId: SentId })

const kindOf = decodeShape(Kind)
const written = decodeShape(Written)
const seen = decodeShape(Seen)

/** The channel. We own both ends: the page drops what it has already shown, so our key is honoured. */
export const makeWebChat = Effect.fnUntraced(function* (config: WebChatConfig) {
  const hub = yield* WebChatHub
  const channel: Channel = {
    name: "web-chat",
    idempotency: "key",
    textLengthMax: channelLimits.textLengthMax,
    receive: (request) => receive(config, request),
    send: (outbound) => send(config, hub, outbound),
    showTyping: ({ contact }, durationMs) => hub.send(contact, { type: "typing", durationMs })
  }
  return channel
})

const receive = Effect.fn("WebChat.receive")(function* (
  { instance, sessionSecret }: WebChatConfig,
  { body, headers }: WebhookRequest
) {
  const contact = contactOfSession(headers[sessionHeader], sessionSecret)
  if (contact === undefined) return yield* wrongSecret("the session")
  const frame = yield* readJson(body)
  const { type } = yield* kindOf(frame)
  // The page's clock is the visitor's; ours says when it came.
  const at = yield* Clock.currentTimeMillis
  if (type === "message") return lineOf(yield* written(frame), { instance, contact, at })
  if (type !== "delivered" && type !== "read") return []
  const { messageId } = yield* seen(frame)
  const status: Inbound = { _tag: "status", instance, contact, messageId, status: type, at }
  return [status]
})

const send = Effect.fn("WebChat.send")(function* (
  { instance }: WebChatConfig,
  hub: WebChatHub["Service"],
  outbound: Outbound
) {
  const text = yield* sendableText(outbound, [instance], channelLimits.textLengthMax)
  const at = yield* Clock.currentTimeMillis
  // With nobody there it is sent all the same: a page that comes back reads the history.
  yield* hub.send(outbound.contact, { type: "message", messageId: outbound.key, text, at })
  return { messageId: outbound.key, at }
})

function lineOf(
  { id, text, name }: typeof Written.Type,
  from: { readonly instance: string; readonly contact: string; readonly at: number }
): ReadonlyArray<Inbound> {
  const words = cleanOptional(text, channelLimits.textLengthMax)
  const contactName = cleanOptional(name, channelLimits.nameLengthMax)
  if (words === undefined) return []
  return [
    {
      _tag: "message",
      ...from,
      // The page chose `id`: with the contact in front it can't take another visitor's.
      messageId: `${from.contact}:${id}`,
      text: words,
      ...(contactName === undefined ? {} : { contactName }),
      fromUs: false
    }
  ]
}
