import type { ListedMachine } from "../listed-machine.ts"
import { AccountInput, accountEmitted, accountEvents } from "./events.ts"
import { accountJobs } from "./jobs.ts"
import { accountMachine } from "./machine.ts"

/** What the engine and the API know of accounts, the organisations that contacts work for. */
export const account = {
  machine: accountMachine,
  source: import.meta.url,
  input: AccountInput,
  events: accountEvents,
  emitted: accountEmitted,
  jobs: accountJobs
} satisfies ListedMachine<keyof typeof accountEvents>
