import * as Schema from "effect/Schema"
import { liveLimits } from "../../live/live-limits.ts"

const topic = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(liveLimits.topicMaxCharacters))
/** Whatever the client knows its request by; it comes back with the answer. */
const id = Schema.optionalKey(Schema.String.check(Schema.isMaxLength(100)))

/** What a client sends. The first frame is a hello, unless the upgrade had an `Authorization` header. */
export const ClientFrame = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("hello"),
    /** An access token or an API key. */
    token: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(8_000))
  }),
  Schema.Struct({
    type: Schema.Literal("subscribe"),
    topic,
    after: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(liveLimits.cursorMaxCharacters))),
    id
  }),
  Schema.Struct({ type: Schema.Literal("unsubscribe"), topic, id }),
  Schema.Struct({ type: Schema.Literal("ping") })
])
/** A frame of a client, checked. */
export type ClientFrame = typeof ClientFrame.Type

/** Reads a frame. */
export const decodeClientFrame = Schema.decodeUnknownResult(Schema.fromJsonString(ClientFrame))
