import type { ListedMachine } from "../listed-machine.ts"
import { ContactInput, contactEmitted, contactEvents } from "./events.ts"
import { contactJobs } from "./jobs.ts"
import { contactMachine } from "./machine.ts"

/** What the engine and the API know of contacts. */
export const contact = {
  machine: contactMachine,
  source: import.meta.url,
  input: ContactInput,
  events: contactEvents,
  emitted: contactEmitted,
  jobs: contactJobs,
  knownBy: "ContactDescribeAsked"
} satisfies ListedMachine<keyof typeof contactEvents>
