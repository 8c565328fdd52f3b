import * as Effect from "effect/Effect"
import type { JobContext, JobHandler } from "../../actors/jobs/job-handler.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { conversationJobs } from "../../machines/conversation/jobs.ts"
import { Companies } from "../companies/companies.ts"
import { Channels, channelOf, channelOut } from "./channels.ts"
import { decodeInput } from "./decode-input.ts"

const name = "showTyping"
const decode = decodeInput(name, conversationJobs.showTyping.input)

/** Shows "typing…" to the lead; a channel that can't is no failure. */
export const showTyping = Effect.gen(function* () {
  const channels = yield* Channels
  const companies = yield* Companies
  const run = Effect.fn("showTyping")(function* (input: Json, context: JobContext) {
    const job = yield* decode(input)
    const { instance, contact, durationMs } = job
    const channel = yield* channelOut(channels, companies, job, context)
    yield* channel.showTyping?.({ instance, contact }, durationMs) ?? Effect.void
    return null
  })
  return {
    name,
    idempotency: "safe",
    service: channelOf,
    // Shown late, it would be shown for nothing.
    retriesMax: 0,
    timeoutMs: 5000,
    run
  } satisfies JobHandler
})
