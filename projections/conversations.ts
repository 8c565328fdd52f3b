import { integer, maybeInteger, maybeText, maybeTime, number, oneOf, text, time } from "./column.ts"
import { conversationChanges } from "./conversation-changes.ts"
import { words } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

const columns = {
  conversation_id: text("The conversation's id."),
  lead_id: text("The lead that it is with; its contact and its deal have the same id.", { filters: true }),
  channel: text("The channel that it is on.", { filters: true }),
  instance: text("Our account on that channel."),
  agent: text("The persona that answers for us.", { filters: true }),
  language: text("The language that we answer in: `pt`, `en`, `es`.", { filters: true }),
  state: oneOf(
    ["open", "waitingForApproval", "waitingForPerson", "personOwned", "optedOut", "closed"],
    "`open`: the AI has it; `waitingForApproval`: its first message waits for a yes; `waitingForPerson`: handed over and nobody took it; `personOwned`: a person has it.",
    { filters: true }
  ),
  owner: text(
    "Who speaks for us: `agent`, `person` while one is waited for, or the person, as `person:ana`.",
    {
      filters: true
    }
  ),
  turn: integer("The number of the last turn that is known of."),
  messages_in: integer("Messages of the lead."),
  messages_out: integer("Messages that the AI sent."),
  messages_by_persons: integer("Messages that persons of ours wrote."),
  last_message_at: maybeTime("When anybody last said something.", { filters: true, sorts: true }),
  last_message_by: maybeText("Who that was: `lead`, `agent` or `person`.", { filters: true }),
  last_in_at: maybeTime("When the lead last wrote."),
  last_out_at: maybeTime("When we last wrote, the AI or a person."),
  unanswered: integer("Messages of the lead that wait for an answer.", { filters: true }),
  unanswered_since: maybeTime("Since when the oldest of them waits.", { filters: true, sorts: true }),
  in_turn: integer("How many of them are in the turn that is being answered."),
  newer_since: maybeTime("When the first message after that turn came."),
  follow_ups: integer("Follow-ups that were sent."),
  last_follow_up_at: maybeTime("When the last of them was sent."),
  failures: integer("Messages of ours that failed, tries that were repeated included."),
  doubts: integer("Messages of ours of which nobody can tell whether they arrived."),
  cost_usd: number("What the model's replies cost, US dollars."),
  started_at: time("When it began.", { filters: true, sorts: true }),
  first_message_at: maybeTime("When the lead first wrote."),
  first_response_at: maybeTime("When we first answered that."),
  first_response_by: maybeText("Who did: `agent` or `person`."),
  handovers: integer("How often it was given to a person."),
  handed_over_at: maybeTime("When that last happened."),
  handed_over_by: maybeText("Who wanted it: `agent:sdr`, `engine`, `person:ana`."),
  handed_over_why: maybeText("Why: a stable word such as `askedForPerson`, or the reason given."),
  taken_back_at: maybeTime("When the AI last got it back."),
  opted_out_at: maybeTime("When the lead asked for silence; null once it asked for more."),
  closed_at: maybeTime("When it was closed; null while it is not."),
  closed_by: maybeText("Who closed it."),
  closed_why: maybeText("Why: `silence`, or the reason given."),
  last_event: text("The type of the last event that came to it."),
  approval_turn: maybeInteger("The turn whose text waits for a person's yes."),
  updated_at: time("When anything of it last changed.", { filters: true, sorts: true }),
  version: integer("The version of its stream that this row shows.")
}

/** A row of `conversations`. */
export type Conversation = RowOf<typeof columns>

/** Conversations: with whom they are, who has them, what waits, and how they went. */
export const conversations = readModel({
  name: "conversations",
  version: 2,
  about:
    "One row for each conversation: with whom, on which channel, who has it now, what waits for an answer, and its counts.",
  machines: ["conversation"],
  key: ["conversation_id"],
  columns,
  indexes: [
    ["lead_id"],
    ["channel", "instance", "last_message_at"],
    ["state", "last_message_at"],
    ["owner", "last_message_at"]
  ],
  fold: (event) => [{ key: [event.id], change: (row) => next(row ?? newConversation(event), event) }]
})

const newConversation = ({ id, recordedAt, version, type, data }: PastEvent): Conversation => ({
  conversation_id: id,
  lead_id: words(data.input?.leadId),
  channel: words(data.input?.channel),
  instance: words(data.input?.instance),
  agent: words(data.input?.agent),
  language: words(data.input?.language),
  state: "open",
  owner: "agent",
  turn: 0,
  messages_in: 0,
  messages_out: 0,
  messages_by_persons: 0,
  last_message_at: null,
  last_message_by: null,
  last_in_at: null,
  last_out_at: null,
  unanswered: 0,
  unanswered_since: null,
  in_turn: 0,
  newer_since: null,
  follow_ups: 0,
  last_follow_up_at: null,
  failures: 0,
  doubts: 0,
  cost_usd: 0,
  started_at: recordedAt,
  first_message_at: null,
  first_response_at: null,
  first_response_by: null,
  handovers: 0,
  handed_over_at: null,
  handed_over_by: null,
  handed_over_why: null,
  taken_back_at: null,
  opted_out_at: null,
  closed_at: null,
  closed_by: null,
  closed_why: null,
  last_event: type,
  approval_turn: null,
  updated_at: recordedAt,
  version
})

const next = (row: Conversation, event: PastEvent): Conversation => ({
  ...row,
  ...conversationChanges(row, event),
  ...(event.kind === "input" ? { last_event: event.type } : {}),
  updated_at: event.recordedAt,
  version: event.version
})
