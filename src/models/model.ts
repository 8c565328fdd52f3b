import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Agent, AskedCriterion, CompanyLines, FaqEntry, Texts } from "../../machines/company/settings.ts"
import type { Language } from "../../machines/conversation/events.ts"
import type { conversationJobs } from "../../machines/conversation/jobs.ts"

export type { AskedCriterion, FaqEntry, Texts } from "../../machines/company/settings.ts"

type JobInput = typeof conversationJobs.writeReply.input.Type

/** All that a model may use to write one reply. */
export interface ReplyRequest extends Omit<JobInput, "agent" | "lines"> {
  /** The lead's messages that nobody has answered yet, each with the day on which it was written where that is known. */
  readonly lines: ReadonlyArray<Line & { readonly day?: string }>
  /** The day of the request in the company's time zone, `2026-11-20`: "next week" counts from it. */
  readonly today: string
  readonly company: {
    readonly name: string
    readonly language: JobInput["language"]
    readonly agent: Agent
    readonly criteria: ReadonlyArray<AskedCriterion>
    readonly faq: ReadonlyArray<FaqEntry>
    readonly lines: CompanyLines
  }
}

/** The text in the wanted language, else in the company's, else in any. */
export const textIn = (texts: Texts, wanted: Language, companys: Language): string =>
  texts[wanted] ?? texts[companys] ?? texts.pt ?? texts.en ?? texts.es ?? ""

/** One line of the conversation, as the model reads it. */
export type Line = JobInput["lines"][number]

/** The reply, and what it cost. The hash is SHA-256 of the canonical request; money in US dollars. */
export type Reply = typeof conversationJobs.writeReply.output.Type

/** What the reply says and means, before its cost is known. */
export type ReplyContent = Omit<Reply, "model" | "promptHash" | "tokensIn" | "tokensOut" | "costUsd">

/** The model won't answer this request, now or later. */
export class ModelRefused extends Schema.TaggedError<ModelRefused>()("ModelRefused", {
  /** A stable word, such as `wrongRequest` or `unsafe`. */
  reason: Schema.String,
  message: Schema.String
}) {}

/** The model can't answer for now; `retryAfterMs` if it said when. */
export class ModelUnavailable extends Schema.TaggedError<ModelUnavailable>()("ModelUnavailable", {
  /** A stable word, such as `rateLimited`, `overloaded` or `unreachable`. */
  reason: Schema.String,
  message: Schema.String,
  retryAfterMs: Schema.optionalKey(Schema.Number)
}) {}

/** The port to whatever writes our replies. */
export class LanguageModel extends Context.Service<
  LanguageModel,
  {
    readonly writeReply: (request: ReplyRequest) => Effect.Effect<Reply, ModelRefused | ModelUnavailable>
  }
>()("centurion/llm/LanguageModel") {}
