import * as Schema from "effect/Schema"
import { liveErrorCodes } from "./live-frames.ts"

/** A topic is not followed; the client is told why. */
export class LiveRefused extends Schema.TaggedError<LiveRefused>()("LiveRefused", {
  code: Schema.Literals(liveErrorCodes),
  message: Schema.String
}) {}
