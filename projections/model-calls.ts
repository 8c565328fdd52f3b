import { integer, maybeInteger, maybeText, number, oneOf, text, time } from "./column.ts"
import { amount, elements, maybeWhole, maybeWords, whole, words } from "./given.ts"
import { type PastEvent, type RowChange, type RowOf, readModel } from "./read-model.ts"

const columns = {
  conversation_id: text("The conversation that asked."),
  version: integer("The version of its stream that holds the answer."),
  asked_version: integer("The version of the event that it was asked by."),
  turn: maybeInteger("The turn that it was for; null when the answer was not wanted any more."),
  outcome: oneOf(["answered", "failed"], "Whether the model answered.", { filters: true }),
  failed_why: maybeText("Why not: a stable word."),
  model: maybeText("The model that answered.", { filters: true }),
  prompt_hash: maybeText("Which prompt it got."),
  tokens_in: integer("Tokens that it read."),
  tokens_out: integer("Tokens that it wrote."),
  cost_usd: number("What the call cost, US dollars."),
  answers: integer("Answers to the company's criteria that it understood."),
  hands_over: maybeText("Why it wants a person to go on; null when it does not."),
  at: time("When the answer was there.", { filters: true, sorts: true })
}
type ModelCall = RowOf<typeof columns>

/** The ledger of model calls. */
export const modelCalls = readModel({
  name: "model_calls",
  version: 1,
  about:
    "One row for each call of the model: which model and prompt, its tokens and its cost. The view `costs` adds what it was for and for which lead.",
  machines: ["conversation"],
  module: "analytics",
  key: ["conversation_id", "version"],
  columns,
  indexes: [["conversation_id", "turn"]],
  fold: (event) => changesOf(event)
})

const changesOf = (event: PastEvent): ReadonlyArray<RowChange<typeof columns>> => {
  const { id, type, version, data } = event
  if ((type === "JobSucceeded" || type === "JobFailed") && data.name === "writeReply") {
    return [{ key: [id, version], change: () => called(event) }]
  }
  const cause = versionOfCause(event)
  if ((type !== "ReplyWritten" && type !== "ReplyFailed") || cause === undefined) return []
  return [
    { key: [id, cause], change: (row) => (row === null ? null : { ...row, turn: maybeWhole(data.turn) }) }
  ]
}

/** A fact names the event that its machine drew it from, as `conversation/7f3@12`. */
const versionOfCause = ({ causation }: PastEvent): number | undefined => {
  const version = Number(/@(\d+)$/.exec(causation ?? "")?.[1])
  return Number.isNaN(version) ? undefined : version
}

const called = ({ id, type, version, data, recordedAt }: PastEvent): ModelCall => ({
  conversation_id: id,
  version,
  // A job is called `<version of the event that asked>.<number>`.
  asked_version: whole(Number.parseInt(data.job, 10)),
  turn: null,
  outcome: type === "JobSucceeded" ? "answered" : "failed",
  failed_why: type === "JobFailed" ? words(data.error?.reason, "failed") : null,
  model: maybeWords(data.output?.model),
  prompt_hash: maybeWords(data.output?.promptHash),
  tokens_in: whole(data.output?.tokensIn),
  tokens_out: whole(data.output?.tokensOut),
  cost_usd: amount(data.output?.costUsd),
  answers: elements(data.output?.answers).length,
  hands_over: maybeWords(data.output?.handOver),
  at: recordedAt
})
