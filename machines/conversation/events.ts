import * as Schema from "effect/Schema"
import { personal, subjectIn } from "../personal.ts"

/** One piece of media; we keep the provider's reference, not the bytes. */
export const Media = Schema.Struct({
  kind: Schema.Literals(["audio", "image", "video", "document", "sticker", "location", "contact"]),
  /** How the provider finds it again: a URL, a file id. */
  reference: personal(Schema.String),
  /** The sender chooses it, and may write a name into it. */
  mimeType: Schema.optionalKey(personal(Schema.String)),
  caption: Schema.optionalKey(personal(Schema.String)),
  durationSeconds: Schema.optionalKey(Schema.Finite)
})
export type Media = typeof Media.Type

/** How far a message got; it never goes back (`failed` only before `delivered`). */
export const DeliveryStatus = Schema.Literals(["sent", "delivered", "read", "failed"])
export type DeliveryStatus = typeof DeliveryStatus.Type

/** The languages that leads are answered in. */
export const Language = Schema.Literals(["pt", "en", "es"])
export type Language = typeof Language.Type

/** Who did it, as `person:ana`, `agent:sdr`, `lead`, `channel:evolution`; and why, in words. */
const by = Schema.String
const reason = Schema.String
/** What the provider calls a message; it may hold a phone number or a chat's id. */
const messageId = personal(Schema.String)
/** When it happened, epoch ms. Machines have no clock: every time comes in an event. */
const at = Schema.Finite

/** Opening hours of one weekday, minutes from midnight in the company's time zone. */
const Hours = Schema.Struct({ fromMinute: Schema.Finite, toMinute: Schema.Finite })

/** What a company sets for its conversations. Durations in ms. */
export const ConversationSettings = Schema.Struct({
  /** Silence after which the lead's turn is over. */
  turnClosureMs: Schema.Finite,
  /** Pace of writing, characters a minute, and the shortest and longest pause before a chunk. */
  typing: Schema.Struct({ charactersPerMinute: Schema.Finite, minMs: Schema.Finite, maxMs: Schema.Finite }),
  /** Silence after our last message before the first, second, … follow-up; at most 3. */
  followUpAfterMs: Schema.Array(Schema.Finite),
  /** IANA name; business hours are in it. */
  timeZone: Schema.String,
  /** By weekday, 0 is Sunday; null is closed. Follow-ups go out inside them only. */
  businessHours: Schema.Array(Schema.NullOr(Hours)),
  /** The AI's first message to this lead waits for a person's yes. */
  approveFirstContact: Schema.Boolean,
  /** After this long without a person's message, a conversation that a person took goes back to the AI; 0 is never. */
  returnToAiAfterMs: Schema.Finite,
  /** Closed after this long without a word from either side. */
  closeAfterMs: Schema.Finite
})
export type ConversationSettings = typeof ConversationSettings.Type

/** What a conversation starts with. `leadId` names the lead actor, `agent` the persona that answers. */
export const ConversationInput = Schema.Struct({
  /** The conversation's own id, by which its lead answers it; without it the lead can't. */
  conversationId: Schema.optionalKey(Schema.String),
  channel: Schema.String,
  instance: Schema.String,
  contact: personal(Schema.String),
  contactName: Schema.optionalKey(personal(Schema.String)),
  /** The person that it is about. */
  leadId: subjectIn("lead")(Schema.String),
  agent: Schema.String,
  language: Language,
  settings: ConversationSettings
})
export type ConversationInput = typeof ConversationInput.Type

