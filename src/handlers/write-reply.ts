import * as Effect from "effect/Effect"
import {
  type JobContext,
  JobFailedForNow,
  type JobHandler,
  JobRefused
} from "../../actors/jobs/job-handler.ts"
import type { Json } from "../../eventstore/database/json.ts"
import { storable } from "../../eventstore/database/storable-text.ts"
import { conversationJobs } from "../../machines/conversation/jobs.ts"
import { Companies } from "../companies/companies.ts"
import type { Company } from "../companies/company.ts"
import { LanguageModel, type Reply, type ReplyRequest } from "../models/model.ts"
import { dayInTimeZone } from "./day-in-time-zone.ts"
import { decodeInput } from "./decode-input.ts"

const name = "writeReply"
const decode = decodeInput(name, conversationJobs.writeReply.input)
type Input = typeof conversationJobs.writeReply.input.Type

const requestOf = ({ agent: _, ...input }: Input, company: Company, context: JobContext): ReplyRequest => ({
  ...input,
  history: input.history.map(({ at: _, ...line }) => line),
  lines: input.lines.map(({ at, ...line }) =>
    at === undefined ? line : { ...line, day: dayInTimeZone(at, company.conversation.timeZone) }
  ),
  // By the first attempt: a retry after midnight asks the model for the same.
  today: dayInTimeZone(context.firstAttemptAt, company.conversation.timeZone),
  company: {
    name: company.name,
    language: company.language,
    agent: company.agent,
    criteria: company.qualification.criteria,
    faq: company.faq,
    lines: company.lines
  }
})

/** Why a person should go on, as it stands in history in the clear. */
const handOverReasons: ReadonlySet<string> = new Set(["askedForPerson", "qualified", "cannotAnswer"])

/** In a model's own words it might tell about the lead. */
const handOverReason = (given: string) => (handOverReasons.has(given) ? given : "cannotAnswer")

/** Only what the company asked for is an answer, and only what it can ask is asked. */
const checked = Effect.fnUntraced(function* (reply: Reply, company: Company) {
  const chunks = reply.chunks.map((chunk) => storable(chunk).trim()).filter((chunk) => chunk !== "")
  if (chunks.length === 0)
    return yield* new JobFailedForNow({
      reason: "emptyReply",
      message: `The model ${reply.model} wrote nothing`,
      happened: "no"
    })
  const isAsked = (criterion: string | undefined) =>
    company.qualification.criteria.some((one) => one.name === criterion)
  const { asks, handOver, ...rest } = reply
  const answers = reply.answers
    .filter((answer) => isAsked(answer.criterion))
    .map(({ criterion, value, said }) => ({
      criterion,
      value: typeof value === "string" ? storable(value) : value,
      said: storable(said)
    }))
  return {
    ...rest,
    chunks,
    answers,
    ...(asks !== undefined && isAsked(asks) ? { asks } : {}),
    ...(handOver === undefined ? {} : { handOver: handOverReason(handOver) })
  } satisfies Json
})

const suspendedRetryMs = 60_000

/** It is asked for again while the retries last; whoever wrote meanwhile and later is answered when they write again. */
const suspended = (company: string) =>
  new JobFailedForNow({
    reason: "companySuspended",
    message: `The company "${company}" is suspended, so its AI writes nothing`,
    happened: "no",
    retryAfterMs: suspendedRetryMs
  })

/** Asks the language model for the reply to a turn, as the company of the conversation wants it. */
export const writeReply = Effect.gen(function* () {
  const companies = yield* Companies
  const model = yield* LanguageModel
  const run = Effect.fn("writeReply")(function* (input: Json, context: JobContext) {
    const job = yield* decode(input)
    const company = yield* companies.get(context.address.company)
    if (company.status === "suspended") return yield* suspended(company.id)
    const reply = yield* model.writeReply(requestOf(job, company, context))
    return yield* checked(reply, company)
  })
  return {
    name,
    // A model call changes nothing outside; made twice, it costs twice.
    idempotency: "safe",
    run: (input, context) =>
      run(input, context).pipe(
        Effect.catchTags({
          UnknownCompany: ({ message }) => Effect.fail(new JobRefused({ reason: "unknownCompany", message })),
          ModelRefused: ({ reason, message }) => Effect.fail(new JobRefused({ reason, message })),
          ModelUnavailable: ({ reason, message, retryAfterMs }) =>
            Effect.fail(
              new JobFailedForNow({
                reason,
                message,
                happened: "no",
                ...(retryAfterMs === undefined ? {} : { retryAfterMs })
              })
            )
        })
      )
  } satisfies JobHandler
})
