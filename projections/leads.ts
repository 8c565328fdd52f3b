import {
  integer,
  json,
  maybeInteger,
  maybeJson,
  maybeText,
  maybeTime,
  oneOf,
  text,
  texts,
  time
} from "./column.ts"
import { elements, maybeWhole, maybeWords, whole, words } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

const columns = {
  lead_id: text("The lead's id; its contact and its deal have the same one."),
  state: oneOf(["new", "engaged", "qualified", "handedOff", "disqualified"], "Where the lead stands.", {
    filters: true,
    sorts: true
  }),
  source: text("Where it came from: a channel, `form`, `conversation`.", { filters: true }),
  campaign: maybeText("The campaign that it last came by, as a form told.", { filters: true }),
  form: maybeJson<Record<string, string>>("What it last filled in, by the name of the field.", {
    personal: true
  }),
  submitted_at: maybeTime("When it last filled in a form.", { filters: true, sorts: true }),
  score: integer("0-100: the weight of the criteria that are met, out of all.", {
    filters: true,
    sorts: true
  }),
  threshold: maybeInteger("Qualified at this score or above."),
  met: texts("Criteria that its answers meet."),
  unmet: texts("Criteria that its answers don't meet."),
  open: texts("Criteria that it has not answered."),
  answers: json<Record<string, unknown>>(
    'By criterion, what the lead answered and in which words: `{"budget": {"value": 6000, "said": "six thousand"}}`.',
    {
      personal: true
    }
  ),
  conversation_id: maybeText("The conversation that it spoke in last.", { filters: true }),
  deal_id: maybeText("Its deal, once it was handed off."),
  why: maybeText("Why it was qualified or disqualified, or handed off: the reason given."),
  decided_by: maybeText("Who qualified or disqualified it: `person:…`, `agent:…`, `criteria`."),
  created_at: time("When it was first heard of.", { filters: true, sorts: true }),
  engaged_at: maybeTime("When it first spoke."),
  qualified_at: maybeTime("When it was qualified."),
  handed_off_at: maybeTime("When its deal was opened."),
  disqualified_at: maybeTime("When it was disqualified."),
  updated_at: time("When anything of it last changed.", { filters: true, sorts: true }),
  version: integer("The version of its stream that this row shows.")
}
type Lead = RowOf<typeof columns>

/** Leads, with their score, the criteria behind it, and why they were decided as they were. */
export const leads = readModel({
  name: "leads",
  version: 1,
  about:
    "One row for each lead: where it stands, its score, which criteria are met, and why it was decided so.",
  machines: ["lead"],
  key: ["lead_id"],
  columns,
  // Boards list a state by its newest, be it a rare one.
  indexes: [["state", "created_at", "lead_id"]],
  fold: (event) => [{ key: [event.id], change: (row) => next(row ?? newLead(event), event) }]
})

const newLead = ({ id, recordedAt, version, data }: PastEvent): Lead => ({
  lead_id: id,
  state: "new",
  source: words(data.input?.source),
  campaign: null,
  form: null,
  submitted_at: null,
  score: 0,
  threshold: maybeWhole(data.input?.threshold),
  met: [],
  unmet: [],
  open: elements(data.input?.criteria).map((criterion) => words(criterion?.name)),
  answers: {},
  conversation_id: maybeWords(data.input?.conversationId),
  deal_id: null,
  why: null,
  decided_by: null,
  created_at: recordedAt,
  engaged_at: null,
  qualified_at: null,
  handed_off_at: null,
  disqualified_at: null,
  updated_at: recordedAt,
  version
})

const next = (row: Lead, event: PastEvent): Lead => ({
  ...row,
  ...changes(row, event),
  updated_at: event.recordedAt,
  version: event.version
})

const changes = (row: Lead, { type, data, recordedAt }: PastEvent): Partial<Lead> => {
  switch (type) {
    case "LeadSubmitted":
      return { form: data.form ?? row.form, submitted_at: recordedAt }
    case "LeadCaptured":
      return { campaign: maybeWords(data.campaign) ?? row.campaign }
    case "LeadSpoke":
      return { conversation_id: maybeWords(data.conversationId) }
    case "LeadAnswered":
      return {
        conversation_id: maybeWords(data.conversationId),
        answers: { ...row.answers, [data.criterion]: { value: data.value, said: data.said } }
      }
    case "LeadEngaged":
      return { state: "engaged", engaged_at: row.engaged_at ?? recordedAt }
    case "LeadScored":
      return {
        score: whole(data.score),
        threshold: maybeWhole(data.threshold),
        met: names(data.met),
        unmet: names(data.unmet),
        open: names(data.open)
      }
    case "LeadQualified":
      return { state: "qualified", ...decided(data), qualified_at: recordedAt }
    case "LeadHandedOff":
      return {
        state: "handedOff",
        deal_id: maybeWords(data.dealId),
        handed_off_at: row.handed_off_at ?? recordedAt
      }
    case "LeadDisqualified":
      return { state: "disqualified", ...decided(data), disqualified_at: recordedAt }
    case "LeadReopened":
      return {
        state: row.deal_id === null ? "engaged" : "handedOff",
        ...decided(data),
        disqualified_at: null
      }
    default:
      return {}
  }
}

const names = (given: unknown): ReadonlyArray<string> => elements(given).map((name) => words(name))

const decided = ({ by, reason }: PastEvent["data"]) => ({
  why: maybeWords(reason),
  decided_by: maybeWords(by)
})
