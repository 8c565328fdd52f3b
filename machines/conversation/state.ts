import type { EventsOf, Rule } from "../rule.ts"
import type { Chunk } from "./chunks.ts"
import type {
  Answer,
  ConversationInput,
  ConversationSettings,
  conversationEmitted,
  conversationEvents,
  DeliveryStatus,
  Language,
  Media
} from "./events.ts"
import type { conversationJobs } from "./jobs.ts"

type Jobs = typeof conversationJobs

/** What the jobs get and give. */
export type WriteReplyInput = Jobs["writeReply"]["input"]["Type"]
export type WriteReplyOutput = Jobs["writeReply"]["output"]["Type"]
export type SendChunkInput = Jobs["sendChunk"]["input"]["Type"]
export type SendChunkOutput = Jobs["sendChunk"]["output"]["Type"]
export type ShowTypingInput = Jobs["showTyping"]["input"]["Type"]

/** Why a reply is written. */
export type Purpose = WriteReplyInput["purpose"]

/** One thing that was said. `turn` is set while a message of the lead waits for an answer: 0 is not yet in a turn. */
export type SpokenLine = {
  readonly from: "lead" | "agent" | "person"
  readonly text: string
  readonly messageId: string
  readonly media?: ReadonlyArray<Media>
  /** When the lead wrote it: "amanhã" counts from then. */
  readonly at?: number
  readonly turn?: number
}

/** The reply of the turn at hand, or of the last one. */
export type Reply = {
  readonly turn: number
  readonly purpose: Purpose
  /** Which follow-up of this silence, from 1; 0 for all else. */
  readonly followUp: number
  readonly written: boolean
  readonly chunks: ReadonlyArray<Chunk>
  /** A person goes on after it. */
  readonly closes: boolean
  readonly asks: string | null
  readonly repairs: number
  /** Null until its end is told. What was given up is never repaired. */
  readonly end: "sent" | "givenUp" | null
}

/** All that a conversation knows. Times are epoch ms. JSON only. */
export type Conversation = {
  /** Empty when nobody told it its own id. */
  readonly conversationId: string
  readonly channel: string
  readonly instance: string
  readonly contact: string
  readonly contactName: string | null
  readonly leadId: string
  readonly agent: string
  readonly language: Language
  readonly settings: ConversationSettings
  /** Of the event at hand. */
  readonly now: number
  readonly turn: number
  readonly lines: ReadonlyArray<SpokenLine>
  readonly heard: ReadonlyArray<string>
  readonly answers: ReadonlyArray<Answer>
  readonly asked: string | null
  readonly reply: Reply | null
  /** Our messages, and how far each got. */
  readonly followed: ReadonlyArray<{ readonly messageId: string; readonly status: DeliveryStatus }>
  readonly earlyUpdates: ReadonlyArray<{
    readonly messageId: string
    readonly status: DeliveryStatus
    readonly at: number
  }>
  /** Who speaks for us: `agent`, the person who took it (`person:ana`), or `person` while one is waited for. */
  readonly owner: string
  readonly lastPersonAt: number
  readonly lastOursAt: number
  /** A handover that is decided and not yet done. `tellLead`: it was not the lead that asked for it. */
  readonly handOver: { readonly by: string; readonly reason: string; readonly tellLead: boolean } | null
  readonly followUps: {
    readonly inARow: number
    readonly total: number
    /** A series is under way. */
    readonly ahead: boolean
    /** No follow-up ever again: a person had it, or the lead opted out. */
    readonly ended: boolean
  }
  /** The AI may speak without asking: a person said yes, or it has spoken before. */
  readonly approved: boolean
}

/** The owner while the AI speaks, and while a person is waited for. */
export const theAgent = "agent"
export const anyPerson = "person"

/** What the engine makes itself: results of jobs, and timers. `at` is its clock. */
export type EngineEvent =
  | { readonly type: "xstate.done.actor.writeReply"; readonly output: WriteReplyOutput; readonly at: number }
  | { readonly type: "xstate.error.actor.writeReply"; readonly error: unknown; readonly at: number }
  | { readonly type: "xstate.done.actor.sendChunk"; readonly output: SendChunkOutput; readonly at: number }
  | { readonly type: "xstate.error.actor.sendChunk"; readonly error: unknown; readonly at: number }

export type ConversationEvent = EventsOf<typeof conversationEvents> | EngineEvent
export type ConversationEmitted = EventsOf<typeof conversationEmitted>
export type ConversationRule = Rule<Conversation, ConversationEvent, ConversationEmitted>

/** The event of one type, where the chart leaves no other. */
export type On<Type extends ConversationEvent["type"]> = Extract<ConversationEvent, { type: Type }>

/** What a conversation knows when it starts. */
export const newConversation = (input: ConversationInput): Conversation => ({
  conversationId: input.conversationId ?? "",
  channel: input.channel,
  instance: input.instance,
  contact: input.contact,
  contactName: input.contactName ?? null,
  leadId: input.leadId,
  agent: input.agent,
  language: input.language,
  settings: input.settings,
  now: 0,
  turn: 0,
  lines: [],
  heard: [],
  answers: [],
  asked: null,
  reply: null,
  followed: [],
  earlyUpdates: [],
  owner: theAgent,
  lastPersonAt: 0,
  lastOursAt: 0,
  handOver: null,
  followUps: { inARow: 0, total: 0, ahead: false, ended: false },
  approved: false
})
