import * as Schema from "effect/Schema"
import { WhyEffect, WhyEvent, WhyJob } from "../../actors/why/why-event.ts"
import { DeliveryStatus } from "../../machines/conversation/events.ts"

/** Why a text is not there: the person was erased, or the key can't be unwrapped here. */
const withheld = Schema.NullOr(Schema.Literals(["erased", "locked", "broken"]))
/** An event's version in the conversation, and when it was recorded (epoch ms). */
const place = { version: Schema.Number, at: Schema.Number }

/** One message that a turn answers. */
const InboundTold = Schema.Struct({
  ...place,
  /** Null when it is withheld. */
  messageId: Schema.NullOr(Schema.String),
  /** Null when it has none, or when it is withheld. */
  text: Schema.NullOr(Schema.String),
  media: Schema.Number,
  withheld
})

/** The call of the model that wrote a turn's reply, or failed to. Fields that its answer or the event lacks are null. */
export const ModelCallTold = Schema.Struct({
  ...place,
  model: Schema.NullOr(Schema.String),
  promptHash: Schema.NullOr(Schema.String),
  tokensIn: Schema.NullOr(Schema.Number),
  tokensOut: Schema.NullOr(Schema.Number),
  costUsd: Schema.NullOr(Schema.Number),
  job: Schema.NullOr(WhyJob)
})
export type ModelCallTold = typeof ModelCallTold.Type

/** The first contact that waited for a person's yes. */
const ApprovalTold = Schema.Struct({
  ...place,
  decision: Schema.NullOr(
    Schema.Struct({
      ...place,
      approved: Schema.Boolean,
      by: Schema.String,
      reason: Schema.String
    })
  )
})

/** One thing that became of a chunk. `job` is the send that it tells of. */
const ChunkEventTold = Schema.Struct({
  ...place,
  type: Schema.Literals(["sent", "inDoubt", "failed"]),
  reason: Schema.NullOr(Schema.String),
  job: Schema.NullOr(WhyJob)
})

const ReceiptTold = Schema.Struct({ ...place, status: DeliveryStatus, by: Schema.String })

/** One chunk of a reply: what became of it, the newest last, and how far it got. */
export const ChunkTold = Schema.Struct({
  chunk: Schema.Number,
  /** Null when it is withheld. */
  text: Schema.NullOr(Schema.String),
  withheld,
  /** `waiting`: not sent yet. `givenUp`: never sent, because the reply was given up before. */
  state: Schema.Literals(["waiting", "givenUp", "sent", "inDoubt", "failed"]),
  messageId: Schema.NullOr(Schema.String),
  events: Schema.Array(ChunkEventTold),
  receipts: Schema.Array(ReceiptTold)
})
export type ChunkTold = typeof ChunkTold.Type

/** One turn of a conversation: what it answers, who wrote it, who allowed it, and what became of it. */
export const TurnTold = Schema.Struct({
  /** `acme/conversation/7f3` */
  conversation: Schema.String,
  turn: Schema.Number,
  messages: Schema.Array(InboundTold),
  /** When the lead's turn was over; null for what we say unasked. */
  closed: Schema.NullOr(Schema.Struct(place)),
  model: Schema.NullOr(ModelCallTold),
  approval: Schema.NullOr(ApprovalTold),
  chunks: Schema.Array(ChunkTold),
  /** How it ended; null while it goes on. */
  end: Schema.NullOr(
    Schema.Struct({
      ...place,
      type: Schema.Literals(["ReplySent", "ReplySuperseded", "ReplyFailed"]),
      reason: Schema.NullOr(Schema.String)
    })
  )
})
export type TurnTold = typeof TurnTold.Type

/** Why one line was said, or one decision taken. */
export const Explanation = Schema.Struct({
  /** `acme/conversation/7f3@12` */
  place: Schema.String,
  /** The chunk that was asked for, of the first of `turns`; null when it was another event. */
  chunk: Schema.NullOr(Schema.Number),
  /** The turns that it passed through, the nearest first. */
  turns: Schema.Array(TurnTold),
  /** The event, and up from it the tree of its causes. */
  event: WhyEvent,
  /** What it led to; only when it was asked for. */
  effects: Schema.optionalKey(WhyEffect)
})
export type Explanation = typeof Explanation.Type
