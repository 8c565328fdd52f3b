import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { DeliveryStatus } from "../../../machines/conversation/events.ts"
import type { Inbound, WebhookRefused } from "../channel.ts"
import { cleanOptional } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { field, textAt } from "../loose-values.ts"
import { providerTime } from "../provider-time.ts"
import { checkPath, decodeShape, noSuchInstance, readItems, wrongShape } from "../webhook-checks.ts"
import type { LidBook } from "./jid.ts"
import { contentOf, unwrap } from "./message-content.ts"
import type { SentByUs } from "./sent-by-us.ts"

const Id = Schema.String.check(Schema.isPattern(/^[!-~]+$/), Schema.isMaxLength(channelLimits.idLengthMax))
const Jid = Schema.String.check(
  Schema.isPattern(/^[!-~]+@[a-z.]+$/),
  Schema.isMaxLength(channelLimits.idLengthMax)
)

// What can't be done without: all else is read for what it is worth.
const Upsert = Schema.Struct({ key: Schema.Struct({ remoteJid: Jid, id: Id }) })
const Update = Schema.Struct({ keyId: Id, remoteJid: Jid })

const envelope = decodeShape(Schema.Record(Schema.String, Schema.Unknown))
const upsert = decodeShape(Upsert, "data")
const update = decodeShape(Update, "data")

/** WhatsApp's words. PENDING says nothing new; PLAYED is a voice message that was listened to; DELETED is not ours. */
const statuses: Readonly<Record<string, DeliveryStatus>> = {
  SERVER_ACK: "sent",
  DELIVERY_ACK: "delivered",
  READ: "read",
  PLAYED: "read",
  ERROR: "failed"
}

/** What is known of one Evolution server: its instances, and what earlier webhooks and sends told. */
export interface KnownOfServer {
  readonly instances: ReadonlySet<string>
  readonly lids: LidBook
  readonly sent: SentByUs
}

/**
 * What one webhook of Evolution brings; kinds of events that are not here are ignored. `send.message` shows what went
 * out by our account, by whatever tool: what we did not send ourselves, a person did. Of `messages.edited`
 * Evolution passes on the inner message alone, whose key names us as its writer whoever wrote it: whose it is follows from
 * the message that it names. An edit has the id `<id of the edited>:edit:<ms>`; older versions send it as
 * `messages.upsert`.
 */
export const inboundOf = Effect.fnUntraced(function* (
  body: unknown,
  path: ReadonlyArray<string>,
  known: KnownOfServer
) {
  const given = yield* envelope(body)
  const event = eventOf(given.event ?? path.at(-1))
  if (event === undefined || (given.event === undefined && !taken.has(event)))
    return yield* wrongShape(given.event === undefined ? "event is missing" : "event has a wrong shape")
  const places = path.filter((place) => eventOf(place) !== event)
  const instance = textAt(given, "instance") ?? places[0]
  if (instance !== undefined && !known.instances.has(instance)) return yield* noSuchInstance(instance)
  yield* checkPath(places, instance)
  if (event === "connection.update") yield* tellConnection(instance, given.data)
  if (!taken.has(event)) return []
  if (instance === undefined) return yield* wrongShape("instance is missing")
  const now = yield* Clock.currentTimeMillis
  const read = (item: unknown): Effect.Effect<ReadonlyArray<Inbound>, WebhookRefused> => {
    if (event === "messages.update") return statusOf(item, instance, known, trueTime(given.date_time, now))
    if (event === "messages.edited") return editedOf(item, instance, known, trueTime(given.date_time, now))
    return messageOf(item, instance, known, event === "send.message", now)
  }
  return yield* readItems(given.data, read)
})

const taken = new Set(["messages.upsert", "send.message", "messages.update", "messages.edited"])

/** Settings name events in capitals, addresses with a hyphen: `MESSAGES_UPSERT`, `messages-upsert`. */
const eventOf = (name: unknown): string | undefined =>
  typeof name === "string" ? name.toLowerCase().replaceAll(/[-_]/g, ".") : undefined

