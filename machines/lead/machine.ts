import { setup } from "xstate"
import { act } from "../rule.ts"
import type { LeadInput } from "./events.ts"
import {
  capture,
  create,
  disqualify,
  endSilence,
  engage,
  handOff,
  type Lead,
  type LeadEmitted,
  type LeadEvent,
  newLead,
  noteConversation,
  notePersonAskedFor,
  optedOutReason,
  qualify,
  reachesThreshold,
  reasonToDisqualify,
  reopen,
  score,
  silence
} from "./rules.ts"

const mayReopen = ({ disqualified }: Lead, event: LeadEvent): boolean =>
  (event.type === "LeadReopenAsked" && event.by !== "lead") || disqualified?.reason === optedOutReason

const leadSetup = setup({
  types: {
    context: {} as Lead,
    events: {} as LeadEvent,
    emitted: {} as LeadEmitted,
    input: {} as LeadInput
  },
  actions: {
    create: act(create),
    capture: act(capture),
    engage: act(engage),
    noteConversation: act(noteConversation),
    notePersonAskedFor: act(notePersonAskedFor),
    score: act(score),
    qualify: act(qualify),
    handOff: act(handOff),
    disqualify: act(disqualify),
    silence: act(silence),
    endSilence: act(endSilence),
    reopen: act(reopen)
  },
  guards: {
    failsRequired: ({ context, event }) => reasonToDisqualify(context, event) !== null,
    reachesThreshold: ({ context, event }) => reachesThreshold(context, event),
    hasId: ({ context }) => context.leadId !== null,
    wasHandedOff: ({ context }) => context.dealId !== null,
    // A lead that opts in again undoes its own opt-out, not a person's decision.
    mayReopen: ({ context, event }) => mayReopen(context, event),
    mayReopenDeal: ({ context, event }) => context.dealId !== null && mayReopen(context, event)
  }
})

/**
 * A lead: new until it speaks, engaged while its answers are weighed, qualified by the company's criteria or by a
 * person, and then at once handed off to a deal of its own id, exactly once. A required criterion that is not met,
 * an opt-out or a person disqualifies it. With all answers given and too low a score it stays engaged: the last
 * `LeadScored` has nothing open, and a person decides.
 */
export const leadMachine = leadSetup.createMachine({
  id: "lead",
  version: "2.0.0",
  context: ({ input }) => newLead(input),
  entry: "create",
  initial: "new",
  on: {
    LeadSubmitted: { actions: "capture" },
    PersonAskedFor: { actions: "notePersonAskedFor" },
    LeadDisqualifyAsked: { target: ".disqualified", actions: "disqualify" },
    LeadOptedOut: { target: ".disqualified", actions: ["silence", "disqualify"] },
    LeadOptedIn: { actions: "endSilence" },
    LeadSpoke: { actions: "noteConversation" },
    ConversationBegan: { actions: "noteConversation" },
    LeadAnswered: { actions: "score" },
    CriteriaChanged: { actions: "score" }
  },
  states: {
    new: {
      on: {
        LeadSpoke: { target: "engaged", actions: "engage" },
        LeadAnswered: [
          { guard: "failsRequired", target: "disqualified", actions: ["engage", "score", "disqualify"] },
          { guard: "reachesThreshold", target: "qualified", actions: ["engage", "score", "qualify"] },
          { target: "engaged", actions: ["engage", "score"] }
        ],
        LeadQualifyAsked: { target: "qualified", actions: "qualify" }
      }
    },
    engaged: {
      on: {
        LeadAnswered: [
          { guard: "failsRequired", target: "disqualified", actions: ["score", "disqualify"] },
          { guard: "reachesThreshold", target: "qualified", actions: ["score", "qualify"] },
          { actions: "score" }
        ],
        CriteriaChanged: [
          { guard: "failsRequired", target: "disqualified", actions: ["score", "disqualify"] },
          { guard: "reachesThreshold", target: "qualified", actions: ["score", "qualify"] },
          { actions: "score" }
        ],
        LeadQualifyAsked: { target: "qualified", actions: "qualify" }
      }
    },
    // A lead that was not told its own id rests here: its deal could not be named.
    qualified: { always: { guard: "hasId", target: "handedOff", actions: "handOff" } },
    handedOff: {},
    disqualified: {
      on: {
        LeadOptedOut: { actions: "silence" },
        LeadDisqualifyAsked: {},
        LeadReopenAsked: [
          { guard: "mayReopenDeal", target: "handedOff", actions: "reopen" },
          { guard: "mayReopen", target: "engaged", actions: "reopen" }
        ],
        LeadOptedIn: [
          { guard: "mayReopenDeal", target: "handedOff", actions: ["endSilence", "reopen"] },
          { guard: "mayReopen", target: "engaged", actions: ["endSilence", "reopen"] },
          { actions: "endSilence" }
        ]
      }
    }
  }
})
