import { chunksOf, isOut, nextChunk, typingMs } from "./chunks.ts"
import type { Answer } from "./events.ts"
import { conversationLimits } from "./limits.ts"
import { answered, linesForModel } from "./lines.ts"
import type {
  Conversation,
  ConversationEmitted,
  ConversationEvent,
  ConversationRule,
  On,
  Reply,
  SendChunkInput,
  ShowTypingInput,
  WriteReplyInput,
  WriteReplyOutput
} from "./state.ts"

/** What the model is asked for. */
export const writeReplyInput = (context: Conversation): WriteReplyInput => {
  const { reply, agent, language, contactName, answers, asked } = context
  return {
    purpose: reply?.purpose ?? "reply",
    turn: context.turn,
    ...(reply === null || reply.followUp === 0 ? {} : { followUp: reply.followUp }),
    agent,
    language,
    ...(contactName === null ? {} : { contactName }),
    ...linesForModel(context),
    answers,
    ...(asked === null ? {} : { asked })
  }
}

/** Takes down what the model wrote and what it understood; new answers are told to the lead. */
export const recordReply: ConversationRule = (context, event) => {
  const { output, at } = event as On<"xstate.done.actor.writeReply">
  const { turn, conversationId, leadId, reply } = context
  if (reply === null) return {}
  // The farewell to who opted out is one message, and asks for nobody.
  const isFarewell = reply.purpose === "optedOut"
  const chunks = chunksOf(isFarewell ? [output.chunks.join(" ")] : output.chunks)
  const fresh = output.answers.filter((answer) => !isKnown(context.answers, answer))
  const names = new Set(fresh.map((answer) => answer.criterion))
  const others = context.answers.filter((answer) => !names.has(answer.criterion))
  const { model, promptHash, tokensIn, tokensOut, costUsd } = output
  const handOver = isFarewell ? undefined : output.handOver
  const by = `agent:${context.agent}`
  return {
    context: {
      now: at,
      language: output.language,
      answers: [...others, ...fresh].slice(-conversationLimits.answersMax),
      asked: context.asked !== null && names.has(context.asked) ? null : context.asked,
      handOver:
        context.handOver ?? (handOver === undefined ? null : { by, reason: handOver, tellLead: true }),
      reply: {
        ...reply,
        written: true,
        chunks,
        closes: reply.closes || handOver !== undefined,
        asks: output.asks ?? null
      }
    },
    emit: [
      {
        type: "ReplyWritten",
        turn,
        chunks: chunks.map((chunk) => chunk.text),
        model,
        promptHash,
        tokensIn,
        tokensOut,
        costUsd
      },
      ...fresh.map((answer) => ({ type: "AnswerUnderstood", turn, ...answer }) as const)
    ],
    tell: fresh.map((answer) => ({
      machine: "lead",
      id: leadId,
      event: { type: "LeadAnswered", conversationId, ...answer, at }
    }))
  }
}

const isKnown = (known: ReadonlyArray<Answer>, answer: Answer): boolean =>
  known.some((each) => each.criterion === answer.criterion && each.value === answer.value)

/** Every chunk went out, as far as anyone can tell. */
export const allOut = ({ reply }: Conversation): boolean => reply?.chunks.every(isOut) ?? true

/** A chunk failed for good, unless the repair helps. */
export const hasFailed = ({ reply }: Conversation): boolean =>
  reply?.chunks.some((chunk) => chunk.status === "failed") ?? false

export const repairLeft = ({ reply }: Conversation): boolean =>
  reply !== null && reply.repairs < conversationLimits.repairsMax

/** Tells that the reply is out. After a repair it was told before. */
export const finishReply: ConversationRule = (context, event) => {
  const { reply } = context
  return reply === null || reply.end !== null ? {} : finished(context, reply, event.at)
}

/** Nothing more of this reply will be sent; tells its end, if nobody did. */
export const giveUpReply: ConversationRule = (context, event) => {
  const { reply } = context
  if (reply === null) return {}
  const givenUp = { ...reply, end: "givenUp" } as const
  if (reply.end !== null) return { context: { reply: givenUp } }
  if (reply.written && reply.chunks.every(isOut)) return finished(context, givenUp, event.at)
  const unsent = reply.chunks.filter((chunk) => !isOut(chunk)).length
  return { context: { reply: givenUp }, emit: [{ type: "ReplySuperseded", turn: reply.turn, unsent }] }
}

const finished = (context: Conversation, reply: Reply, at: number): ReturnType<ConversationRule> => {
  const { turn, followUp, chunks } = reply
  const inDoubt = chunks.filter((chunk) => chunk.status === "inDoubt").length
  const emit: Array<ConversationEmitted> = [
    { type: "ReplySent", turn, at, ...(inDoubt === 0 ? {} : { inDoubt }) }
  ]
  if (followUp > 0 && chunks.length > 0) emit.push({ type: "FollowUpSent", followUp, turn, at })
  return {
    context: {
      reply: { ...reply, end: reply.end ?? "sent" },
      // The silence that a follow-up breaks begins here, even when the model chose to say nothing.
      lastOursAt: at,
      lines: answered(context.lines, turn),
      asked: reply.asks ?? context.asked
    },
    emit
  }
}

/** The reply can't be written, or can't be sent: why. Its turn stays unanswered, for a person. */
export const failReply: ConversationRule = ({ reply }, event) => {
  if (reply === null) return {}
  return {
    context: { now: event.at, reply: { ...reply, end: "givenUp" } },
    emit: [{ type: "ReplyFailed", turn: reply.turn, reason: failureOf(event) ?? "notDelivered" }]
  }
}

/** The stable word of a failed job; undefined for all other events. */
export const failureOf = (event: ConversationEvent): string | undefined => {
  if (event.type !== "xstate.error.actor.writeReply" && event.type !== "xstate.error.actor.sendChunk")
    return undefined
  const { error } = event
  const reason = typeof error === "object" && error !== null && "reason" in error ? error.reason : undefined
  return typeof reason === "string" ? reason : "failed"
}

/** The chunk that is sent next, for the pause before it. */
const waitingText = ({ reply }: Conversation): string =>
  reply === null ? "" : (reply.chunks[nextChunk(reply.chunks)]?.text ?? "")

/** How long we type the next chunk, in ms. */
export const typingDelay = (context: Conversation): number =>
  typingMs(waitingText(context), context.settings.typing)

export const showTypingInput = (context: Conversation): ShowTypingInput => {
  const { channel, instance, contact } = context
  return { channel, instance, contact, durationMs: typingDelay(context) }
}

/** The chunk on its way; chunks count from 1. */
export const sendChunkInput = (context: Conversation): SendChunkInput => {
  const { channel, instance, contact, reply } = context
  const place = reply?.chunks.findIndex((chunk) => chunk.status === "sending") ?? -1
  return {
    channel,
    instance,
    contact,
    turn: reply?.turn ?? context.turn,
    chunk: place + 1,
    text: reply?.chunks[place]?.text ?? "",
    knownMessageIds: context.followed.map(({ messageId }) => messageId)
  }
}

/** The model chose to say nothing. */
export const nothingToSay = (output: WriteReplyOutput): boolean => chunksOf(output.chunks).length === 0
