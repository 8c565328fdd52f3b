import { ConversationInput, conversationEmitted, conversationEvents } from "./conversation/events.ts"
import { conversationJobs } from "./conversation/jobs.ts"
import { conversationMachine } from "./conversation/machine.ts"
import { DealInput, dealEmitted, dealEvents } from "./deal/events.ts"
import { dealJobs } from "./deal/jobs.ts"
import { dealMachine } from "./deal/machine.ts"
import { LeadInput, leadEmitted, leadEvents } from "./lead/events.ts"
import { leadJobs } from "./lead/jobs.ts"
import { leadMachine } from "./lead/machine.ts"
import type { ListedMachine } from "./listed-machine.ts"

/** The machines that run here; a new one is a new folder and a line in this list. */
export const machines: ReadonlyArray<ListedMachine> = [
  {
    machine: conversationMachine,
    module: "SDR",
    fromPeople: [
      "PersonReplied",
      "PersonTookOver",
      "ReturnedToAi",
      "FirstContactAsked",
      "FirstContactApproved",
      "FirstContactRefused",
      "ConversationCloseAsked",
      "ConversationReopenAsked"
    ],
    input: ConversationInput,
    events: conversationEvents,
    emitted: conversationEmitted,
    jobs: conversationJobs
  },
  {
    machine: leadMachine,
    fromPeople: ["LeadQualifyAsked", "LeadDisqualifyAsked", "LeadReopenAsked"],
    input: LeadInput,
    events: leadEvents,
    emitted: leadEmitted,
    jobs: leadJobs
  },
  {
    machine: dealMachine,
    fromPeople: ["DealMoveAsked", "DealWinAsked", "DealLoseAsked", "DealReopenAsked"],
    input: DealInput,
    events: dealEvents,
    emitted: dealEmitted,
    jobs: dealJobs
  }
]
