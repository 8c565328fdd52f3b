import * as Schema from "effect/Schema"
import { personal, subjectIn } from "../personal.ts"

/** What one reply may be at most, in characters. */
export const replyLimits = { textMax: 4000, knownMessagesMax: 50 } as const

const by = Schema.String
const at = Schema.Finite
const reason = Schema.String

/** What a reply starts with: the person that it goes to. */
export const ReplyInput = Schema.Struct({ leadId: subjectIn("lead")(Schema.String) })

/** What may be delivered to a reply. */
export const replyEvents = {
  /** A person wrote it, for this conversation and the account that it is on. */
  ReplyAsked: Schema.Struct({
    conversationId: Schema.String,
    channel: Schema.String,
    instance: Schema.String,
    contact: personal(Schema.String),
    text: personal(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(replyLimits.textMax))),
    /** Our messages that the conversation knows of: a receipt for this one is none of them. */
    knownMessageIds: Schema.Array(personal(Schema.String)).check(
      Schema.isMaxLength(replyLimits.knownMessagesMax)
    ),
    by,
    at
  }),
  /** One that failed is tried again; of one in doubt a person has looked whether it arrived. */
  ReplyRetryAsked: Schema.Struct({ by, reason, at })
} as const

/** The facts that a reply emits. */
export const replyEmitted = {
  ReplyDelivered: Schema.Struct({
    conversationId: Schema.String,
    messageId: personal(Schema.String),
    by,
    at
  }),
  /** Nobody can tell whether it arrived; it is not sent again by itself. */
  ReplyInDoubt: Schema.Struct({ conversationId: Schema.String, by }),
  ReplyNotDelivered: Schema.Struct({ conversationId: Schema.String, by, reason })
} as const
