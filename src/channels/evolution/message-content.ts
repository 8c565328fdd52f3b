import type { Media } from "../../../machines/conversation/events.ts"
import { cleanOptional, cleanText } from "../clean-text.ts"
import { channelLimits } from "../limits.ts"
import { durationOf, field, numberOf, textAt } from "../loose-values.ts"
import { anyWords, jsonOf } from "./message-words.ts"

/** What a person wrote or sent. */
export interface Content {
  readonly text?: string
  readonly media?: ReadonlyArray<Media>
}

interface Unreadable {
  readonly unreadable: string
}

/**
 * What a person wrote or sent, of WhatsApp's message (the `message` of Evolution's webhooks): `nothing` if no person
 * said anything by it, `unreadable` where its words are no text. No detail of it costs the message, and a kind that we
 * don't know gives its words, or a document that somebody may look at.
 */
export const contentOf = (message: unknown, messageId: string): Content | "nothing" | Unreadable => {
  const media = mediaOf(message, messageId)
  const words = cleanOptional(wordsOf(message), channelLimits.textLengthMax)
  if (words === undefined && media.length === 0) return ofOtherKind(message, messageId)
  return { ...(words === undefined ? {} : { text: words }), ...(media.length === 0 ? {} : { media }) }
}

const wrappers = [
  "ephemeralMessage",
  "viewOnceMessage",
  "viewOnceMessageV2",
  "viewOnceMessageV2Extension",
  "documentWithCaptionMessage",
  "lottieStickerMessage",
  "deviceSentMessage",
  "botInvokeMessage"
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

/** Where the words of a message may stand. A caption is what the lead wrote: an opt-out in it must be seen. */
const wordsAt: ReadonlyArray<ReadonlyArray<string>> = [
  "conversation extendedTextMessage.text buttonsResponseMessage.selectedDisplayText",
  "templateButtonReplyMessage.selectedDisplayText listResponseMessage.title interactiveResponseMessage.body.text",
  "orderMessage.message productMessage.body imageMessage.caption videoMessage.caption documentMessage.caption"
].flatMap((paths) => paths.split(" ").map((path) => path.split(".")))

const wordsOf = (message: unknown): string | undefined =>
  wordsAt.map((path) => textAt(message, ...path)).find((words) => words !== undefined) ??
  textAt(
    jsonOf(textAt(message, "interactiveResponseMessage", "nativeFlowResponseMessage", "paramsJson")),
    "display_text"
  )

/** Kinds that no person wrote: keys of groups, reactions, votes, deletions, the frame around several pictures. */
const silent = new Set([
  "protocolMessage",
  "reactionMessage",
  "encReactionMessage",
  "encCommentMessage",
  "encEventResponseMessage",
  "secretEncryptedMessage",
  "senderKeyDistributionMessage",
  "fastRatchetKeySenderKeyDistributionMessage",
  "pollUpdateMessage",
  "pollResultSnapshotMessage",
  "keepInChatMessage",
  "pinInChatMessage",
  "albumMessage",
  "editedMessage",
  "stickerSyncRmrMessage"
])

const isOtherKind = (name: string): boolean => /Message(V\d+)?$/.test(name) && !silent.has(name)

/** The kinds that are nothing but words: without any they say nothing. */
const plainWords = wordsAt.slice(0, 2)

function ofOtherKind(message: unknown, messageId: string): Content | "nothing" | Unreadable {
  const wrong = plainWords.find((path) => {
    const words = path.reduce<unknown>(field, message)
    return words !== undefined && typeof words !== "string"
  })
  if (wrong !== undefined) return { unreadable: wrong.join(".") }
  const names = typeof message === "object" && message !== null ? Object.keys(message) : []
  const other = names.find((name) => isOtherKind(name) && field(message, name) !== undefined)
  if (other === undefined || other === "extendedTextMessage") return "nothing"
  const words = cleanOptional(anyWords(field(message, other)), channelLimits.textLengthMax)
  return words === undefined ? { media: [{ kind: "document", reference: messageId }] } : { text: words }
}

const files = [
  ["audio", "audioMessage"],
  ["image", "imageMessage"],
  ["video", "videoMessage"],
  ["video", "ptvMessage"],
  ["document", "documentMessage"],
  ["sticker", "stickerMessage"]
] as const

function mediaOf(message: unknown, messageId: string): ReadonlyArray<Media> {
  // WhatsApp's own URLs are encrypted and expire; Evolution finds the file again by the message's id.
  const reference = cleanText(textAt(message, "mediaUrl") ?? messageId, channelLimits.referenceLengthMax)
  const cards = field(field(message, "contactsArrayMessage"), "contacts")
  const place = field(message, "locationMessage") ?? field(message, "liveLocationMessage")
  const goods = [order(field(message, "orderMessage")), product(field(message, "productMessage"))]
  return [
    ...files.flatMap(([kind, name]) =>
      ofOne(field(message, name), (file) => fileMedia(kind, reference, file))
    ),
    ...ofOne(place, (given) => placeMedia(given, reference)),
    ...[field(message, "contactMessage"), ...(Array.isArray(cards) ? cards : [])].flatMap((card) =>
      ofOne(card, (given) => cardMedia(given, reference))
    ),
    ...goods.flatMap((words) => (words === undefined ? [] : [ofKind("document", reference, words)]))
  ].slice(0, channelLimits.mediaMax)
}

const ofOne = (given: unknown, make: (given: unknown) => Media): ReadonlyArray<Media> =>
  given === undefined || given === null || given === false ? [] : [make(given)]

const ofKind = (kind: Media["kind"], reference: string, words: string | undefined): Media => {
  const caption = cleanOptional(words, channelLimits.textLengthMax)
  return { kind, reference, ...(caption === undefined ? {} : { caption }) }
}

function fileMedia(kind: Media["kind"], reference: string, file: unknown): Media {
  const mimeType = cleanOptional(textAt(file, "mimetype"), channelLimits.nameLengthMax)
  const durationSeconds = durationOf(field(file, "seconds"))
  return {
    ...ofKind(kind, reference, textAt(file, "caption") ?? textAt(file, "fileName")),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(durationSeconds === undefined ? {} : { durationSeconds })
  }
}

const joined = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part).join(", ")

