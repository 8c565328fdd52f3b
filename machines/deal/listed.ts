import type { ListedMachine } from "../listed-machine.ts"
import { DealInput, dealEmitted, dealEvents } from "./events.ts"
import { dealJobs } from "./jobs.ts"
import { dealMachine } from "./machine.ts"

/** What the engine and the API know of deals. */
export const deal = {
  machine: dealMachine,
  source: import.meta.url,
  fromPeople: ["DealMoveAsked", "DealWinAsked", "DealLoseAsked", "DealReopenAsked"],
  input: DealInput,
  events: dealEvents,
  emitted: dealEmitted,
  jobs: dealJobs
} satisfies ListedMachine<keyof typeof dealEvents>
