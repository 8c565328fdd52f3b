import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { DeliveryStatus } from "../../../machines/conversation/events.ts"
import { type Inbound, WebhookRefused } from "../channel.ts"
import { cleanOptional } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { decodeShape, wrongShape } from "../webhook-checks.ts"
import type { LidBook } from "./jid.ts"
import { contentOf, field, MessageContent, unwrap } from "./message-content.ts"

const Envelope = Schema.Struct({
  event: Schema.String,
  instance: Schema.optionalKey(Schema.NullOr(Schema.String)),
  data: Schema.optionalKey(Schema.Unknown),
  date_time: Schema.optionalKey(Schema.Unknown)
})

const Id = Schema.String.check(Schema.isPattern(/^[!-~]+$/), Schema.isMaxLength(channelLimits.idLengthMax))
const Jid = Schema.String.check(
  Schema.isPattern(/^[!-~]+@[a-z.]+$/),
  Schema.isMaxLength(channelLimits.idLengthMax)
)
const maybeJid = Schema.optionalKey(Schema.NullOr(Schema.String))
const Flag = Schema.optionalKey(Schema.NullOr(Schema.Boolean))

/** Seconds since 1970: a number, digits, or a 64-bit integer in two halves, as its library happened to print it. */
const Seconds = Schema.Union([
  Schema.Finite,
  Schema.String.check(Schema.isPattern(/^\d{1,12}$/)),
  Schema.Struct({ low: Schema.Finite, high: Schema.Finite })
])

const Upsert = Schema.Struct({
  key: Schema.Struct({ remoteJid: Jid, fromMe: Flag, id: Id, remoteJidAlt: maybeJid, senderPn: maybeJid }),
  pushName: Schema.optionalKey(Schema.NullOr(Schema.String)),
  message: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown))),
  messageTimestamp: Seconds
})

const Update = Schema.Struct({
  keyId: Id,
  remoteJid: Jid,
  fromMe: Flag,
  status: Schema.optionalKey(Schema.NullOr(Schema.String))
})

const envelope = decodeShape(Envelope)
const upsert = decodeShape(Upsert, "data")
const update = decodeShape(Update, "data")
const messageContent = decodeShape(MessageContent, "data.message")

/** WhatsApp's words. PENDING says nothing new; PLAYED is a voice message that was listened to; DELETED is not ours. */
const statuses: Readonly<Record<string, DeliveryStatus>> = {
  SERVER_ACK: "sent",
  DELIVERY_ACK: "delivered",
  READ: "read",
  PLAYED: "read",
  ERROR: "failed"
}

/**
 * What one webhook of Evolution brings. `send.message` only echoes our own sends and is ignored, as is every other
 * kind of event. `messages.edited` is ignored too: Evolution passes on the inner message alone, whose key names us as
 * its writer whoever wrote it, so it can't be laid at anyone's door. Edits that come as `messages.upsert` (older
 * versions) are new messages with the id `<id of the edited>:edit:<ms>`.
 */
export const inboundOf = Effect.fnUntraced(function* (
  body: unknown,
  instances: ReadonlySet<string>,
  lids: LidBook
) {
  const { event, instance, data, date_time } = yield* envelope(body)
  if (typeof instance === "string" && !instances.has(instance)) {
    return yield* new WebhookRefused({ status: 404, message: "there is no such instance on this channel" })
  }
  if (event === "connection.update") yield* tellConnection(instance, data)
  if (event !== "messages.upsert" && event !== "messages.update") return []
  if (typeof instance !== "string") return yield* wrongShape("instance is missing")
  const items: ReadonlyArray<unknown> = Array.isArray(data) ? data : [data]
  if (items.length > channelLimits.webhookItemsMax) {
    return yield* wrongShape(
      `data has ${items.length} items, at most ${channelLimits.webhookItemsMax} are taken`
    )
  }
  const now = yield* Clock.currentTimeMillis
  const read = (item: unknown): Effect.Effect<ReadonlyArray<Inbound>, WebhookRefused> =>
    event === "messages.upsert"
      ? messageOf(item, instance, lids)
      : statusOf(item, instance, lids, trueTime(date_time, now))
  const found = yield* Effect.forEach(items, read)
  return found.flat()
})

const messageOf = Effect.fnUntraced(function* (item: unknown, instance: string, lids: LidBook) {
  const { key, message, messageTimestamp, pushName } = yield* upsert(item)
  const at = millisOf(messageTimestamp)
  if (!(at >= 0 && at <= Number.MAX_SAFE_INTEGER)) {
    return yield* wrongShape("data.messageTimestamp has a value out of bounds")
  }
  const contact = lids.contactOf(key.remoteJid, key.remoteJidAlt ?? key.senderPn)
  if (contact === undefined || !message) return []
  const edit = editOf(message)
  const messageId = edit ? `${edit.id}:edit:${at}` : key.id
  const content = contentOf(yield* messageContent(unwrap(edit?.message ?? message)), messageId)
  if (content === undefined) return []
  const fromUs = key.fromMe === true
  // On our own messages the name is ours ("Você").
  const name = fromUs ? undefined : cleanOptional(pushName, channelLimits.nameLengthMax)
  const inbound: Inbound = {
    _tag: "message",
    instance,
    contact,
    messageId,
    at,
    ...content,
    ...(name === undefined ? {} : { contactName: name }),
    fromUs
  }
  return [inbound]
})

const statusOf = Effect.fnUntraced(function* (item: unknown, instance: string, lids: LidBook, at: number) {
  const { keyId, remoteJid, fromMe, status } = yield* update(item)
  const contact = lids.contactOf(remoteJid)
  const known = status && Object.hasOwn(statuses, status) ? statuses[status] : undefined
  // An update of the lead's own message says that we have read it.
  if (contact === undefined || known === undefined || fromMe === false) return []
  const inbound: Inbound = { _tag: "status", instance, contact, messageId: keyId, status: known, at }
  return [inbound]
})

function editOf(message: unknown): { readonly id: string; readonly message: unknown } | undefined {
  const wrapped = field(field(message, "editedMessage"), "message")
  const protocol = field(wrapped ?? message, "protocolMessage")
  const id = field(field(protocol, "key"), "id")
  const edited = field(protocol, "editedMessage")
  return typeof id === "string" && /^[!-~]{1,256}$/.test(id) && edited !== undefined
    ? { id, message: edited }
    : undefined
}

function millisOf(seconds: typeof Seconds.Type): number {
  const value = typeof seconds === "object" ? seconds.high * 2 ** 32 + (seconds.low >>> 0) : Number(seconds)
  return Math.floor(value * 1000)
}

const quarterHourMs = 15 * 60 * 1000

/**
 * Evolution writes `date_time` in its local time and marks it as UTC. Zones differ from UTC by quarters of an hour,
 * and a webhook is minutes old at most, so the nearest quarter is the zone; without a time, now.
 */
function trueTime(dateTime: unknown, now: number): number {
  const written = typeof dateTime === "string" ? Date.parse(dateTime) : Number.NaN
  if (Number.isNaN(written)) return now
  return written + Math.round((now - written) / quarterHourMs) * quarterHourMs
}

function tellConnection(instance: string | null | undefined, data: unknown): Effect.Effect<void> {
  const state = field(data, "state")
  return state === "close"
    ? Effect.logWarning("WhatsApp instance disconnected").pipe(Effect.annotateLogs({ instance }))
    : Effect.void
}
