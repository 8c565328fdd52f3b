import * as Schema from "effect/Schema"
import { personal } from "../personal.ts"
import { Answer, Language, Media } from "./events.ts"

/** One line of the conversation as the model reads it. */
const Line = Schema.Struct({
  from: Schema.Literals(["lead", "agent", "person"]),
  text: Schema.String,
  media: Schema.optionalKey(Schema.Array(Media)),
  /** When the lead wrote it, epoch ms. */
  at: Schema.optionalKey(Schema.Finite)
})

/** The jobs that a conversation asks for. Every text that a lead may read comes from `writeReply`. */
export const conversationJobs = {
  /** Asks the model for the reply to one whole turn, a first message, a follow-up, or the line that hands over. */
  writeReply: {
    input: Schema.Struct({
      purpose: Schema.Literals(["reply", "firstContact", "followUp", "handOver", "optedOut"]),
      turn: Schema.Finite,
      /** Which follow-up, from 1. */
      followUp: Schema.optionalKey(Schema.Finite),
      agent: Schema.String,
      language: Language,
      contactName: Schema.optionalKey(Schema.String),
      /** What was really said so far, oldest first, at most 50 lines, without `lines`. */
      history: Schema.Array(Line),
      /** The lead's messages that nobody has answered yet. */
      lines: Schema.Array(Line),
      answers: Schema.Array(Answer),
      /** The criterion that was asked last and not yet answered. */
      asked: Schema.optionalKey(Schema.String)
    }),
    output: Schema.Struct({
      chunks: Schema.Array(personal(Schema.String)),
      language: Language,
      answers: Schema.Array(Answer),
      /** The criterion that this reply asks for. */
      asks: Schema.optionalKey(Schema.String),
      /** Set when a person should go on: `askedForPerson`, `qualified`, `cannotAnswer`. The chunks are still sent. */
      handOver: Schema.optionalKey(Schema.String),
      model: Schema.String,
      promptHash: Schema.String,
      tokensIn: Schema.Finite,
      tokensOut: Schema.Finite,
      costUsd: Schema.Finite
    })
  },
  /** Sends one chunk by the conversation's channel. Fails with reason `inDoubt` when nobody can tell. */
  sendChunk: {
    input: Schema.Struct({
      channel: Schema.String,
      instance: Schema.String,
      contact: Schema.String,
      turn: Schema.Finite,
      chunk: Schema.Finite,
      text: Schema.String,
      /** Our messages that the conversation knows of: a receipt for this chunk is none of them. */
      knownMessageIds: Schema.optionalKey(Schema.Array(Schema.String))
    }),
    output: Schema.Struct({ messageId: personal(Schema.String), at: Schema.Finite })
  },
  /** Shows "typing…" while we pause before a chunk; nobody waits for it. */
  showTyping: {
    input: Schema.Struct({
      channel: Schema.String,
      instance: Schema.String,
      contact: Schema.String,
      durationMs: Schema.Finite
    }),
    output: Schema.Null
  }
} as const
