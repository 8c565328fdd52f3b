import type { EventsOf, Rule, Told } from "../rule.ts"
import { type Assessment, assess, type KeptAnswer } from "./assessment.ts"
import type { Criterion, LeadInput, leadEmitted, leadEvents } from "./events.ts"

/** What a lead knows. */
export type Lead = {
  readonly leadId: string | null
  /** The conversation that the lead spoke in last. */
  readonly conversationId: string | null
  /** All that it is known to have, on every account and channel, the newest last. */
  readonly conversations: ReadonlyArray<string>
  /** It wants no messages, in none of them. */
  readonly optedOut: boolean
  readonly source: string
  readonly criteria: ReadonlyArray<Criterion>
  readonly threshold: number
  readonly answers: ReadonlyArray<KeptAnswer>
  readonly score: number
  /** The last `LeadScored`, so that nothing is said twice. */
  readonly assessment: Assessment
  readonly personAskedFor: { readonly reason: string; readonly at: number } | null
  readonly disqualified: { readonly by: string; readonly reason: string } | null
  /** Set at the first handoff; the deal is asked for that once only. */
  readonly dealId: string | null
}

export type LeadEvent = EventsOf<typeof leadEvents>
export type LeadEmitted = EventsOf<typeof leadEmitted>
export type LeadRule = Rule<Lead, LeadEvent, LeadEmitted>
type On<Type extends LeadEvent["type"]> = Extract<LeadEvent, { type: Type }>

/** A lead keeps the answers to at most this many criteria. */
export const answersMax = 100

/** So many of its conversations are told of an opt-out, the newest. */
export const conversationsMax = 50

/** The reason of a lead that was disqualified because it wants no more messages. */
export const optedOutReason = "optedOut"

/** What a lead knows when it is created. */
export const newLead = (input: LeadInput): Lead => ({
  leadId: input.leadId ?? null,
  conversationId: input.conversationId ?? null,
  conversations: [],
  optedOut: false,
  source: input.source,
  criteria: input.criteria,
  threshold: input.threshold,
  answers: [],
  score: 0,
  assessment: assess(input.criteria, []),
  personAskedFor: null,
  disqualified: null,
  dealId: null
})

/** The answers and criteria as they will be after this event: what guards look at. */
export const foreseen = (lead: Lead, event: LeadEvent): Pick<Lead, "answers" | "criteria" | "threshold"> => {
  const { answers, criteria, threshold } = lead
  if (event.type === "CriteriaChanged") {
    return { answers, criteria: event.criteria, threshold: event.threshold }
  }
  if (event.type !== "LeadAnswered") return { answers, criteria, threshold }
  const { criterion, value, said, at } = event
  const others = answers.filter((each) => each.criterion !== criterion)
  return { answers: [...others, { criterion, value, said, at }].slice(-answersMax), criteria, threshold }
}

/** Why this event disqualifies the lead: a required criterion that it answers, or that now is required, is unmet. */
export const reasonToDisqualify = (lead: Lead, event: LeadEvent): string | null => {
  const { answers, criteria } = foreseen(lead, event)
  // A person may have reopened the lead in spite of an old answer: only what is new counts.
  const looked =
    event.type === "LeadAnswered" ? criteria.filter((each) => each.name === event.criterion) : criteria
  return assess(looked, answers).failed
}

/** Whether the score reaches the threshold with this event. */
export const reachesThreshold = (lead: Lead, event: LeadEvent): boolean => {
  const { answers, criteria, threshold } = foreseen(lead, event)
  return answers.length > 0 && assess(criteria, answers).score >= threshold
}

export const create: LeadRule = ({ source }) => ({ emit: [{ type: "LeadCreated", source }] })

export const capture: LeadRule = (_, event) => {
  const { source, campaign } = event as On<"LeadSubmitted">
  return { emit: [{ type: "LeadCaptured", source, ...(campaign === undefined ? {} : { campaign }) }] }
}

export const engage: LeadRule = (lead, event) => {
  const { conversationId } = event as On<"LeadSpoke" | "LeadAnswered">
  return { ...noteConversation(lead, event), emit: [{ type: "LeadEngaged", conversationId }] }
}

const withConversation = ({ conversations }: Lead, id: string): ReadonlyArray<string> =>
  conversations.includes(id) ? conversations : [...conversations, id].slice(-conversationsMax)

const toConversation = (id: string, event: Told["event"]): Told => ({ machine: "conversation", id, event })

