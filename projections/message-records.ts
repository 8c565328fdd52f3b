import { conversationLimits } from "../machines/conversation/limits.ts"
import {
  integer,
  json,
  maybeInteger,
  maybeText,
  maybeTime,
  oneOf,
  personalText,
  text,
  texts,
  time
} from "./column.ts"
import { elements, maybeWords, moment, whole, words } from "./given.ts"
import { type PastEvent, type RowChange, type RowOf, readModel } from "./read-model.ts"

const columns = {
  conversation_id: text("The conversation."),
  message: text(
    "The message within it: `in.<version>` of the lead, `person.<version>` of a person of ours, `<turn>.<chunk>` of the AI. Not the provider's id, which may hold a phone number."
  ),
  author: oneOf(["lead", "agent", "person"], "Who wrote it.", { filters: true }),
  by: text("The same in full: `lead`, `agent`, `person:ana`."),
  turn: maybeInteger("The turn that it answers, for the AI's."),
  chunk: maybeInteger("Its place in the reply, from 1."),
  text: personalText("What it says; for media, nothing or the caption."),
  media: json("What came with it: kind, the provider's reference, caption.", { personal: true }),
  media_kinds: texts("The kinds of that: `audio`, `image`, `document`…"),
  message_id: personalText("What the provider calls it; it may hold a phone number."),
  status: oneOf(
    ["received", "said", "written", "sent", "inDoubt", "failed", "notSent"],
    "`received` from the lead, `said` by a person; the AI's: `written`, then `sent`, `inDoubt` or `failed`; `notSent` when it was given up. How far a sent one got is in `deliveries`.",
    { filters: true }
  ),
  attempts: integer("How often it was sent out."),
  reason: maybeText("Why it failed, is in doubt or was not sent: a stable word."),
  at: time("When we had it: received, or sent; while it is only written, since then.", {
    filters: true,
    sorts: true
  }),
  said_at: maybeTime("When the channel says that it was written."),
  version: integer("The version of the stream that it came with."),
  updated_at: time("When the row last changed.")
}
type Message = RowOf<typeof columns>

/** Messages as they were said; the view `messages` adds how far they got. */
export const messageRecords = readModel({
  name: "message_records",
  version: 1,
  about:
    "One row for each message: of the lead, of the AI, of a person. The view `messages` leaves out doubles and echoes, and adds how far each got.",
  machines: ["conversation"],
  key: ["conversation_id", "message"],
  columns,
  indexes: [
    ["conversation_id", "author", "at"],
    ["conversation_id", "message_id"],
    ["status", "updated_at"]
  ],
  fold: (event) => changesOf(event)
})

type Changes = ReadonlyArray<RowChange<typeof columns>>

const changesOf = (event: PastEvent): Changes => {
  const { id, type, version, data } = event
  switch (type) {
    case "MessageReceived":
      return [{ key: [id, `in.${version}`], change: () => heard(event, "lead") }]
    case "PersonReplied":
      return [{ key: [id, `person.${version}`], change: () => heard(event, "person") }]
    case "ReplyWritten":
      return elements(data.chunks).map((text: unknown, index) => ({
        key: [id, messageOf(data.turn, index + 1)],
        change: () => written(event, index + 1, text)
      }))
    case "ChunkSent":
    case "ChunkInDoubt":
    case "ChunkFailed":
      return [
        {
          key: [id, messageOf(data.turn, data.chunk)],
          change: (row) => sent(row ?? written(event, whole(data.chunk), null), event)
        }
      ]
    case "ReplySuperseded":
    case "ReplyFailed":
      return chunks.map((chunk) => ({
        key: [id, messageOf(data.turn, chunk)],
        change: (row) => givenUp(row, event)
      }))
    default:
      return []
  }
}

const messageOf = (turn: unknown, chunk: unknown): string => `${whole(turn)}.${whole(chunk)}`

/** The event does not say how many chunks the reply had. */
const chunks = Array.from({ length: conversationLimits.chunksMax }, (_, index) => index + 1)

const heard = ({ id, version, recordedAt, data }: PastEvent, author: "lead" | "person"): Message => ({
  conversation_id: id,
  message: `${author === "lead" ? "in" : "person"}.${version}`,
  author,
  by: author === "lead" ? "lead" : words(data.by, "person"),
  turn: null,
  chunk: null,
  text: maybeWords(data.text),
  media: data.media ?? null,
  media_kinds: elements(data.media).map((each) => words(each?.kind)),
  message_id: maybeWords(data.messageId),
  status: author === "lead" ? "received" : "said",
  attempts: 0,
  reason: null,
  at: recordedAt,
  said_at: moment(data.at),
  version,
  updated_at: recordedAt
})

const written = ({ id, version, recordedAt, data }: PastEvent, chunk: number, text: unknown): Message => ({
  conversation_id: id,
  message: messageOf(data.turn, chunk),
  author: "agent",
  by: "agent",
  turn: whole(data.turn),
  chunk,
  text: maybeWords(text),
  media: null,
  media_kinds: [],
  message_id: null,
  status: "written",
  attempts: 0,
  reason: null,
  at: recordedAt,
  said_at: null,
  version,
  updated_at: recordedAt
})

/** A message whose delivery failed went out before: that was its attempt. */
const sent = (row: Message, { type, version, data, recordedAt }: PastEvent): Message => {
  const updated = { updated_at: recordedAt }
  if (type === "ChunkFailed") {
    const attempts = row.status === "sent" ? row.attempts : row.attempts + 1
    return { ...row, status: "failed", reason: words(data.reason), attempts, ...updated }
  }
  const out = { ...row, at: recordedAt, version, ...updated }
  if (type === "ChunkInDoubt")
    return { ...out, status: "inDoubt", reason: words(data.reason), attempts: row.attempts + 1 }
  // The echo of a chunk in doubt proves its one attempt.
  const attempts = row.status === "inDoubt" ? row.attempts : row.attempts + 1
  const cells = {
    text: maybeWords(data.text),
    message_id: maybeWords(data.messageId),
    said_at: moment(data.at)
  }
  return { ...out, ...cells, status: "sent", reason: null, attempts }
}

const givenUp = (row: Message | null, { type, data, recordedAt }: PastEvent): Message | null =>
  row?.status !== "written"
    ? row
    : {
        ...row,
        status: "notSent",
        reason: type === "ReplyFailed" ? words(data.reason) : "superseded",
        updated_at: recordedAt
      }
