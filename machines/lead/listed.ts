import type { ListedMachine } from "../listed-machine.ts"
import { LeadInput, leadEmitted, leadEvents } from "./events.ts"
import { leadJobs } from "./jobs.ts"
import { leadMachine } from "./machine.ts"
import { type Lead, optedOutReason } from "./rules.ts"

/** A lead of before 2.0.0 knows its last conversation, and an opt-out by what it was disqualified for. */
const withConversations = (state: unknown) => {
  const { context } = state as { readonly context: Partial<Lead> }
  const { conversationId = null, disqualified = null } = context
  return {
    ...(state as object),
    context: {
      conversations: conversationId === null ? [] : [conversationId],
      optedOut: disqualified?.reason === optedOutReason,
      ...context
    }
  }
}

/** What the engine and the API know of leads. */
export const lead = {
  machine: leadMachine,
  source: import.meta.url,
  fromPeople: ["LeadSubmitted", "LeadQualifyAsked", "LeadDisqualifyAsked", "LeadReopenAsked"],
  sentElsewhere: ["LeadSubmitted"],
  input: LeadInput,
  events: leadEvents,
  emitted: leadEmitted,
  jobs: leadJobs,
  migrate: withConversations
} satisfies ListedMachine<keyof typeof leadEvents>