function placeMedia(place: unknown, reference: string): Media {
  const [latitude, longitude] = ["degreesLatitude", "degreesLongitude"].map((name) =>
    numberOf(field(place, name))
  )
  const words = joined(textAt(place, "name"), textAt(place, "address"))
  if (latitude === undefined || longitude === undefined) return ofKind("location", reference, words)
  return ofKind("location", `geo:${latitude},${longitude}`, words)
}

function cardMedia(card: unknown, reference: string): Media {
  const vcard = textAt(card, "vcard") ?? ""
  const phone =
    /waid=(\d+)/.exec(vcard)?.[1] ?? /^TEL[^:]*:\s*\+?([\d ()-]+)/m.exec(vcard)?.[1]?.replace(/\D/g, "")
  const found = phone ? `tel:+${phone}` : cleanText(vcard, channelLimits.referenceLengthMax)
  const name = cleanOptional(textAt(card, "displayName"), channelLimits.nameLengthMax)
  return ofKind("contact", found === "" ? reference : found, name)
}

/** WhatsApp counts money in thousandths. */
const price = (thousandths: unknown, currency: string | undefined): string | undefined => {
  const amount = numberOf(thousandths)
  return amount === undefined ? undefined : `${currency ?? ""} ${(amount / 1000).toFixed(2)}`.trim()
}

/** What was ordered from the catalogue; undefined when nothing was. */
function order(given: unknown): string | undefined {
  if (given === undefined) return undefined
  const items = numberOf(field(given, "itemCount"))
  return joined(
    textAt(given, "orderTitle"),
    items === undefined ? undefined : `${items} ×`,
    price(field(given, "totalAmount1000"), textAt(given, "totalCurrencyCode"))
  )
}

/** A product of the catalogue that was shown. */
function product(given: unknown): string | undefined {
  const shown = field(given, "product")
  if (shown === undefined) return undefined
  return joined(
    textAt(shown, "title"),
    price(field(shown, "priceAmount1000"), textAt(shown, "currencyCode")),
    textAt(shown, "url")
  )
}
