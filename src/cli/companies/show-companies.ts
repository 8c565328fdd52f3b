import * as Effect from "effect/Effect"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import { makeCompanyReader, type StoredCompany } from "../../companies/stored-company.ts"
import { failed } from "../cli-failure.ts"
import { withStore } from "../open-store.ts"
import { plain, print, printJson, printTable, timeOf } from "../terminal.ts"

/** All companies, as they are stored. */
const readCompanies = withStore(
  Effect.gen(function* () {
    return yield* makeCompanyReader(yield* EventStore, yield* History)
  })
)

/** Prints every company, one a line. */
export const listCompanies = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const companies = yield* readCompanies
  if (json) return yield* Effect.forEach(companies, printJson, { discard: true })
  if (companies.length === 0)
    return yield* print("no companies yet: `centurion start` takes in the company files")
  const rows = companies.map(({ id, status, changedAt, settings }) => [
    id,
    status,
    timeOf(changedAt),
    (settings.instances ?? []).map(({ channel, instance }) => `${channel}:${instance}`).join(" ") || "-",
    plain(settings.name)
  ])
  yield* printTable([["COMPANY", "STATUS", "CHANGED", "ACCOUNTS", "NAME"], ...rows])
})

/** Prints one company with its settings. */
export const showCompany = Effect.fnUntraced(function* (asked: {
  readonly company: string
  readonly json: boolean
}) {
  const companies = yield* readCompanies
  const company = companies.find(({ id }) => id === asked.company)
  if (company === undefined) return yield* unknown(asked.company, companies)
  if (asked.json) return yield* printJson(company)
  const { status, why, createdAt, changedAt, settings } = company
  const because = why === undefined ? "" : ` by ${plain(why.by)}: ${plain(why.reason)}`
  yield* print(`${company.id} is ${status}${because}`)
  yield* print(`made ${timeOf(createdAt)}, changed ${timeOf(changedAt)}`)
  yield* print(JSON.stringify(settings, undefined, 2))
})

const namedMax = 20

const unknown = (id: string, companies: ReadonlyArray<StoredCompany>) => {
  const named = companies.slice(0, namedMax).map((each) => each.id)
  const more = companies.length > namedMax ? ", …" : ""
  const there = companies.length === 0 ? "there is none yet" : `there are ${named.join(", ")}${more}`
  return failed("UnknownCompany", `no company is called "${id}"; ${there}`)
}
