import * as Schema from "effect/Schema"
import { Language } from "../conversation/events.ts"
import { Criterion } from "../lead/events.ts"

/** What a company may fill in at most. Lengths in characters. */
export const companyLimits = {
  nameMax: 80,
  /** Of one question, greeting or closing line, so that a whole reply stays readable. */
  lineMax: 300,
  faqAnswerMax: 600,
  faqMax: 200,
  criteriaMax: 20,
  keywordsMax: 100,
  keywordMax: 60,
  instancesMax: 100,
  budgetMaxUsd: 10_000_000
} as const

/** The id of a company, first in every key and address. */
export const CompanyId = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9_-]{0,62}$/, { expected: "1-63 of a-z, 0-9, _ and -" })
)

const notBlank = Schema.String.check(Schema.isPattern(/\S/, { expected: "a text that is not blank" }))
const shortName = notBlank.check(Schema.isMaxLength(companyLimits.nameMax))
const word = Schema.String.check(
  Schema.isPattern(/^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/, { expected: "a letter, then letters, digits, _ and -" })
)

const textsOf = (max: number) => {
  const text = Schema.optionalKey(notBlank.check(Schema.isMaxLength(max)))
  return Schema.Struct({ pt: text, en: text, es: text }).check(
    Schema.makeFilter(
      (texts) => Object.keys(texts).length > 0 || "Expected a text in at least one of pt, en, es"
    )
  )
}

const Line = textsOf(companyLimits.lineMax)
const keywords = Schema.Array(
  Schema.NonEmptyString.check(Schema.isMaxLength(companyLimits.keywordMax))
).check(Schema.isMaxLength(companyLimits.keywordsMax))

/** The same text in the languages that a company speaks. */
export type Texts = typeof Line.Type

/** A criterion of the lead, and how the agent asks for it. */
export const AskedCriterion = Schema.Struct({
  ...Criterion.fields,
  name: word,
  weight: Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 1000 })),
  question: Line,
  /** The question in other words, for a lead who did not understand it. */
  again: Schema.optionalKey(Line),
  /** Words of any language that show that a sentence is about this, even when nobody asked. `automa*` is a stem. */
  cues: Schema.optionalKey(keywords),
  /** For `yesNo`, words that show that the answer is no; else, words that show that it is about something else. */
  cuesAgainst: Schema.optionalKey(keywords)
})
export type AskedCriterion = typeof AskedCriterion.Type

/** One thing that leads ask, found by its keywords. */
export const FaqEntry = Schema.Struct({
  name: word,
  /** Words and phrases of any language; case and accents don't matter; `integra*` is a stem. */
  keywords: keywords.check(Schema.isMinLength(1)),
  answer: textsOf(companyLimits.faqAnswerMax)
})
export type FaqEntry = typeof FaqEntry.Type

/** The persona that answers. */
export const Agent = Schema.Struct({ id: word, name: shortName })
export type Agent = typeof Agent.Type

/** What the agent always says in the same way. `{agent}` and `{company}` stand for their names. */
export const CompanyLines = Schema.Struct({
  /** Who we are, after the "Oi, Ana!". */
  greeting: Line,
  /** The line before the first question of a conversation that we begin. */
  firstContact: Line,
  /** A person of the team goes on. */
  handOver: Line
})
export type CompanyLines = typeof CompanyLines.Type

/** An account on a channel that belongs to the company; `*` is any account that no other company names. */
export const CompanyInstance = Schema.Struct({ channel: word, instance: shortName })

const isTimeZone = (name: string) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

const duration = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 366 * 24 * 3_600_000 }))
const minuteOfDay = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 24 * 60 }))
const hours = Schema.Struct({ fromMinute: minuteOfDay, toMinute: minuteOfDay }).check(
  Schema.makeFilter((one) => one.fromMinute < one.toMinute || "Expected fromMinute before toMinute")
)