/** Keeps the conversation; one that begins after the opt-out is told of it. */
export const noteConversation: LeadRule = (lead, event) => {
  const { type, conversationId, at } = event as On<"LeadSpoke" | "LeadAnswered" | "ConversationBegan">
  return {
    context: {
      conversationId: type === "ConversationBegan" ? lead.conversationId : conversationId,
      conversations: withConversation(lead, conversationId)
    },
    tell: lead.optedOut
      ? [toConversation(conversationId, { type: "LeadOptedOut", said: "", at } as never)]
      : []
  }
}

/** An opt-out is a word to the whole company: all other conversations are told. */
export const silence: LeadRule = (lead, event) => {
  const { conversationId, said, at } = event as On<"LeadOptedOut">
  const conversations = withConversation(lead, conversationId)
  const others = conversations.filter((id) => id !== conversationId)
  return {
    context: { optedOut: true, conversations },
    tell: others.map((id) => toConversation(id, { type: "LeadOptedOut", said, at } as never))
  }
}

/** So is the word that ends it. */
export const endSilence: LeadRule = (lead, event) => {
  const { conversationId, by, reason, at } = event as On<"LeadOptedIn">
  const conversations = withConversation(lead, conversationId)
  const others = conversations.filter((id) => id !== conversationId)
  return {
    context: { optedOut: false, conversations },
    tell: others.map((id) => toConversation(id, { type: "LeadOptedIn", by, reason, at } as never))
  }
}

/** Keeps an answer, or new criteria, and tells the score when it changed. */
export const score: LeadRule = (lead, event) => {
  const seen = foreseen(lead, event)
  const assessment = assess(seen.criteria, seen.answers)
  const context = { ...seen, assessment, score: assessment.score }
  const told = ({ score, met, unmet, open }: Assessment, threshold: number): LeadEmitted => ({
    type: "LeadScored",
    score,
    threshold,
    met,
    unmet,
    open
  })
  const now = told(assessment, seen.threshold)
  const same = JSON.stringify(now) === JSON.stringify(told(lead.assessment, lead.threshold))
  return same ? { context } : { context, emit: [now] }
}

export const qualify: LeadRule = ({ score, threshold }, event) => {
  const { by, reason } =
    event.type === "LeadQualifyAsked" ? event : { by: "engine", reason: "the score reached the threshold" }
  return { emit: [{ type: "LeadQualified", score, threshold, by, reason }] }
}

/** The deal has the lead's own id, so that even a second word to it would reach the same deal. */
export const handOff: LeadRule = (lead, event) => {
  const { leadId, conversationId, score } = lead
  if (leadId === null || lead.dealId !== null) return {}
  const { by, reason } =
    event.type === "LeadQualifyAsked" ? event : { by: "engine", reason: `qualified with ${score}` }
  const known = conversationId === null ? {} : { conversationId }
  const { at } = event
  const open = { type: "DealOpenAsked", leadId, ...known, score, by, reason, at }
  const tell: Array<Told> = [{ machine: "deal", id: leadId, event: open }]
  if (conversationId !== null) {
    const handOver = { type: "HandOverAsked", by, reason, at }
    tell.push({ machine: "conversation", id: conversationId, event: handOver })
  }
  return {
    context: { dealId: leadId },
    emit: [{ type: "LeadHandedOff", by, reason, dealId: leadId, score }],
    tell
  }
}

export const disqualify: LeadRule = (lead, event) => {
  const by = whoDisqualifies(lead, event)
  return { context: { disqualified: by }, emit: [{ type: "LeadDisqualified", ...by }] }
}

const whoDisqualifies = (lead: Lead, event: LeadEvent): { by: string; reason: string } => {
  if (event.type === "LeadOptedOut") return { by: "lead", reason: optedOutReason }
  if (event.type === "LeadDisqualifyAsked") return { by: event.by, reason: event.reason }
  return { by: "engine", reason: reasonToDisqualify(lead, event) ?? "required" }
}

export const reopen: LeadRule = (lead, event) => {
  const { by, reason } = event as On<"LeadReopenAsked" | "LeadOptedIn">
  const optedOut = by === "lead" ? false : lead.optedOut
  return { context: { disqualified: null, optedOut }, emit: [{ type: "LeadReopened", by, reason }] }
}

export const notePersonAskedFor: LeadRule = (_, event) => {
  const { reason, at } = event as On<"PersonAskedFor">
  return { context: { personAskedFor: { reason, at } } }
}
