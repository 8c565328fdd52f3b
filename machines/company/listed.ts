import type { ListedMachine } from "../listed-machine.ts"
import { CompanyInput, companyEmitted, companyEvents } from "./events.ts"
import { companyJobs } from "./jobs.ts"
import { companyMachine } from "./machine.ts"

/** What the engine and the API know of a company's own actor. */
export const company = {
  machine: companyMachine,
  source: import.meta.url,
  plural: "companies",
  module: "settings",
  // Its endpoints are written by hand: a change must be looked at together with all other companies.
  api: false,
  fromPeople: [],
  input: CompanyInput,
  events: companyEvents,
  emitted: companyEmitted,
  jobs: companyJobs
} satisfies ListedMachine<keyof typeof companyEvents>
