import * as Schema from "effect/Schema"
import { Answer } from "../conversation/events.ts"
import { personal } from "../personal.ts"

const by = Schema.String
const reason = Schema.String
const at = Schema.Finite

/** One thing that the company wants to know of a lead, and what each answer is worth. */
export const Criterion = Schema.Struct({
  name: Schema.String,
  kind: Schema.Literals(["money", "count", "date", "yesNo", "text"]),
  /** Points when met; the score is the points met out of all, times 100. */
  weight: Schema.Finite,
  /** Met when the number is at least this (`money`, `count`), or the date within so many days (`date`). */
  atLeast: Schema.optionalKey(Schema.Finite),
  withinDays: Schema.optionalKey(Schema.Finite),
  /** `yesNo`: which answer meets it; default true. */
  meets: Schema.optionalKey(Schema.Boolean),
  /** Not met means disqualified at once, with this reason. */
  required: Schema.optionalKey(Schema.String)
})
export type Criterion = typeof Criterion.Type

/** What a lead starts with. */
export const LeadInput = Schema.Struct({
  /** The lead's own id, which its deal gets too; without it a qualified lead waits and is not handed off. */
  leadId: Schema.optionalKey(Schema.String),
  /** The conversation it came by; a later one that the lead speaks in takes its place. */
  conversationId: Schema.optionalKey(Schema.String),
  source: Schema.String,
  criteria: Schema.Array(Criterion),
  /** Qualified at this score or above, 0-100. */
  threshold: Schema.Finite
})
export type LeadInput = typeof LeadInput.Type

/** What a form may carry at most. Lengths in characters. */
export const formLimits = {
  fieldsMax: 50,
  nameMax: 60,
  valueMax: 2000,
  sourceMax: 60,
  campaignMax: 120
} as const

const short = (most: number) => Schema.NonEmptyString.check(Schema.isMaxLength(most))
/** What somebody filled in, by the name of the field. */
const Form = Schema.Record(Schema.String, Schema.String.check(Schema.isMaxLength(formLimits.valueMax))).check(
  Schema.isMaxProperties(formLimits.fieldsMax),
  Schema.isPropertyNames(short(formLimits.nameMax))
)

/** What may be delivered to a lead: by its conversations, by forms, by people. */
export const leadEvents = {
  /** Somebody left their contact, on a form or by a program; may come at any time, and again. */
  LeadSubmitted: Schema.Struct({
    source: short(formLimits.sourceMax),
    campaign: Schema.optionalKey(short(formLimits.campaignMax)),
    form: Schema.optionalKey(personal(Form)),
    at
  }),
  LeadSpoke: Schema.Struct({ conversationId: Schema.String, at }),
  LeadAnswered: Schema.Struct({ conversationId: Schema.String, ...Answer.fields, at }),
  PersonAskedFor: Schema.Struct({ conversationId: Schema.String, reason, at }),
  LeadOptedOut: Schema.Struct({ conversationId: Schema.String, said: personal(Schema.String), at }),
  /** The lead, or a person for it, ends the opt-out. */
  LeadOptedIn: Schema.Struct({ conversationId: Schema.String, by, reason, at }),
  /** We began a conversation that the lead has not spoken in. */
  ConversationBegan: Schema.Struct({ conversationId: Schema.String, at }),
  LeadDisqualifyAsked: Schema.Struct({ by, reason, at }),
  LeadQualifyAsked: Schema.Struct({ by, reason, at }),
  LeadReopenAsked: Schema.Struct({ by, reason, at }),
  CriteriaChanged: Schema.Struct({
    criteria: Schema.Array(Criterion),
    threshold: Schema.Finite,
    by,
    reason,
    at
  })
} as const

/** The facts that a lead emits. */
export const leadEmitted = {
  LeadCreated: Schema.Struct({ source: Schema.String }),
  LeadCaptured: Schema.Struct({ source: Schema.String, campaign: Schema.optionalKey(Schema.String) }),
  LeadEngaged: Schema.Struct({ conversationId: Schema.String }),
  LeadScored: Schema.Struct({
    score: Schema.Finite,
    threshold: Schema.Finite,
    met: Schema.Array(Schema.String),
    unmet: Schema.Array(Schema.String),
    open: Schema.Array(Schema.String)
  }),
  LeadQualified: Schema.Struct({ score: Schema.Finite, threshold: Schema.Finite, by, reason }),
  LeadDisqualified: Schema.Struct({ by, reason }),
  LeadHandedOff: Schema.Struct({ by, reason, dealId: Schema.String, score: Schema.Finite }),
  LeadReopened: Schema.Struct({ by, reason })
} as const
