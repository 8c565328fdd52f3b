import { setup } from "xstate"
import { act, type EventsOf, type Rule } from "../rule.ts"
import type { accountEmitted, accountEvents } from "./events.ts"

/** What an account knows; what is not known is left out. */
export type Account = { readonly described: Description }

type AccountEvent = EventsOf<typeof accountEvents>
type AccountEmitted = EventsOf<typeof accountEmitted>
type AccountRule = Rule<Account, AccountEvent, AccountEmitted>

const fields = ["name", "site", "taxId", "segment", "employees"] as const
type Description = { readonly [Field in (typeof fields)[number]]?: string | number }

const told = ({ by, reason }: AccountEvent) => (reason === undefined ? { by } : { by, reason })

const describe: AccountRule = ({ described }, event) => {
  const asked = event as Extract<AccountEvent, { type: "AccountDescribeAsked" }>
  const changed = fields.filter(
    (field) => asked[field] !== undefined && (asked[field] ?? undefined) !== described[field]
  )
  if (changed.length === 0) return {}
  const news = Object.fromEntries(changed.map((field) => [field, asked[field] ?? null]))
  const all = Object.entries({ ...described, ...news }).filter(([, value]) => value !== null)
  return {
    context: { described: Object.fromEntries(all) as Description },
    emit: [{ type: "AccountDescribed", ...news, ...told(asked) }]
  }
}

const archive: AccountRule = (_, event) => ({ emit: [{ type: "AccountArchived", ...told(event) }] })
const reopen: AccountRule = (_, event) => ({ emit: [{ type: "AccountReopened", ...told(event) }] })

const accountSetup = setup({
  types: { context: {} as Account, events: {} as AccountEvent, emitted: {} as AccountEmitted },
  actions: { describe: act(describe), archive: act(archive), reopen: act(reopen) }
})

/** An account: an organisation that contacts belong to. Archived, it takes no change until it is reopened. */
export const accountMachine = accountSetup.createMachine({
  id: "account",
  version: "1.0.0",
  context: { described: {} },
  initial: "active",
  states: {
    active: {
      on: {
        AccountDescribeAsked: { actions: "describe" },
        AccountArchiveAsked: { target: "archived", actions: "archive" }
      }
    },
    archived: { on: { AccountReopenAsked: { target: "active", actions: "reopen" } } }
  }
})
