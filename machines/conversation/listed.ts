import type { ListedMachine } from "../listed-machine.ts"
import { ConversationInput, conversationEmitted, conversationEvents } from "./events.ts"
import { conversationJobs } from "./jobs.ts"
import { conversationMachine } from "./machine.ts"

/** What the engine and the API know of conversations. */
export const conversation = {
  machine: conversationMachine,
  source: import.meta.url,
  module: "conversations",
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
  sentElsewhere: ["PersonReplied"],
  input: ConversationInput,
  events: conversationEvents,
  emitted: conversationEmitted,
  jobs: conversationJobs
} satisfies ListedMachine<keyof typeof conversationEvents>
