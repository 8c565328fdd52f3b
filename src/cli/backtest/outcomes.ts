import type { BacktestReport } from "../../../actors/backtest/backtest-report.ts"

/** Decisions that a business counts, and the facts that say them. */
const facts: Readonly<Record<string, ReadonlyArray<string>>> = {
  qualified: ["LeadQualified"],
  disqualified: ["LeadDisqualified"],
  "handed off": ["LeadHandedOff", "HandedOver"],
  "opted out": ["OptedOut"],
  "follow-ups": ["FollowUpSent"],
  closed: ["ConversationClosed"]
}

/** How often the candidate alone, or the recorded version alone, took one such decision at a first divergence. */
export interface Outcome {
  readonly outcome: string
  readonly gained: number
  readonly lost: number
}

/** The outcomes that changed. */
export const outcomesOf = ({ emitted }: Pick<BacktestReport, "emitted">): ReadonlyArray<Outcome> =>
  Object.entries(facts).flatMap(([outcome, types]) => {
    const found = emitted.filter(({ name }) => types.includes(name))
    const gained = found.reduce((sum, each) => sum + each.gained, 0)
    const lost = found.reduce((sum, each) => sum + each.lost, 0)
    return gained + lost === 0 ? [] : [{ outcome, gained, lost }]
  })
