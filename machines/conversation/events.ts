import * as Schema from "effect/Schema"

/** One piece of media; we keep the provider's reference, not the bytes. */
export const Media = Schema.Struct({
  kind: Schema.Literals(["audio", "image", "video", "document", "sticker", "location", "contact"]),
  /** How the provider finds it again: a URL, a file id. */
  reference: Schema.String,
  mimeType: Schema.optionalKey(Schema.String),
  caption: Schema.optionalKey(Schema.String),
  durationSeconds: Schema.optionalKey(Schema.Number)
})
export type Media = typeof Media.Type

/** How far a message got; it never goes back (`failed` only before `delivered`). */
export const DeliveryStatus = Schema.Literals(["sent", "delivered", "read", "failed"])
export type DeliveryStatus = typeof DeliveryStatus.Type
