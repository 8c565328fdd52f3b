import * as Schema from "effect/Schema"

const by = Schema.String
const reason = Schema.String
const at = Schema.Finite

/** The open stages, in order. */
export const DealStage = Schema.Literals(["new", "discovery", "proposal", "negotiation"])
export type DealStage = typeof DealStage.Type

/** The most that a deal is won with. Its cents, and sums of many deals, stay exact in JSON and in the database. */
export const valueCentsMax = 1_000_000_000_000

/** Money in whole cents of the company's currency. Stored facts may have others: they were taken before it was checked. */
const Cents = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: valueCentsMax })).annotate({
  description: "Whole cents of the company's currency.",
  examples: [150_000]
})

/** What a deal starts with. */
export const DealInput = Schema.Struct({})

/** What may be delivered to a deal. */
export const dealEvents = {
  /** Sent by the lead at its handoff; a second one changes nothing. */
  DealOpenAsked: Schema.Struct({
    leadId: Schema.String,
    conversationId: Schema.optionalKey(Schema.String),
    score: Schema.Finite,
    by,
    reason,
    at
  }),
  DealMoveAsked: Schema.Struct({ to: DealStage, by, reason, at }),
  DealWinAsked: Schema.Struct({ by, reason, at, valueCents: Schema.optionalKey(Cents) }),
  DealLoseAsked: Schema.Struct({ by, reason, at }),
  DealReopenAsked: Schema.Struct({ by, reason, at })
} as const

/** The facts that a deal emits. */
export const dealEmitted = {
  DealOpened: Schema.Struct({ leadId: Schema.String, score: Schema.Finite, by, reason }),
  DealMoved: Schema.Struct({ from: DealStage, to: DealStage, by, reason }),
  DealWon: Schema.Struct({ by, reason, valueCents: Schema.optionalKey(Schema.Finite) }),
  DealLost: Schema.Struct({ by, reason }),
  DealReopened: Schema.Struct({ by, reason, stage: DealStage })
} as const
