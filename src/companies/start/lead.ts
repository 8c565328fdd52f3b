import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Criterion, type LeadInput } from "../../../machines/lead/events.ts"
import type { Start } from "./start.ts"

const toLeadCriterion = Schema.decodeUnknownSync(Criterion)

/** A lead comes by a form, or by a conversation, and is judged by what its company asks for. */
export const startLead: Start<LeadInput> = ({ address, event, starter, company }) =>
  Result.succeed({
    leadId: address.id,
    // Without a starter it was a conversation that spoke first, and that one says its own id.
    ...(starter === undefined ? {} : { conversationId: address.id }),
    source: event.type === "LeadSubmitted" ? String(event.source) : (starter?.channel ?? "conversation"),
    // Only what the lead judges by: the questions are the agent's business.
    criteria: company.qualification.criteria.map((criterion) => toLeadCriterion(criterion)),
    threshold: company.qualification.threshold
  })
