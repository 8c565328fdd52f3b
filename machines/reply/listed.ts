import type { ListedMachine } from "../listed-machine.ts"
import { ReplyInput, replyEmitted, replyEvents } from "./events.ts"
import { replyJobs } from "./jobs.ts"
import { replyMachine } from "./machine.ts"

/** What the engine and the API know of replies that a person asked the agent for. */
export const reply = {
  machine: replyMachine,
  source: import.meta.url,
  plural: "replies",
  module: "conversations",
  // It begins by the conversation's own endpoint, which looks whether the lead may be written to.
  fromPeople: ["ReplyRetryAsked"],
  input: ReplyInput,
  events: replyEvents,
  emitted: replyEmitted,
  jobs: replyJobs
} satisfies ListedMachine<keyof typeof replyEvents>
