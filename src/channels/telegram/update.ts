import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Media } from "../../../machines/conversation/events.ts"
import type { Inbound } from "../channel.ts"
import { cleanOptional, cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { decodeShape } from "../webhook-checks.ts"

const text = Schema.optionalKey(Schema.String)
const FileId = Schema.NonEmptyString.check(Schema.isMaxLength(channelLimits.referenceLengthMax))
const File = Schema.Struct({
  file_id: FileId,
  mime_type: text,
  file_name: text,
  duration: Schema.optionalKey(Schema.Finite)
})
const Photo = Schema.Struct({ file_id: FileId, width: Schema.Finite, height: Schema.Finite })
const Place = Schema.Struct({ latitude: Schema.Finite, longitude: Schema.Finite })
const file = Schema.optionalKey(File)

const Seconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8.64e12 }))

const Message = Schema.Struct({
  message_id: Schema.Int,
  date: Seconds,
  edit_date: Schema.optionalKey(Seconds),
  chat: Schema.Struct({ id: Schema.Int, type: Schema.String }),
  from: Schema.optionalKey(
    Schema.Struct({ is_bot: Schema.optionalKey(Schema.Boolean), first_name: text, last_name: text })
  ),
  text,
  caption: text,
  voice: file,
  audio: file,
  photo: Schema.optionalKey(Schema.Array(Photo)),
  video: file,
  video_note: file,
  animation: file,
  document: file,
  sticker: file,
  location: Schema.optionalKey(Place),
  venue: Schema.optionalKey(Schema.Struct({ title: text, address: text })),
  contact: Schema.optionalKey(
    Schema.Struct({ phone_number: Schema.String, first_name: text, last_name: text })
  )
})
type Message = typeof Message.Type

const Update = Schema.Struct({
  update_id: Schema.Int,
  message: Schema.optionalKey(Schema.Unknown),
  edited_message: Schema.optionalKey(Schema.Unknown)
})

const update = decodeShape(Update)
const newMessage = decodeShape(Message, "message")
const editedMessage = decodeShape(Message, "edited_message")

/**
 * What one Update of Telegram brings: a message of a private chat, or nothing. An edited message is a new one with the
 * id `<id>:edit:<edit_date>`. Ignored: groups, channels, bots, button presses (we send no buttons), and blocks
 * (`my_chat_member`), which the next send tells.
 */
export const inboundOf = Effect.fnUntraced(function* (body: unknown, instance: string) {
  const { message, edited_message } = yield* update(body)
  if (message !== undefined) return found(yield* newMessage(message), instance)
  if (edited_message !== undefined) return found(yield* editedMessage(edited_message), instance, true)
  return []
})

/** A message's id: Telegram counts within a chat, so the chat is part of it. */
export const messageIdOf = (chat: number | string, messageId: number): string => `${chat}:${messageId}`

function found(message: Message, instance: string, edited = false): ReadonlyArray<Inbound> {
  // A live location that moves is an edit a second; nobody wrote anything.
  const ignored =
    message.chat.type !== "private" || message.from?.is_bot === true || (edited && message.location)
  if (ignored) return []
  const words = cleanOptional(message.text ?? message.caption, channelLimits.textLengthMax)
  const media = mediaOf(message)
  if (words === undefined && media.length === 0) return []
  const name = nameOf(message.from)
  const seconds = edited ? (message.edit_date ?? message.date) : message.date
  const id = messageIdOf(message.chat.id, message.message_id)
  return [
    {
      _tag: "message",
      instance,
      contact: String(message.chat.id),
      messageId: edited ? `${id}:edit:${seconds}` : id,
      at: seconds * 1000,
      ...(words === undefined ? {} : { text: words }),
      ...(media.length === 0 ? {} : { media }),
      ...(name === undefined ? {} : { contactName: name }),
      fromUs: false
    }
  ]
}

function mediaOf(message: Message): ReadonlyArray<Media> {
  const caption = cleanOptional(message.caption, channelLimits.textLengthMax)
  const largest = message.photo?.reduce(
    (best, photo) => (photo.width * photo.height > best.width * best.height ? photo : best),
    message.photo[0]!
  )
  const files: ReadonlyArray<readonly [Media["kind"], Partial<typeof File.Type> | undefined]> = [
    ["audio", message.voice ?? message.audio],
    ["image", largest],
    // An animation comes once more as a document, for old apps.
    ["video", message.video ?? message.video_note ?? message.animation],
    ["document", message.animation ? undefined : message.document],
    ["sticker", message.sticker]
  ]
  return [
    ...files.flatMap(([kind, found]) =>
      found?.file_id ? [fileMedia(kind, found.file_id, found, caption)] : []
    ),
    ...(message.location ? [placeMedia(message.location, message.venue)] : []),
    ...(message.contact ? [cardMedia(message.contact)] : [])
  ]
}

function fileMedia(
  kind: Media["kind"],
  reference: string,
  found: Partial<typeof File.Type>,
  caption: string | undefined
): Media {
  const mimeType = cleanOptional(found.mime_type, channelLimits.nameLengthMax)
  const words = caption ?? cleanOptional(found.file_name, channelLimits.nameLengthMax)
  return {
    kind,
    reference: cleanText(reference, channelLimits.referenceLengthMax),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(words === undefined ? {} : { caption: words }),
    ...(found.duration === undefined ? {} : { durationSeconds: found.duration })
  }
}

function placeMedia(place: typeof Place.Type, venue: Message["venue"]): Media {
  const caption = cleanOptional(
    [venue?.title, venue?.address].filter((part) => part).join(", "),
    channelLimits.textLengthMax
  )
  return {
    kind: "location",
    reference: `geo:${place.latitude},${place.longitude}`,
    ...(caption === undefined ? {} : { caption })
  }
}

function cardMedia(card: NonNullable<Message["contact"]>): Media {
  const caption = nameOf(card)
  return {
    kind: "contact",
    reference: `tel:+${card.phone_number.replace(/\D/g, "").slice(0, 32)}`,
    ...(caption === undefined ? {} : { caption })
  }
}

function nameOf(person: { readonly first_name?: string; readonly last_name?: string } | undefined) {
  const name = [person?.first_name, person?.last_name].filter((part) => part).join(" ")
  return cleanOptional(name, channelLimits.nameLengthMax)
}
