import { integer, maybeInteger, maybeText, oneOf, text, time } from "./column.ts"
import { openStages } from "./deals.ts"
import { maybeWhole, maybeWords, oneOfThese } from "./given.ts"
import { type PastEvent, readModel } from "./read-model.ts"

const columns = {
  deal_id: text("The deal."),
  version: integer("The version of its stream: orders the stages of one deal."),
  stage: oneOf([...openStages, "won", "lost"], "The stage that it came into.", {
    filters: true
  }),
  from_stage: maybeText("The stage that it left, for a move between open stages."),
  entered_at: time("When.", { filters: true, sorts: true }),
  by: maybeText("Who moved it."),
  why: maybeText("Why: the reason given."),
  value_cents: maybeInteger("What it was won with, in cents.")
}

/** Every stage that a deal was in. */
export const dealStages = readModel({
  name: "deal_stages",
  version: 1,
  about:
    "One row for each time that a deal came into a stage, `won` and `lost` included. The view `deal_stage_times` adds when it left and how long that took.",
  machines: ["deal"],
  key: ["deal_id", "version"],
  columns,
  indexes: [["stage", "entered_at"]],
  fold: (event) => {
    const stage = stageOf(event)
    if (stage === undefined) return []
    const { id, version, recordedAt, data } = event
    return [
      {
        key: [id, version],
        change: () => ({
          deal_id: id,
          version,
          stage,
          from_stage: maybeWords(data.from),
          entered_at: recordedAt,
          by: maybeWords(data.by),
          why: maybeWords(data.reason),
          value_cents: maybeWhole(data.valueCents)
        })
      }
    ]
  }
})

const stageOf = ({ type, data }: PastEvent) => {
  switch (type) {
    case "DealOpened":
      return "new"
    case "DealMoved":
      return oneOfThese(data.to, openStages)
    case "DealWon":
      return "won"
    case "DealLost":
      return "lost"
    case "DealReopened":
      return oneOfThese(data.stage, openStages)
    default:
      return undefined
  }
}
