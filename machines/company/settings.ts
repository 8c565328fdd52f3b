import * as Schema from "effect/Schema"
import { Language } from "../conversation/events.ts"
import { Criterion } from "../lead/events.ts"
import { exampleCompany } from "./example.ts"

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

/** Says in documents what a setting does. */
const said = <S extends Schema.Top>(description: string, schema: S): S["Rebuild"] =>
  schema.annotateKey({ description })

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
  name: said("Its name in events and tables; each once.", word),
  kind: said("What kind of answer it takes.", Criterion.fields.kind),
  weight: said(
    "Its points when it is met. The score of a lead is the points met out of all, times 100.",
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))
  ),
  atLeast: Schema.optionalKey(
    said("For `money` and `count`: met from this number on.", Criterion.fields.atLeast.schema)
  ),
  withinDays: Schema.optionalKey(
    said("For `date`: met when it is within so many days.", Criterion.fields.withinDays.schema)
  ),
  meets: Schema.optionalKey(
    said("For `yesNo`: which answer meets it; left out, `true`.", Criterion.fields.meets.schema)
  ),
  required: Schema.optionalKey(
    said("Not met disqualifies the lead at once, with this reason.", Criterion.fields.required.schema)
  ),
  question: said("How the agent asks for it.", Line),
  again: Schema.optionalKey(said("The same in other words, for who did not understand it.", Line)),
  cues: Schema.optionalKey(
    said(
      "Words of any language that show that a sentence is about this, even when nobody asked. `automa*` is a stem.",
      keywords
    )
  ),
  cuesAgainst: Schema.optionalKey(
    said(
      "For `yesNo`, words that show that the answer is no; else, words that show that it is about something else.",
      keywords
    )
  )
})
export type AskedCriterion = typeof AskedCriterion.Type

/** One thing that leads ask, found by its keywords. */
export const FaqEntry = Schema.Struct({
  name: said("Its name in events; each once.", word),
  keywords: said(
    "Words and phrases of any language that ask it; case and accents don't matter; `integra*` is a stem.",
    keywords.check(Schema.isMinLength(1))
  ),
  answer: said("What the agent answers.", textsOf(companyLimits.faqAnswerMax))
})
export type FaqEntry = typeof FaqEntry.Type

/** The persona that answers. */
export const Agent = Schema.Struct({
  id: said("Who it is in events: `agent:<id>`.", word),
  name: said("How it calls itself.", shortName)
})
export type Agent = typeof Agent.Type

/** What the agent always says in the same way. */
export const CompanyLines = Schema.Struct({
  greeting: said('Who we are, after the "Oi, Ana!".', Line),
  firstContact: said("The line before the first question of a conversation that we begin.", Line),
  handOver: said("A person of the team goes on.", Line)
})
export type CompanyLines = typeof CompanyLines.Type

/** An account on a channel that belongs to the company. */
export const CompanyInstance = Schema.Struct({
  channel: said("The name of a channel.", word),
  instance: said("The number, bot or page; `*` is any that no other company names.", shortName)
})

const isTimeZone = (name: string) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

const duration = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 366 * 24 * 3_600_000 }))
const minuteOfDay = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 24 * 60 }))
const hours = Schema.Struct({
  fromMinute: said("Minutes after midnight: 540 is 9:00.", minuteOfDay),
  toMinute: said("Minutes after midnight, above `fromMinute`: 1080 is 18:00.", minuteOfDay)
}).check(Schema.makeFilter((one) => one.fromMinute < one.toMinute || "Expected fromMinute before toMinute"))

/** The settings of the conversations, as in a company's file: what is left out has its default. */
const ConversationPart = Schema.Struct({
  turnClosureMs: Schema.optionalKey(said("The silence that ends the lead's turn.", duration)),
  typing: Schema.optionalKey(
    said(
      "The pace of the agent's writing.",
      Schema.Struct({
        charactersPerMinute: said(
          "Characters a minute.",
          Schema.Int.check(Schema.isBetween({ minimum: 60, maximum: 1_000_000 }))
        ),
        minMs: said("The shortest pause before a chunk.", duration),
        maxMs: said("The longest pause before a chunk, not below `minMs`.", duration)
      }).check(Schema.makeFilter((one) => one.minMs <= one.maxMs || "Expected minMs not above maxMs"))
    )
  ),
  followUpAfterMs: Schema.optionalKey(
    said(
      "The silence after our last message before the first, second, third follow-up; `[]` for none.",
      Schema.Array(duration).check(Schema.isMaxLength(3))
    )
  ),
  timeZone: Schema.optionalKey(
    said(
      "Of the business hours, of dates that leads name, and of the days of analysts' views: an IANA time zone.",
      Schema.String.check(Schema.makeFilter((name) => isTimeZone(name) || "Expected an IANA time zone"))
    )
  ),
  businessHours: Schema.optionalKey(
    said(
      "Seven days, Sunday first; `null` is closed. Follow-ups go out inside them only.",
      Schema.Array(Schema.NullOr(hours)).check(
        Schema.makeFilter((days) => days.length === 7 || "Expected 7 days, Sunday first")
      )
    )
  ),
  approveFirstContact: Schema.optionalKey(
    said("Whether the AI's first message waits for a person's yes.", Schema.Boolean)
  ),
  returnToAiAfterMs: Schema.optionalKey(
    said(
      "After this long without a message of a person who took a conversation, the AI goes on by itself; 0 is never.",
      duration
    )
  ),
  closeAfterMs: Schema.optionalKey(
    said(
      "A conversation is closed after this long without a word from either side; a minute at least.",
      duration
    )
  )
})

