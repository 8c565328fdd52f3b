import { chain } from "../rule.ts"
import { type Chunk, nextChunk, withChunk } from "./chunks.ts"
import { isForward } from "./delivery-status.ts"
import { conversationLimits } from "./limits.ts"
import { withLine } from "./lines.ts"
import { failureOf } from "./reply.ts"
import type { Conversation, ConversationEvent, ConversationRule, On, Reply, SpokenLine } from "./state.ts"

const inFlight = (reply: Reply): number => reply.chunks.findIndex((chunk) => chunk.status === "sending")

/** The next chunk sets out. */
export const sendNext: ConversationRule = ({ reply }, event) =>
  reply === null
    ? {}
    : { context: { now: event.at, reply: withPlace(reply, nextChunk(reply.chunks), { status: "sending" }) } }

/** Chunks that failed wait again: once a reply, after a while. */
export const retryFailed: ConversationRule = ({ reply }, event) => {
  if (reply === null) return {}
  const chunks = reply.chunks.map((chunk) =>
    chunk.status === "failed" ? ({ ...chunk, status: "waiting", messageId: null } as const) : chunk
  )
  return { context: { now: event.at, reply: { ...reply, chunks, repairs: reply.repairs + 1 } } }
}

/** The channel took the chunk; updates that came before its id was known are applied now. */
export const recordSent: ConversationRule = (context, event) => {
  const { output } = event as On<"xstate.done.actor.sendChunk">
  const { reply } = context
  if (reply === null) return {}
  return sent(context, reply, inFlight(reply), output.messageId, output.at, event)
}

const sent = (
  context: Conversation,
  reply: Reply,
  place: number,
  messageId: string,
  at: number,
  event: ConversationEvent
): ReturnType<ConversationRule> => {
  const text = reply.chunks[place]?.text ?? ""
  const taken: ConversationRule = () => ({
    context: {
      now: event.at,
      lastOursAt: event.at,
      approved: true,
      reply: withPlace(reply, place, { status: "sent", messageId }),
      lines: withLine(context.lines, { from: "agent", text, messageId })
    },
    emit: [{ type: "ChunkSent", turn: reply.turn, chunk: place + 1, messageId, text, at }]
  })
  return chain(taken, follow(messageId))(context, event)
}

/** From now on this message's delivery is followed. */
export const follow =
  (messageId: string): ConversationRule =>
  (context, event) => {
    const early = context.earlyUpdates.filter((update) => update.messageId === messageId)
    const begun: ConversationRule = () => ({
      context: {
        followed: [...context.followed, { messageId, status: "sent" } as const].slice(
          -conversationLimits.followedMax
        ),
        earlyUpdates: context.earlyUpdates.filter((update) => update.messageId !== messageId)
      }
    })
    const updates = early.map(({ status, at }) => track({ type: "DeliveryUpdated", messageId, status, at }))
    return chain(begun, ...updates)(context, event)
  }

/** Nobody can tell whether the chunk arrived. It counts as said and is never sent again. */
export const recordDoubt: ConversationRule = (context, event) => {
  const { reply } = context
  if (reply === null) return {}
  const place = inFlight(reply)
  const text = reply.chunks[place]?.text ?? ""
  const reason = failureOf(event) ?? "inDoubt"
  return {
    context: {
      now: event.at,
      lastOursAt: event.at,
      approved: true,
      reply: withPlace(reply, place, { status: "inDoubt" }),
      lines: withLine(context.lines, { from: "agent", text, messageId: "" })
    },
    emit: [{ type: "ChunkInDoubt", turn: reply.turn, chunk: place + 1, reason }]
  }
}

/** The channel refused the chunk for good. */
export const recordFailure: ConversationRule = ({ reply }, event) => {
  if (reply === null) return {}
  const place = inFlight(reply)
  return {
    context: { now: event.at, reply: withPlace(reply, place, { status: "failed" }) },
    emit: [{ type: "ChunkFailed", turn: reply.turn, chunk: place + 1, reason: failureOf(event) ?? "failed" }]
  }
}

/** A delivery update, in whatever order it comes. */
export const trackDelivery: ConversationRule = (context, event) =>
  track(event as On<"DeliveryUpdated">)(context, event)

const track =
  ({ messageId, status, at }: On<"DeliveryUpdated">): ConversationRule =>
  (context) => {
    const known = context.followed.find((each) => each.messageId === messageId)
    if (known === undefined) {
      const early = [...context.earlyUpdates, { messageId, status, at }]
      return { context: { earlyUpdates: early.slice(-conversationLimits.earlyUpdatesMax) } }
    }
    if (!isForward(known.status, status)) return {}
    const followed = context.followed.map((each) => (each === known ? { messageId, status } : each))
    const changed = { type: "DeliveryStatusChanged", messageId, status, at } as const
    const { reply } = context
    const place = reply?.chunks.findIndex((chunk) => chunk.messageId === messageId) ?? -1
    // The model must not believe that the lead has read what never arrived.
    const isGone = (line: SpokenLine) =>
      status === "failed" && line.from === "agent" && line.messageId === messageId
    const lines = context.lines.filter((line) => !isGone(line))
    if (reply === null || place < 0) return { context: { followed, lines }, emit: [changed] }
    const moved = { followed, lines, reply: withPlace(reply, place, { status }) }
    if (status !== "failed") return { context: moved, emit: [changed] }
    const failed = {
      type: "ChunkFailed",
      turn: reply.turn,
      chunk: place + 1,
      reason: "notDelivered"
    } as const
    return { context: moved, emit: [changed, failed] }
  }

/** The update says that a chunk of the last reply will not arrive. */
export const failsChunk = ({ reply, followed }: Conversation, event: ConversationEvent): boolean =>
  event.type === "DeliveryUpdated" &&
  event.status === "failed" &&
  reply?.end !== "givenUp" &&
  (reply?.chunks.some((chunk) => chunk.messageId === event.messageId) ?? false) &&
  followed.some((each) => each.messageId === event.messageId && isForward(each.status, "failed"))

/**
 * What looks like a person writing from the phone is our own chunk, which the provider shows us: its id is known, or
 * its words are those of a chunk whose sending has not ended or is in doubt.
 */
export const isOurEcho = (context: Conversation, event: ConversationEvent): boolean =>
  event.type === "PersonReplied" &&
  event.source === "phone" &&
  (context.followed.some((each) => each.messageId === event.messageId) ||
    echoedChunk(context.reply, event) >= 0)

const echoedChunk = (reply: Reply | null, event: On<"PersonReplied">): number =>
  reply?.chunks.findIndex((chunk) => isOpen(chunk) && chunk.text === event.text?.trim()) ?? -1

const isOpen = ({ status }: Chunk): boolean => status === "sending" || status === "inDoubt"

/** The echo of a chunk in doubt proves that it was sent. */
export const noteEcho: ConversationRule = (context, event) => {
  const echo = event as On<"PersonReplied">
  const { reply } = context
  const place = echoedChunk(reply, echo)
  if (reply === null || reply.chunks[place]?.status !== "inDoubt") return {}
  const lines = context.lines.filter((line) => line.messageId !== "" || line.text !== echo.text?.trim())
  return sent({ ...context, lines }, reply, place, echo.messageId, echo.at, event)
}

const withPlace = (reply: Reply, place: number, change: Partial<Chunk>): Reply => ({
  ...reply,
  chunks: withChunk(reply.chunks, place, change)
})
