import { integer, maybeInteger, maybeText, maybeTime, oneOf, text, time } from "./column.ts"
import { maybeWhole, maybeWords, oneOfThese, whole } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

/** The open stages, in order. */
export const openStages = ["new", "discovery", "proposal", "negotiation"] as const

const columns = {
  deal_id: text("The deal's id, which is its lead's id."),
  state: oneOf(["unopened", "open", "won", "lost"], "Where it stands.", { filters: true }),
  stage: oneOf(openStages, "The open stage that it is in, or was in when it was won or lost.", {
    filters: true
  }),
  value_cents: maybeInteger("What it was won with, in cents of the company's currency.", {
    filters: true,
    sorts: true
  }),
  lead_id: maybeText("The lead that it came from.", { filters: true }),
  conversation_id: maybeText("The conversation that the lead was qualified in."),
  score: integer("The lead's score when the deal was opened.", { filters: true, sorts: true }),
  opened_at: maybeTime("When it was opened.", { filters: true, sorts: true }),
  opened_by: maybeText("Who opened it: `engine` when the score did."),
  opened_why: maybeText("Why."),
  stage_since: time("Since when it is in its stage, or won, or lost.", { filters: true, sorts: true }),
  won_at: maybeTime("When it was won; null while it is not.", { filters: true }),
  lost_at: maybeTime("When it was lost; null while it is not.", { filters: true }),
  moves: integer("How often it changed its stage while it was open."),
  reopened: integer("How often it was opened again."),
  by: maybeText("Who last moved, won, lost or reopened it."),
  why: maybeText("Why: the reason given."),
  created_at: time("When it was first heard of."),
  updated_at: time("When anything of it last changed.", { filters: true, sorts: true }),
  version: integer("The version of its stream that this row shows.")
}
type Deal = RowOf<typeof columns>

/** Deals: stage, value, and who moved them last and why. */
export const deals = readModel({
  name: "deals",
  version: 1,
  about:
    "One row for each deal: its stage, whether it is open, won or lost, its value, and who moved it last and why.",
  machines: ["deal"],
  key: ["deal_id"],
  columns,
  indexes: [["state", "stage", "stage_since"], ["lead_id"]],
  fold: (event) => [{ key: [event.id], change: (row) => next(row ?? newDeal(event), event) }]
})

const newDeal = ({ id, recordedAt, version }: PastEvent): Deal => ({
  deal_id: id,
  state: "unopened",
  stage: "new",
  value_cents: null,
  lead_id: null,
  conversation_id: null,
  score: 0,
  opened_at: null,
  opened_by: null,
  opened_why: null,
  stage_since: recordedAt,
  won_at: null,
  lost_at: null,
  moves: 0,
  reopened: 0,
  by: null,
  why: null,
  created_at: recordedAt,
  updated_at: recordedAt,
  version
})

const next = (row: Deal, event: PastEvent): Deal => ({
  ...row,
  ...changes(row, event),
  updated_at: event.recordedAt,
  version: event.version
})

const changes = (row: Deal, { type, data, recordedAt: at }: PastEvent): Partial<Deal> => {
  const attribution = { by: maybeWords(data.by), why: maybeWords(data.reason), stage_since: at }
  switch (type) {
    // A second one changes nothing: the first was followed by DealOpened.
    case "DealOpenAsked":
      return row.state === "unopened" ? { conversation_id: maybeWords(data.conversationId) } : {}
    case "DealOpened":
      return {
        state: "open",
        lead_id: maybeWords(data.leadId),
        score: whole(data.score),
        opened_at: at,
        opened_by: maybeWords(data.by),
        opened_why: maybeWords(data.reason),
        ...attribution
      }
    case "DealMoved":
      return { stage: oneOfThese(data.to, openStages) ?? row.stage, moves: row.moves + 1, ...attribution }
    case "DealWon":
      return { state: "won", won_at: at, value_cents: maybeWhole(data.valueCents), ...attribution }
    case "DealLost":
      return { state: "lost", lost_at: at, ...attribution }
    case "DealReopened":
      return {
        state: "open",
        stage: oneOfThese(data.stage, openStages) ?? row.stage,
        won_at: null,
        lost_at: null,
        value_cents: null,
        reopened: row.reopened + 1,
        ...attribution
      }
    default:
      return {}
  }
}