const isNameOnce = <A extends { readonly name: string }>(list: ReadonlyArray<A>) => {
  const again = list.find((one, index) => list.findIndex((other) => other.name === one.name) < index)
  return again === undefined || `Expected every name once, "${again.name}" is there again`
}

const Qualification = Schema.Struct({
  criteria: said(
    "What the agent asks for, in this order.",
    Schema.Array(AskedCriterion).check(
      Schema.isMaxLength(companyLimits.criteriaMax),
      Schema.makeFilter(isNameOnce)
    )
  ),
  threshold: said(
    "A lead of this score or above is qualified.",
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }))
  )
})

const Faq = Schema.Array(FaqEntry).check(
  Schema.isMaxLength(companyLimits.faqMax),
  Schema.makeFilter(isNameOnce)
)

const Lines = Schema.Struct({
  greeting: Schema.optionalKey(CompanyLines.fields.greeting),
  firstContact: Schema.optionalKey(CompanyLines.fields.firstContact),
  handOver: Schema.optionalKey(CompanyLines.fields.handOver)
})

const retentionDays = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 36_500 }))
const Instances = Schema.Array(CompanyInstance).check(Schema.isMaxLength(companyLimits.instancesMax))

/** What the company means to spend on its models. */
export const Budgets = Schema.Struct({
  monthUsd: said(
    "US dollars a month; a day's share is a thirtieth of it.",
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: companyLimits.budgetMaxUsd }))
  ),
  warnAtPercent: Schema.optionalKey(
    said(
      "Warned when a day costs more than so many percent of its share; left out, 120.",
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))
    )
  )
})

const sections = {
  name: said("What leads read as the company's name.", shortName),
  language: said("What the agent speaks until the lead shows another.", Language),
  agent: said("The persona that answers.", Agent),
  conversation: said("Pace and hours of conversations that begin afterwards.", ConversationPart),
  qualification: said("What makes a lead a good one, for leads that begin afterwards.", Qualification),
  faq: said("What leads ask, and the answers.", Faq),
  lines: said(
    "What the agent always says in the same way; `{agent}` and `{company}` stand for their names.",
    Lines
  ),
  retentionDays: said("Erased after so many days without a word; without it nobody is.", retentionDays),
  instances: said("The accounts of channels that are the company's.", Instances),
  budgets: said("What the company means to spend on its models; nothing is stopped by it.", Budgets)
}

/** A company's file. Only `id` and `name` are needed. */
export const CompanyFile = Schema.Struct({
  id: said("First in every key and address; never changed, never given again.", CompanyId),
  name: sections.name,
  language: Schema.optionalKey(sections.language),
  agent: Schema.optionalKey(sections.agent),
  conversation: Schema.optionalKey(sections.conversation),
  qualification: Schema.optionalKey(sections.qualification),
  faq: Schema.optionalKey(sections.faq),
  lines: Schema.optionalKey(sections.lines),
  retentionDays: Schema.optionalKey(sections.retentionDays),
  instances: Schema.optionalKey(sections.instances),
  budgets: Schema.optionalKey(sections.budgets)
}).annotate({ examples: [exampleCompany] })
export type CompanyFile = typeof CompanyFile.Type

/** Sections to change: each as a whole; null brings back what a company has that says nothing. */
export const CompanyChanges = Schema.Struct({
  name: Schema.optionalKey(sections.name),
  language: Schema.optionalKey(Schema.NullOr(sections.language)),
  agent: Schema.optionalKey(Schema.NullOr(sections.agent)),
  conversation: Schema.optionalKey(Schema.NullOr(sections.conversation)),
  qualification: Schema.optionalKey(Schema.NullOr(sections.qualification)),
  faq: Schema.optionalKey(Schema.NullOr(sections.faq)),
  lines: Schema.optionalKey(Schema.NullOr(sections.lines)),
  retentionDays: Schema.optionalKey(Schema.NullOr(sections.retentionDays)),
  instances: Schema.optionalKey(Schema.NullOr(sections.instances)),
  budgets: Schema.optionalKey(Schema.NullOr(sections.budgets))
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
