import * as Schema from "effect/Schema"
import type { Media } from "../../../machines/conversation/events.ts"
import { cleanOptional, cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"

const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const text = maybe(Schema.String)

const File = Schema.Struct({ mimetype: text, caption: text, fileName: text, seconds: maybe(Schema.Number) })
const Place = Schema.Struct({
  degreesLatitude: Schema.Finite,
  degreesLongitude: Schema.Finite,
  name: text,
  address: text
})
const Card = Schema.Struct({ displayName: text, vcard: text })

/** The part of WhatsApp's message (the `message` of Evolution's webhooks) that we read; other kinds are ignored. */
export const MessageContent = Schema.Struct({
  conversation: text,
  extendedTextMessage: maybe(Schema.Struct({ text })),
  buttonsResponseMessage: maybe(Schema.Struct({ selectedDisplayText: text })),
  templateButtonReplyMessage: maybe(Schema.Struct({ selectedDisplayText: text })),
  listResponseMessage: maybe(Schema.Struct({ title: text })),
  imageMessage: maybe(File),
  audioMessage: maybe(File),
  videoMessage: maybe(File),
  ptvMessage: maybe(File),
  documentMessage: maybe(File),
  stickerMessage: maybe(File),
  locationMessage: maybe(Place),
  liveLocationMessage: maybe(Place),
  contactMessage: maybe(Card),
  contactsArrayMessage: maybe(Schema.Struct({ contacts: maybe(Schema.Array(Card)) })),
  /** Where Evolution put the file when it has an object store. */
  mediaUrl: text
})
export type MessageContent = typeof MessageContent.Type

/** What a person wrote or sent; none if nothing of it is for us (a reaction, a poll vote, a deleted message). */
export const contentOf = (
  message: MessageContent,
  messageId: string
): { readonly text?: string; readonly media?: ReadonlyArray<Media> } | undefined => {
  const media = mediaOf(message, messageId)
  const words = cleanOptional(wordsOf(message), channelLimits.textLengthMax)
  if (words === undefined && media.length === 0) return undefined
  return { ...(words === undefined ? {} : { text: words }), ...(media.length === 0 ? {} : { media }) }
}

const wrappers = [
  "ephemeralMessage",
  "viewOnceMessage",
  "viewOnceMessageV2",
  "viewOnceMessageV2Extension",
  "documentWithCaptionMessage",
  "lottieStickerMessage"
]

/** WhatsApp packs a message into another one to say that it vanishes, or is seen once: the innermost of at most 4. */
export const unwrap = (message: unknown): unknown => {
  let inner = message
  for (let depth = 0; depth < 4; depth++) {
    const wrapped = wrappers
      .map((name) => field(field(inner, name), "message"))
      .find((found) => found !== undefined)
    if (wrapped === undefined) break
    inner = wrapped
  }
  return inner
}

/** A field of an unknown value; undefined when it is not an object, has no such field of its own, or it is null. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? ((value as Readonly<Record<string, unknown>>)[name] ?? undefined)
    : undefined

function wordsOf(message: MessageContent): string | null | undefined {
  return (
    message.conversation ??
    message.extendedTextMessage?.text ??
    message.buttonsResponseMessage?.selectedDisplayText ??
    message.templateButtonReplyMessage?.selectedDisplayText ??
    message.listResponseMessage?.title ??
    // A caption is what the lead wrote: an opt-out in it must be seen like one in a text.
    message.imageMessage?.caption ??
    message.videoMessage?.caption ??
    message.documentMessage?.caption
  )
}

function mediaOf(message: MessageContent, messageId: string): ReadonlyArray<Media> {
  // WhatsApp's own URLs are encrypted and expire; Evolution finds the file again by the message's id.
  const reference = cleanText(message.mediaUrl ?? messageId, channelLimits.referenceLengthMax)
  const files: ReadonlyArray<readonly [Media["kind"], typeof File.Type | null | undefined]> = [
    ["audio", message.audioMessage],
    ["image", message.imageMessage],
    ["video", message.videoMessage ?? message.ptvMessage],
    ["document", message.documentMessage],
    ["sticker", message.stickerMessage]
  ]
  const cards = [message.contactMessage, ...(message.contactsArrayMessage?.contacts ?? [])]
  const place = message.locationMessage ?? message.liveLocationMessage
  return [
    ...files.flatMap(([kind, file]) => (file ? [fileMedia(kind, reference, file)] : [])),
    ...(place ? [placeMedia(place)] : []),
    ...cards.flatMap((card) => (card ? [cardMedia(card)] : []))
  ].slice(0, channelLimits.webhookItemsMax)
}

function fileMedia(kind: Media["kind"], reference: string, file: typeof File.Type): Media {
  const mimeType = cleanOptional(file.mimetype, channelLimits.nameLengthMax)
  const caption = cleanOptional(file.caption ?? file.fileName, channelLimits.textLengthMax)
  return {
    kind,
    reference,
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(caption === undefined ? {} : { caption }),
    ...(typeof file.seconds === "number" ? { durationSeconds: file.seconds } : {})
  }
}

function placeMedia(place: typeof Place.Type): Media {
  const words = [place.name, place.address].filter((part) => part).join(", ")
  const caption = cleanOptional(words, channelLimits.textLengthMax)
  return {
    kind: "location",
    reference: `geo:${place.degreesLatitude},${place.degreesLongitude}`,
    ...(caption === undefined ? {} : { caption })
  }
}

function cardMedia(card: typeof Card.Type): Media {
  const vcard = card.vcard ?? ""
  const phone =
    /waid=(\d+)/.exec(vcard)?.[1] ?? /^TEL[^:]*:\s*\+?([\d ()-]+)/m.exec(vcard)?.[1]?.replace(/\D/g, "")
  const caption = cleanOptional(card.displayName, channelLimits.nameLengthMax)
  return {
    kind: "contact",
    reference: phone ? `tel:+${phone}` : cleanText(vcard, channelLimits.referenceLengthMax),
    ...(caption === undefined ? {} : { caption })
  }
}