/** The settings of the conversations, as in a company's file: what is left out has its default. */
const ConversationPart = Schema.Struct({
  turnClosureMs: Schema.optionalKey(duration),
  typing: Schema.optionalKey(
    Schema.Struct({
      charactersPerMinute: Schema.Int.check(Schema.isBetween({ minimum: 60, maximum: 1_000_000 })),
      minMs: duration,
      maxMs: duration
    }).check(Schema.makeFilter((one) => one.minMs <= one.maxMs || "Expected minMs not above maxMs"))
  ),
  followUpAfterMs: Schema.optionalKey(Schema.Array(duration).check(Schema.isMaxLength(3))),
  timeZone: Schema.optionalKey(
    Schema.String.check(Schema.makeFilter((name) => isTimeZone(name) || "Expected an IANA time zone"))
  ),
  businessHours: Schema.optionalKey(
    Schema.Array(Schema.NullOr(hours)).check(
      Schema.makeFilter((days) => days.length === 7 || "Expected 7 days, Sunday first")
    )
  ),
  approveFirstContact: Schema.optionalKey(Schema.Boolean),
  returnToAiAfterMs: Schema.optionalKey(duration),
  closeAfterMs: Schema.optionalKey(duration)
})

const isNameOnce = <A extends { readonly name: string }>(list: ReadonlyArray<A>) => {
  const again = list.find((one, index) => list.findIndex((other) => other.name === one.name) < index)
  return again === undefined || `Expected every name once, "${again.name}" is there again`
}

const Qualification = Schema.Struct({
  criteria: Schema.Array(AskedCriterion).check(
    Schema.isMaxLength(companyLimits.criteriaMax),
    Schema.makeFilter(isNameOnce)
  ),
  /** Of 0-100; qualified at or above. */
  threshold: Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
})

const Faq = Schema.Array(FaqEntry).check(
  Schema.isMaxLength(companyLimits.faqMax),
  Schema.makeFilter(isNameOnce)
)

const Lines = Schema.Struct({
  greeting: Schema.optionalKey(Line),
  firstContact: Schema.optionalKey(Line),
  handOver: Schema.optionalKey(Line)
})

const retentionDays = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 36_500 }))
const Instances = Schema.Array(CompanyInstance).check(Schema.isMaxLength(companyLimits.instancesMax))

/** What the company means to spend on its models. */
export const Budgets = Schema.Struct({
  /** US dollars a month; a day's share is a thirtieth of it. */
  monthUsd: Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: companyLimits.budgetMaxUsd })),
  /** Warned when a day costs more than so many percent of its share; default 120. */
  warnAtPercent: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })))
})

/** A company's file. Only `id` and `name` are needed. */
export const CompanyFile = Schema.Struct({
  id: CompanyId,
  name: shortName,
  language: Schema.optionalKey(Language),
  agent: Schema.optionalKey(Agent),
  conversation: Schema.optionalKey(ConversationPart),
  qualification: Schema.optionalKey(Qualification),
  faq: Schema.optionalKey(Faq),
  lines: Schema.optionalKey(Lines),
  /** Who was not heard of for so many days is erased; without it nobody is. */
  retentionDays: Schema.optionalKey(retentionDays),
  instances: Schema.optionalKey(Instances),
  budgets: Schema.optionalKey(Budgets)
})
export type CompanyFile = typeof CompanyFile.Type

/** Sections to change: each as a whole; null brings back what a company has that says nothing. */
export const CompanyChanges = Schema.Struct({
  name: Schema.optionalKey(shortName),
  language: Schema.optionalKey(Schema.NullOr(Language)),
  agent: Schema.optionalKey(Schema.NullOr(Agent)),
  conversation: Schema.optionalKey(Schema.NullOr(ConversationPart)),
  qualification: Schema.optionalKey(Schema.NullOr(Qualification)),
  faq: Schema.optionalKey(Schema.NullOr(Faq)),
  lines: Schema.optionalKey(Schema.NullOr(Lines)),
  retentionDays: Schema.optionalKey(Schema.NullOr(retentionDays)),
  instances: Schema.optionalKey(Schema.NullOr(Instances)),
  budgets: Schema.optionalKey(Schema.NullOr(Budgets))
})
export type CompanyChanges = typeof CompanyChanges.Type

/** The sections of the settings, in the order in which changes are told. */
export const companySections = [
  "name",
  "language",
  "agent",
  "conversation",
  "qualification",
  "faq",
  "lines",
  "retentionDays",
  "instances",
  "budgets"
] as const satisfies ReadonlyArray<keyof CompanyChanges>
export type CompanySection = (typeof companySections)[number]
