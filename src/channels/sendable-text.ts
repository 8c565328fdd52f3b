import * as Effect from "effect/Effect"
import { JobRefused } from "../../actors/jobs/job-handler.ts"
import type { Outbound } from "./channel.ts"
import { cleanText, looksEmpty } from "./clean-text.ts"

/**
 * The cleaned text of a chunk that a text-only channel can send for one of its instances; refuses with
 * `unknownInstance`, `mediaNotSupported`, `emptyText` or `textTooLong` before anything goes out.
 */
export const sendableText = (
  outbound: Outbound,
  instances: ReadonlyArray<string>,
  lengthMax: number
): Effect.Effect<string, JobRefused> => {
  const refuse = (reason: string, message: string) => Effect.fail(new JobRefused({ reason, message }))
  if (!instances.includes(outbound.instance)) {
    return refuse("unknownInstance", `instance ${outbound.instance} is not one of this channel`)
  }
  if (outbound.media !== undefined) return refuse("mediaNotSupported", "this channel sends text only")
  if (looksEmpty(outbound.text)) return refuse("emptyText", "there is nothing to send")
  if (outbound.text.length > lengthMax) {
    return refuse("textTooLong", `the text is longer than ${lengthMax} characters`)
  }
  return Effect.succeed(cleanText(outbound.text, lengthMax))
}
