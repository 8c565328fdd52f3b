import * as Effect from "effect/Effect"
import type { JobHandler } from "../../actors/jobs/job-handler.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { conversationJobs } from "../../machines/conversation/jobs.ts"
import { Channels, channelNamed } from "./channels.ts"
import { decodeInput } from "./decode-input.ts"

const name = "showTyping"
const decode = decodeInput(name, conversationJobs.showTyping.input)

/** Shows "typing…" to the lead; a channel that can't is no failure. */
export const showTyping = Effect.gen(function* () {
  const channels = yield* Channels
  const run = Effect.fn("showTyping")(function* (input: Json) {
    const { channel: wanted, instance, contact, durationMs } = yield* decode(input)
    const channel = yield* channelNamed(channels, wanted)
    yield* channel.showTyping?.({ instance, contact }, durationMs) ?? Effect.void
    return null
  })
  return {
    name,
    idempotency: "safe",
    // Shown late, it would be shown for nothing.
    retriesMax: 0,
    timeoutMs: 5000,
    run
  } satisfies JobHandler
})