/** What may be delivered to a conversation from outside. */
export const conversationEvents = {
  MessageReceived: Schema.Struct({
    messageId,
    at,
    text: Schema.optionalKey(personal(Schema.String)),
    media: Schema.optionalKey(Schema.Array(Media)),
    contactName: Schema.optionalKey(personal(Schema.String))
  }),
  /** A person wrote to the lead, from the phone or the console; the AI falls silent. */
  PersonReplied: Schema.Struct({
    messageId,
    at,
    text: Schema.optionalKey(personal(Schema.String)),
    media: Schema.optionalKey(Schema.Array(Media)),
    by,
    source: Schema.Literals(["phone", "console"])
  }),
  DeliveryUpdated: Schema.Struct({ messageId, status: DeliveryStatus, at }),
  PersonTookOver: Schema.Struct({ by, reason, at }),
  ReturnedToAi: Schema.Struct({ by, reason, at }),
  FirstContactAsked: Schema.Struct({ by, reason, at }),
  /** With `turn`, the yes is for the text of that turn only: a newer text is held again. */
  FirstContactApproved: Schema.Struct({ by, reason, at, turn: Schema.optionalKey(Schema.Finite) }),
  FirstContactRefused: Schema.Struct({ by, reason, at }),
  /** Sent by the lead at its handoff: one closing line goes out, then a person goes on. */
  HandOverAsked: Schema.Struct({ by, reason, at }),
  /** Sent by the lead, which said so in another conversation: on another account or channel. */
  LeadOptedOut: Schema.Struct({ said: personal(Schema.String), at }),
  LeadOptedIn: Schema.Struct({ by, reason, at }),
  ConversationCloseAsked: Schema.Struct({ by, reason, at }),
  ConversationReopenAsked: Schema.Struct({ by, reason, at }),
  SettingsChanged: Schema.Struct({ settings: ConversationSettings, by, reason, at })
} as const

const turn = Schema.Finite
const chunk = Schema.Struct({ turn, chunk: Schema.Finite })

/** One answer that the lead gave to one of the company's criteria. */
export const Answer = Schema.Struct({
  criterion: Schema.String,
  /** As understood: a number for a budget or a team size, an ISO date, true or false, or text. */
  value: personal(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])),
  /** The lead's words it was taken from. */
  said: personal(Schema.String)
})
export type Answer = typeof Answer.Type

/** The facts that a conversation emits; projections follow these. */
export const conversationEmitted = {
  ConversationStarted: Schema.Struct({
    channel: Schema.String,
    contact: personal(Schema.String),
    leadId: Schema.String
  }),
  TurnClosed: Schema.Struct({ turn, messageIds: Schema.Array(messageId) }),
  ReplyWritten: Schema.Struct({
    turn,
    chunks: Schema.Array(personal(Schema.String)),
    model: Schema.String,
    promptHash: Schema.String,
    tokensIn: Schema.Finite,
    tokensOut: Schema.Finite,
    costUsd: Schema.Finite
  }),
  /** The reply was given up before it was out, for a newer message or a person; `unsent` chunks were never sent. */
  ReplySuperseded: Schema.Struct({ turn, unsent: Schema.Finite }),
  ChunkSent: Schema.Struct({ turn, chunk: Schema.Finite, messageId, text: personal(Schema.String), at }),
  /** Whether it reached the lead can't be told; by the company's rule it is not sent again. */
  ChunkInDoubt: Schema.Struct({ ...chunk.fields, reason }),
  ChunkFailed: Schema.Struct({ ...chunk.fields, reason }),
  /** Every chunk of the turn's reply went out; of `inDoubt` of them nobody can tell whether they arrived. */
  ReplySent: Schema.Struct({ turn, at, inDoubt: Schema.optionalKey(Schema.Finite) }),
  ReplyFailed: Schema.Struct({ turn, reason }),
  DeliveryStatusChanged: Schema.Struct({ messageId, status: DeliveryStatus, at }),
  AnswerUnderstood: Schema.Struct({ turn, ...Answer.fields }),
  FollowUpSent: Schema.Struct({ followUp: Schema.Finite, turn, at }),
  FollowUpsStopped: Schema.Struct({
    reason: Schema.Literals(["handedOver", "replied", "optedOut", "closed", "exhausted"])
  }),
  HandedOver: Schema.Struct({ by, reason }),
  TakenBack: Schema.Struct({ by, reason }),
  OptedOut: Schema.Struct({ said: personal(Schema.String), at }),
  FirstContactHeld: Schema.Struct({ turn }),
  ConversationClosed: Schema.Struct({ by, reason }),
  ConversationReopened: Schema.Struct({ by, reason })
} as const
