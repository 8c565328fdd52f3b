import { integer, maybeInteger, maybeText, maybeTime, oneOf, text, time } from "./column.ts"
import { maybeWhole, maybeWords } from "./given.ts"
import { type PastEvent, type RowOf, readModel } from "./read-model.ts"

const columns = {
  account_id: text("The account's id."),
  name: maybeText("The organisation's name.", { filters: true, sorts: true }),
  site: maybeText("Its web site."),
  tax_id: maybeText("Its tax id.", { filters: true }),
  segment: maybeText("Its segment.", { filters: true }),
  employees: maybeInteger("How many people work there.", { filters: true, sorts: true }),
  state: oneOf(["active", "archived"], "Whether it is still looked after.", { filters: true }),
  archived_at: maybeTime("When it was archived; null while it is not."),
  by: maybeText("Who last changed it."),
  why: maybeText("Why, when that was told."),
  created_at: time("When it was first heard of.", { filters: true, sorts: true }),
  updated_at: time("When anything of it last changed.", { filters: true, sorts: true }),
  version: integer("The version of its stream that this row shows.")
}
type Account = RowOf<typeof columns>

/** Organisations that contacts belong to. */
export const accounts = readModel({
  name: "accounts",
  version: 1,
  about:
    "One row for each account: an organisation that contacts belong to. It is no person, so nothing of it is personal data.",
  machines: ["account"],
  key: ["account_id"],
  columns,
  fold: (event) => [{ key: [event.id], change: (row) => next(row ?? newAccount(event), event) }]
})

const newAccount = ({ id, recordedAt, version }: PastEvent): Account => ({
  account_id: id,
  name: null,
  site: null,
  tax_id: null,
  segment: null,
  employees: null,
  state: "active",
  archived_at: null,
  by: null,
  why: null,
  created_at: recordedAt,
  updated_at: recordedAt,
  version
})

const next = (row: Account, event: PastEvent): Account => ({
  ...row,
  ...changes(event),
  updated_at: event.recordedAt,
  version: event.version
})

const changes = ({ type, data, recordedAt }: PastEvent): Partial<Account> => {
  const attribution = { by: maybeWords(data.by), why: maybeWords(data.reason) }
  switch (type) {
    case "AccountDescribed":
      return { ...described(data), ...attribution }
    case "AccountArchived":
      return { state: "archived", archived_at: recordedAt, ...attribution }
    case "AccountReopened":
      return { state: "active", archived_at: null, ...attribution }
    default:
      return {}
  }
}

/** Only what is new is told; null was taken away. */
const described = ({ name, site, taxId, segment, employees }: PastEvent["data"]): Partial<Account> => ({
  ...(name === undefined ? {} : { name: maybeWords(name) }),
  ...(site === undefined ? {} : { site: maybeWords(site) }),
  ...(taxId === undefined ? {} : { tax_id: maybeWords(taxId) }),
  ...(segment === undefined ? {} : { segment: maybeWords(segment) }),
  ...(employees === undefined ? {} : { employees: maybeWhole(employees) })
})
