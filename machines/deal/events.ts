import * as Schema from "effect/Schema"

const by = Schema.String
const reason = Schema.String
const at = Schema.Number

/** The open stages, in order. */
export const DealStage = Schema.Literals(["new", "discovery", "proposal", "negotiation"])
export type DealStage = typeof DealStage.Type

/** What a deal starts with. */
export const DealInput = Schema.Struct({})

/** What may be delivered to a deal. */
export const dealEvents = {
  /** Sent by the lead at its handoff; a second one changes nothing. */
  DealOpenAsked: Schema.Struct({
    leadId: Schema.String,
    conversationId: Schema.optionalKey(Schema.String),
    score: Schema.Number,
    by,
    reason,
    at
  }),
  DealMoveAsked: Schema.Struct({ to: DealStage, by, reason, at }),
  DealWinAsked: Schema.Struct({ by, reason, at, valueCents: Schema.optionalKey(Schema.Number) }),
  DealLoseAsked: Schema.Struct({ by, reason, at }),
  DealReopenAsked: Schema.Struct({ by, reason, at })
} as const

/** The facts that a deal emits. */
export const dealEmitted = {
  DealOpened: Schema.Struct({ leadId: Schema.String, score: Schema.Number, by, reason }),
  DealMoved: Schema.Struct({ from: DealStage, to: DealStage, by, reason }),
  DealWon: Schema.Struct({ by, reason, valueCents: Schema.optionalKey(Schema.Number) }),
  DealLost: Schema.Struct({ by, reason }),
  DealReopened: Schema.Struct({ by, reason, stage: DealStage })
} as const
