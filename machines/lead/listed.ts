import type { ListedMachine } from "../listed-machine.ts"
import { LeadInput, leadEmitted, leadEvents } from "./events.ts"
import { leadJobs } from "./jobs.ts"
import { leadMachine } from "./machine.ts"

/** What the engine and the API know of leads. */
export const lead = {
  machine: leadMachine,
  fromPeople: ["LeadSubmitted", "LeadQualifyAsked", "LeadDisqualifyAsked", "LeadReopenAsked"],
  sentElsewhere: ["LeadSubmitted"],
  input: LeadInput,
  events: leadEvents,
  emitted: leadEmitted,
  jobs: leadJobs
} satisfies ListedMachine<keyof typeof leadEvents>
