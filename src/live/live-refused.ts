import * as Schema from "effect/Schema"
import type { LiveErrorCode } from "./live-frames.ts"

/** A topic is not followed; the client is told why. */
export class LiveRefused extends Schema.TaggedError<LiveRefused>()("LiveRefused", {
  code: Schema.String as unknown as Schema.Codec<LiveErrorCode, string>,
  message: Schema.String
}) {}
