import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import { type JobContext, JobFailedForNow, type JobHandler } from "../../actors/jobs/job-handler.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { conversationJobs } from "../../machines/conversation/jobs.ts"
import type { Outbound, Sent } from "../channels/channel.ts"
import { guardedFetch } from "../channels/guarded-fetch.ts"
import { Companies } from "../companies/companies.ts"
import { Channels, channelNamed, channelOf, channelOut } from "./channels.ts"
import { decodeInput } from "./decode-input.ts"

const name = "sendChunk"
const decode = decodeInput(name, conversationJobs.sendChunk.input)

const outboundOf = (
  { instance, contact, text, knownMessageIds }: typeof conversationJobs.sendChunk.input.Type,
  { key, firstAttemptAt, at: lastAttemptAt, now }: JobContext
): Outbound => ({
  instance,
  contact,
  text,
  key,
  firstAttemptAt,
  lastAttemptAt,
  ...(now === undefined ? {} : { now }),
  ...(knownMessageIds === undefined ? {} : { knownMessageIds })
})

const outputOf = ({ messageId, at }: Sent): Json => ({ messageId, at })

/** What it sends goes out only as long as this process owns the actor, by a look at the last moment. */
const whileOurs = <A, E>({ mayAct }: JobContext, sending: Effect.Effect<A, E>) =>
  mayAct === undefined ? sending : Effect.provideService(sending, FetchHttpClient.Fetch, guardedFetch(mayAct))

/** Sends one chunk by the conversation's channel, as safely as that channel declares. */
export const sendChunk = Effect.gen(function* () {
  const channels = yield* Channels
  const companies = yield* Companies

  const run = Effect.fn("sendChunk")(function* (input: Json, context: JobContext) {
    const job = yield* decode(input)
    const channel = yield* channelOut(channels, companies, job, context)
    return outputOf(yield* channel.send(outboundOf(job, context)))
  })

  const findReceipt = Effect.fn("sendChunk.findReceipt")(function* (input: Json, context: JobContext) {
    const job = yield* decode(input)
    const channel = yield* channelNamed(channels, job.channel)
    if (channel.findReceipt === undefined)
      return yield* new JobFailedForNow({
        reason: "noReceipts",
        message: `The channel ${channel.name} can't tell what it sent`,
        happened: "unknown"
      })
    return Option.map(yield* channel.findReceipt(outboundOf(job, context)), outputOf)
  })

  return {
    name,
    // A channel that is no longer set up can't be asked whether it sent what it began to send.
    idempotency: (input) => channels.get(channelOf(input))?.idempotency ?? "none",
    service: channelOf,
    run: (input, context) => whileOurs(context, run(input, context)),
    findReceipt: (input, context) =>
      findReceipt(input, context).pipe(
        Effect.catchTag("JobRefused", ({ reason, message }) =>
          Effect.fail(new JobFailedForNow({ reason, message, happened: "unknown" }))
        )
      )
  } satisfies JobHandler
})
