import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import type { DeliveryStatus, Media } from "../../../machines/conversation/events.ts"
import { httpLimits } from "../limits.ts"
import type { ChatLine, ToVisitor } from "./chat-frames.ts"

/** The fields of the events that are shown, as `machines/conversation/events.ts` has them by type. */
interface ConversationData {
  readonly messageId: string
  readonly text: string
  readonly at: number
  readonly messageIds: ReadonlyArray<string>
  readonly status: DeliveryStatus
}

/** What one event of a conversation means to its visitor's page; nothing for most. */
export const framesOf = (event: StoredEvent, contact: string): ReadonlyArray<ToVisitor> => {
  const data = event.data as unknown as ConversationData
  const { messageId, text, at } = data
  switch (event.type) {
    case "MessageReceived":
      return [{ type: "message", ...line(ownId(messageId, contact), said(data), at, "lead") }]
    case "PersonReplied":
      return [{ type: "message", ...line(messageId, said(data), at, "person") }]
    case "ChunkSent":
      return [{ type: "message", ...line(messageId, text, at, "agent") }]
    case "TurnClosed": {
      const messageIds = data.messageIds.map((id) => ownId(id, contact))
      return [{ type: "status", messageIds, status: "read" }]
    }
    case "DeliveryStatusChanged":
      return [{ type: "status", messageIds: [messageId], status: data.status }]
    default:
      return []
  }
}

/** The lines that some events leave on the page, the last `chatHistoryLinesMax` of them. */
export const historyOf = (events: ReadonlyArray<StoredEvent>, contact: string): ReadonlyArray<ChatLine> => {
  const lines = new Map<string, ChatLine>()
  for (const event of events) {
    for (const frame of framesOf(event, contact)) {
      if (frame.type === "message") {
        const { type: _, ...line } = frame
        lines.set(line.messageId, line)
      } else if (frame.type === "status") {
        for (const id of frame.messageIds) setStatus(lines, id, frame.status)
      }
    }
  }
  return [...lines.values()].slice(-httpLimits.chatHistoryLinesMax)
}

const setStatus = (lines: Map<string, ChatLine>, id: string, status: DeliveryStatus) => {
  const line = lines.get(id)
  if (line !== undefined) lines.set(id, { ...line, status })
}

const line = (messageId: string, text: string, at: number, from: ChatLine["from"]): ChatLine => ({
  messageId,
  text,
  at,
  from
})

/** The page chose the part after the contact, and knows its message by it. */
const ownId = (messageId: string, contact: string): string =>
  messageId.startsWith(`${contact}:`) ? messageId.slice(contact.length + 1) : messageId

/** What cannot be shown here is named. */
const said = (data: { readonly text?: string; readonly media?: ReadonlyArray<Media> }): string =>
  data.text ?? data.media?.map((media) => media.caption ?? `[${media.kind}]`).join(" ") ?? ""
