import { setup } from "xstate"
import { act, type EventsOf, type Rule } from "../rule.ts"
import type { DealStage, dealEmitted, dealEvents } from "./events.ts"

/** What a deal knows; `stage` is the open stage that it is in, or was in last. */
export type Deal = {
  readonly leadId: string | null
  readonly conversationId: string | null
  readonly score: number
  readonly stage: DealStage
  readonly valueCents: number | null
}

type DealEvent = EventsOf<typeof dealEvents>
type DealEmitted = EventsOf<typeof dealEmitted>
type DealRule = Rule<Deal, DealEvent, DealEmitted>
type On<Type extends DealEvent["type"]> = Extract<DealEvent, { type: Type }>

const open: DealRule = (_, event) => {
  const { leadId, conversationId = null, score, by, reason } = event as On<"DealOpenAsked">
  return {
    context: { leadId, conversationId, score },
    emit: [{ type: "DealOpened", leadId, score, by, reason }]
  }
}

const move: DealRule = ({ stage }, event) => {
  const { to, by, reason } = event as On<"DealMoveAsked">
  return { context: { stage: to }, emit: [{ type: "DealMoved", from: stage, to, by, reason }] }
}

const win: DealRule = (_, event) => {
  const { by, reason, valueCents } = event as On<"DealWinAsked">
  const value = valueCents === undefined ? {} : { valueCents }
  return { context: value, emit: [{ type: "DealWon", by, reason, ...value }] }
}

const lose: DealRule = (_, event) => {
  const { by, reason } = event as On<"DealLoseAsked">
  return { emit: [{ type: "DealLost", by, reason }] }
}

const reopen: DealRule = ({ stage }, event) => {
  const { by, reason } = event as On<"DealReopenAsked">
  return { context: { valueCents: null }, emit: [{ type: "DealReopened", by, reason, stage }] }
}

const dealSetup = setup({
  types: { context: {} as Deal, events: {} as DealEvent, emitted: {} as DealEmitted },
  actions: { open: act(open), move: act(move), win: act(win), lose: act(lose), reopen: act(reopen) },
  guards: {
    movesTo: ({ context, event }, { stage }: { stage: DealStage }) =>
      event.type === "DealMoveAsked" && event.to === stage && context.stage !== stage
  }
})

const moveTo = <Stage extends DealStage>(stage: Stage) =>
  ({
    guard: { type: "movesTo", params: { stage } },
    target: `.${stage}`,
    actions: "move"
  }) as const

/**
 * A deal: unopened until its lead is handed off, then open in one of four stages, in any order, then won or lost.
 * Reopened, it goes on in the stage that it was in.
 */
export const dealMachine = dealSetup.createMachine({
  id: "deal",
  version: "1.0.0",
  context: { leadId: null, conversationId: null, score: 0, stage: "new", valueCents: null },
  initial: "unopened",
  states: {
    unopened: { on: { DealOpenAsked: { target: "open", actions: "open" } } },
    open: {
      initial: "new",
      states: {
        new: {},
        discovery: {},
        proposal: {},
        negotiation: {},
        lastStage: { type: "history" }
      },
      on: {
        DealMoveAsked: [moveTo("new"), moveTo("discovery"), moveTo("proposal"), moveTo("negotiation")],
        DealWinAsked: { target: "won", actions: "win" },
        DealLoseAsked: { target: "lost", actions: "lose" }
      }
    },
    won: { on: { DealReopenAsked: { target: "open.lastStage", actions: "reopen" } } },
    lost: { on: { DealReopenAsked: { target: "open.lastStage", actions: "reopen" } } }
  }
})
