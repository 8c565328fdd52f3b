import { integer, maybeInteger, maybeText, maybeTime, number, oneOf, text, time } from "./column.ts"
import { amount, elements, maybeWhole, maybeWords, whole } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

const columns = {
  conversation_id: text("The conversation."),
  turn: integer("The turn's number within it, from 1."),
  state: oneOf(["closed", "written", "sending", "sent", "superseded", "failed"], "How far its reply got.", {
    filters: true
  }),
  messages: integer(
    "Messages of the lead that it answers; 0 for a first contact, a follow-up, a handover line."
  ),
  chunks: integer("Messages that the reply has."),
  chunks_sent: integer("How many of them went out."),
  in_doubt: integer("How many of them are in doubt."),
  closed_at: maybeTime("When the lead had finished; null when the lead did not begin it.", { filters: true }),
  written_at: maybeTime("When the model had written the reply."),
  first_chunk_at: maybeTime("When the first message of the reply was out."),
  sent_at: maybeTime("When all of it was out."),
  superseded_at: maybeTime("When it was given up for a newer message or a person."),
  unsent: integer("Messages that were given up with it."),
  failed_at: maybeTime("When it failed."),
  failed_why: maybeText("Why: a stable word such as `modelDown`, `notDelivered`."),
  follow_up: maybeInteger("Which follow-up of its silence it was, from 1; null for all else."),
  model: maybeText("The model that wrote it.", { filters: true }),
  prompt_hash: maybeText("Which prompt it was written with."),
  tokens_in: integer("Tokens that the model read."),
  tokens_out: integer("Tokens that it wrote."),
  cost_usd: number("What that cost, US dollars."),
  updated_at: time("When the row last changed.", { sorts: true })
}
type Turn = RowOf<typeof columns>

/** Turns, and the reply to each: how long every part of it took, and how it ended. */
export const turns = readModel({
  name: "turns",
  version: 1,
  about:
    "One row for each turn of a conversation: when it was closed, when its reply was written and sent, and what that cost. The view `turn_times` has the durations.",
  machines: ["conversation"],
  key: ["conversation_id", "turn"],
  columns,
  indexes: [["closed_at"]],
  fold: (event) => {
    if (!takes.has(event.type)) return []
    const turn = maybeWhole(event.data.turn)
    if (turn === null) return []
    const change = (row: Turn | null) => ({
      ...next(row ?? newTurn(event, turn), event),
      updated_at: event.recordedAt
    })
    return [{ key: [event.id, turn], change }]
  }
})

const takes: ReadonlySet<string> = new Set([
  "TurnClosed",
  "ReplyWritten",
  "ChunkSent",
  "ChunkInDoubt",
  "ReplySent",
  "ReplySuperseded",
  "ReplyFailed",
  "FollowUpSent"
])

const newTurn = ({ id, recordedAt }: PastEvent, turn: number): Turn => ({
  conversation_id: id,
  turn,
  state: "closed",
  messages: 0,
  chunks: 0,
  chunks_sent: 0,
  in_doubt: 0,
  closed_at: null,
  written_at: null,
  first_chunk_at: null,
  sent_at: null,
  superseded_at: null,
  unsent: 0,
  failed_at: null,
  failed_why: null,
  follow_up: null,
  model: null,
  prompt_hash: null,
  tokens_in: 0,
  tokens_out: 0,
  cost_usd: 0,
  updated_at: recordedAt
})

const next = (row: Turn, { type, data, recordedAt: at }: PastEvent): Turn => {
  switch (type) {
    case "TurnClosed":
      return { ...row, messages: elements(data.messageIds).length, closed_at: at }
    case "ReplyWritten":
      return {
        ...row,
        state: "written",
        written_at: at,
        chunks: elements(data.chunks).length,
        model: maybeWords(data.model),
        prompt_hash: maybeWords(data.promptHash),
        tokens_in: whole(data.tokensIn),
        tokens_out: whole(data.tokensOut),
        cost_usd: amount(data.costUsd)
      }
    case "ChunkSent":
      return {
        ...row,
        state: row.state === "written" ? "sending" : row.state,
        chunks_sent: row.chunks_sent + 1,
        first_chunk_at: row.first_chunk_at ?? at
      }
    case "ChunkInDoubt":
      return { ...row, state: row.state === "written" ? "sending" : row.state, in_doubt: row.in_doubt + 1 }
    case "ReplySent":
      return { ...row, state: "sent", sent_at: at, in_doubt: whole(data.inDoubt) }
    case "ReplySuperseded":
      return { ...row, state: "superseded", superseded_at: at, unsent: whole(data.unsent) }
    case "ReplyFailed":
      return { ...row, state: "failed", failed_at: at, failed_why: maybeWords(data.reason) }
    default:
      return { ...row, follow_up: maybeWhole(data.followUp) }
  }
}
