import { integer, maybeText, oneOf, text, time } from "./column.ts"
import { maybeWords } from "./given.ts"
import { type PastEvent, readModel } from "./read-model.ts"

const columns = {
  conversation_id: text("The conversation."),
  version: integer("The version of its stream: a model call names what it was asked by."),
  kind: oneOf(
    ["firstContact", "followUp", "handOver"],
    "What kind of turn it begins, if the conversation is free."
  ),
  by: maybeText("Who wanted it; null for the clock."),
  at: time("When.")
}

/** What may begin a turn that the lead did not begin. With it a model call can be told to be for a reply or for that. */
export const turnStarts = readModel({
  name: "turn_starts",
  version: 1,
  about:
    "One row for each event that may begin a turn which the lead did not begin: a first contact, a follow-up, a handover line. Whether one began is told by `model_calls`.",
  machines: ["conversation"],
  key: ["conversation_id", "version"],
  columns,
  fold: (event) => {
    const kind = kindOf(event)
    if (kind === undefined) return []
    const { id, version, data, recordedAt } = event
    return [
      {
        key: [id, version],
        change: () => ({ conversation_id: id, version, kind, by: maybeWords(data.by), at: recordedAt })
      }
    ]
  }
})

const kindOf = ({ type, data }: PastEvent) => {
  if (type === "FirstContactAsked") return "firstContact"
  if (type === "HandOverAsked") return "handOver"
  return type === "TimerFired" && data.timer === "followUp" ? "followUp" : undefined
}
