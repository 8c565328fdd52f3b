import { AccountInput, accountEmitted, accountEvents } from "./account/events.ts"
import { accountJobs } from "./account/jobs.ts"
import { accountMachine } from "./account/machine.ts"
import { CompanyInput, companyEmitted, companyEvents } from "./company/events.ts"
import { companyJobs } from "./company/jobs.ts"
import { companyMachine } from "./company/machine.ts"
import { ContactInput, contactEmitted, contactEvents } from "./contact/events.ts"
import { contactJobs } from "./contact/jobs.ts"
import { contactMachine } from "./contact/machine.ts"
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
import { ReplyInput, replyEmitted, replyEvents } from "./reply/events.ts"
import { replyJobs } from "./reply/jobs.ts"
import { replyMachine } from "./reply/machine.ts"

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
    fromPeople: ["LeadSubmitted", "LeadQualifyAsked", "LeadDisqualifyAsked", "LeadReopenAsked"],
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
  },
  {
    machine: contactMachine,
    input: ContactInput,
    events: contactEvents,
    emitted: contactEmitted,
    jobs: contactJobs
  },
  {
    machine: accountMachine,
    input: AccountInput,
    events: accountEvents,
    emitted: accountEmitted,
    jobs: accountJobs
  },
  {
    machine: companyMachine,
    plural: "companies",
    module: "Settings",
    // A change must be looked at together with all other companies: `src/companies` does.
    fromPeople: [],
    input: CompanyInput,
    events: companyEvents,
    emitted: companyEmitted,
    jobs: companyJobs
  },
  {
    machine: replyMachine,
    plural: "replies",
    module: "conversations",
    // It begins by the conversation's own endpoint, which looks whether the lead may be written to.
    fromPeople: ["ReplyRetryAsked"],
    input: ReplyInput,
    events: replyEvents,
    emitted: replyEmitted,
    jobs: replyJobs
  }
]
