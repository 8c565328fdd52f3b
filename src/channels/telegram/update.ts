import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Media } from "../../../machines/conversation/events.ts"
import { asksToStop } from "../../../machines/conversation/opt-out-words.ts"
import type { Inbound } from "../channel.ts"
import { cleanOptional, cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { durationOf, field, numberOf, textAt } from "../loose-values.ts"
import { providerTime } from "../provider-time.ts"
import { decodeShape, wrongShape } from "../webhook-checks.ts"

// What can't be done without: all else is read for what it is worth.
const Message = Schema.Struct({
  message_id: Schema.Int,
  chat: Schema.Struct({ id: Schema.Int, type: Schema.String })
})
type Message = typeof Message.Type

const update = decodeShape(Schema.Record(Schema.String, Schema.Unknown))
const newMessage = decodeShape(Message, "message")
const editedMessage = decodeShape(Message, "edited_message")

/**
 * What one Update of Telegram brings: a message of a private chat, or nothing. An edited message is a new one with the
 * id `<id>:edit:<edit_date>`. Ignored: groups, channels, bots, button presses (we send no buttons), and blocks
 * (`my_chat_member`), which the next send tells.
 */
export const inboundOf = Effect.fnUntraced(function* (body: unknown, instance: string) {
  const { update_id, message, edited_message } = yield* update(body)
  if (update_id === undefined) return yield* wrongShape("update_id is missing")
  const now = yield* Clock.currentTimeMillis
  if (message !== undefined) return yield* found(message, yield* newMessage(message), { instance, now })
  if (edited_message === undefined) return []
  return yield* found(edited_message, yield* editedMessage(edited_message), { instance, now, edited: true })
})

/** A message's id: Telegram counts within a chat, so the chat is part of it. */
export const messageIdOf = (chat: number | string, messageId: number): string => `${chat}:${messageId}`

const found = Effect.fnUntraced(function* (
  given: unknown,
  { chat, message_id }: Message,
  {
    instance,
    now,
    edited = false
  }: { readonly instance: string; readonly now: number; readonly edited?: boolean }
) {
  const isBot = field(field(given, "from"), "is_bot") === true
  // A live location that moves is an edit a second; nobody wrote anything.
  if (chat.type !== "private" || isBot || (edited && field(given, "location") !== undefined)) return []
  for (const name of ["text", "caption"]) {
    const words = field(given, name)
    if (typeof words === "object" || typeof words === "boolean")
      return yield* wrongShape(`${edited ? "edited_message" : "message"}.${name} has a wrong shape`)
  }
  const media = mediaOf(given)
  const said = saidIn(textAt(given, "text") ?? textAt(given, "caption") ?? otherWords(given))
  if (said === undefined && media.length === 0) return []
  const name = nameOf(field(given, "from"))
  const editDate = edited
    ? (numberOf(field(given, "edit_date")) ?? numberOf(field(given, "date")))
    : undefined
  const id = messageIdOf(chat.id, message_id)
  const inbound: Inbound = {
    _tag: "message",
    instance,
    contact: String(chat.id),
    messageId: edited ? `${id}:edit:${editDate ?? 0}` : id,
    at: providerTime(editDate ?? field(given, "date"), now),
    ...said,
    ...(media.length === 0 ? {} : { media }),
    ...(name === undefined ? {} : { contactName: name }),
    ...(edited ? { edits: { id, writerIsKnown: true } } : {}),
    fromUs: false
  }
  return [inbound]
})

/** `/start`, `/help@our_bot words`: what stands behind `/start` says by which link somebody came. */
const commandShape = /^\/([a-z]\w{0,31})(?:@\w+)?(?:\s+(.*))?$/isu
const linkShape = /^[\w-]{1,64}$/

/**
 * The words of a message. A command is for the messenger and no answer to anything: only what stands behind it is words,
 * and a command that asks us to stop.
 */
function saidIn(
  text: string | undefined
): { readonly text?: string; readonly campaign?: string } | undefined {
  const words = cleanOptional(text, channelLimits.textLengthMax)
  if (words === undefined) return undefined
  const [isCommand, command = "", behind = ""] = commandShape.exec(words.trim()) ?? []
  if (isCommand === undefined) return { text: words }
  if (command.toLowerCase() === "start" && linkShape.test(behind)) return { campaign: behind }
  if (asksToStop(command)) return { text: command }
  const rest = cleanOptional(behind, channelLimits.textLengthMax)
  return rest === undefined ? {} : { text: rest }
}

/** Words of kinds that have neither text nor caption. */
const otherWordsAt = [
  ["poll", "question"],
  ["dice", "emoji"],
  ["checklist", "title"],
  ["game", "title"],
  ["web_app_data", "data"]
]

const otherWords = (given: unknown): string | undefined =>
  otherWordsAt.map((path) => textAt(given, ...path)).find((words) => words !== undefined)

const files: ReadonlyArray<readonly [Media["kind"], ReadonlyArray<string>]> = [
  ["audio", ["voice", "audio"]],
  ["image", ["photo"]],
  // An animation comes once more as a document, for old apps.
  ["video", ["video", "video_note", "animation"]],
  ["document", ["document"]],
  ["sticker", ["sticker"]],
  ["document", ["story", "paid_media", "invoice", "successful_payment", "rich_message"]]
]

function mediaOf(given: unknown): ReadonlyArray<Media> {
  const id = textAt(given, "message_id") ?? ""
  const caption = cleanOptional(textAt(given, "caption"), channelLimits.textLengthMax)
  const animated = field(given, "animation") !== undefined
  const place = field(given, "location")
  const card = field(given, "contact")
  return [
    ...files.flatMap(([kind, names]) => {
      const file = names.map((name) => field(given, name)).find((each) => each !== undefined)
      if (file === undefined || (kind === "document" && animated)) return []
      return [fileMedia(kind, id, Array.isArray(file) ? largest(file) : file, caption)]
    }),
    ...(place === undefined ? [] : [placeMedia(place, field(given, "venue"), id)]),
    ...(card === undefined ? [] : [cardMedia(card, id)])
  ]
}

const sizeOf = (photo: unknown) =>
  (numberOf(field(photo, "width")) ?? 0) * (numberOf(field(photo, "height")) ?? 0)

const largest = (photos: ReadonlyArray<unknown>): unknown =>
  photos.reduce((best, photo) => (sizeOf(photo) > sizeOf(best) ? photo : best), photos[0])

function fileMedia(kind: Media["kind"], id: string, file: unknown, caption: string | undefined): Media {
  const mimeType = cleanOptional(textAt(file, "mime_type"), channelLimits.nameLengthMax)
  const words = caption ?? cleanOptional(textAt(file, "file_name"), channelLimits.nameLengthMax)
  const durationSeconds = durationOf(field(file, "duration"))
  return {
    kind,
    reference: cleanText(textAt(file, "file_id") ?? id, channelLimits.referenceLengthMax),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(words === undefined ? {} : { caption: words }),
    ...(durationSeconds === undefined ? {} : { durationSeconds })
  }
}

function placeMedia(place: unknown, venue: unknown, id: string): Media {
  const [latitude, longitude] = ["latitude", "longitude"].map((name) => numberOf(field(place, name)))
  const caption = cleanOptional(
    [textAt(venue, "title"), textAt(venue, "address")].filter((part) => part).join(", "),
    channelLimits.textLengthMax
  )
  const isKnown = latitude !== undefined && longitude !== undefined
  return {
    kind: "location",
    reference: isKnown ? `geo:${latitude},${longitude}` : id,
    ...(caption === undefined ? {} : { caption })
  }
}

function cardMedia(card: unknown, id: string): Media {
  const caption = nameOf(card)
  const digits = (textAt(card, "phone_number") ?? "").replace(/\D/g, "").slice(0, 32)
  return {
    kind: "contact",
    reference: digits === "" ? id : `tel:+${digits}`,
    ...(caption === undefined ? {} : { caption })
  }
}

function nameOf(person: unknown): string | undefined {
  const name = [textAt(person, "first_name"), textAt(person, "last_name")].filter((part) => part).join(" ")
  return cleanOptional(name, channelLimits.nameLengthMax)
}