const messageOf = Effect.fnUntraced(function* (
  item: unknown,
  instance: string,
  { lids, sent }: KnownOfServer,
  goesOut: boolean,
  now: number
) {
  const { key } = yield* upsert(item)
  const message = field(item, "message")
  if (message !== undefined && typeof message !== "object")
    return yield* wrongShape("data.message has a wrong shape")
  const given = field(item, "key")
  const fromUs = goesOut || isTrue(field(given, "fromMe"))
  // Of our own messages the sender is ourselves, not the lead.
  const names = ["remoteJidAlt", "previousRemoteJid", ...(fromUs ? [] : ["senderPn", "senderLid"])]
  const person = lids.whoIs(key.remoteJid, ...names.map((name) => textAt(given, name)))
  if (person === undefined) return []
  const edit = editOf(message)
  const at = providerTime(field(item, "messageTimestamp"), now)
  // The time of a webhook that is sent again is another one if the provider gave none.
  const messageId = edit ? `${edit.id}:edit:${at === now ? key.id : at}` : key.id
  const content = contentOf(unwrap(edit?.message ?? message), messageId)
  if (content === "nothing") return []
  if ("unreadable" in content)
    return yield* wrongShape(`data.message.${content.unreadable} has a wrong shape`)
  if (goesOut && sent.isOurs(instance, key.id, content.text)) return []
  // On our own messages the name is ours ("Você").
  const name = fromUs ? undefined : cleanOptional(textAt(item, "pushName"), channelLimits.nameLengthMax)
  const inbound: Inbound = {
    _tag: "message",
    instance,
    ...person,
    messageId,
    at,
    ...content,
    ...(name === undefined ? {} : { contactName: name }),
    ...(edit ? { edits: { id: edit.id, writerIsKnown: true } } : {}),
    fromUs
  }
  return [inbound]
})

const editedOf = Effect.fnUntraced(function* (
  item: unknown,
  instance: string,
  { lids }: KnownOfServer,
  at: number
) {
  const { key } = yield* upsert(item)
  const edited = field(item, "editedMessage")
  const person = lids.whoIs(key.remoteJid, textAt(item, "key", "remoteJidAlt"))
  if (edited === undefined || person === undefined) return []
  const messageId = `${key.id}:edit:${providerTime(field(item, "timestampMs"), at)}`
  const content = contentOf(unwrap(field(edited, "message") ?? edited), messageId)
  if (content === "nothing") return []
  if ("unreadable" in content)
    return yield* wrongShape(`data.editedMessage.${content.unreadable} has a wrong shape`)
  const edits = { id: key.id, writerIsKnown: false }
  const inbound: Inbound = {
    _tag: "message",
    instance,
    ...person,
    messageId,
    at,
    ...content,
    edits,
    fromUs: false
  }
  return [inbound]
})

const isTrue = (given: unknown): boolean => given === true || given === "true"

const statusOf = Effect.fnUntraced(function* (
  item: unknown,
  instance: string,
  { lids, sent }: KnownOfServer,
  at: number
) {
  const { keyId, remoteJid } = yield* update(item)
  // Our own message's id says whose it is, also where the provider hides the number.
  const person = lids.whoIs(remoteJid, sent.jidOf(keyId))
  const status = textAt(item, "status") ?? ""
  const known = Object.hasOwn(statuses, status) ? statuses[status] : undefined
  // An update of the lead's own message says that we have read it.
  if (person === undefined || known === undefined || field(item, "fromMe") === false) return []
  const inbound: Inbound = { _tag: "status", instance, ...person, messageId: keyId, status: known, at }
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

function tellConnection(instance: string | undefined, data: unknown): Effect.Effect<void> {
  const state = field(data, "state")
  return state === "close"
    ? Effect.logWarning("WhatsApp instance disconnected").pipe(Effect.annotateLogs({ instance }))
    : Effect.void
}
