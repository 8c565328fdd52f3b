import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { principalName } from "../../accounts/principal.ts"
import type { CompanyRefused } from "../../companies/company-actors.ts"
import { CompanyAdmin } from "../../companies/company-admin.ts"
import type { StoredCompany } from "../../companies/stored-company.ts"
import { mayReachAll } from "../caller.ts"
import { type Changes, companyGroup, installationGroup } from "../contract/companies/companies.ts"
import { apiPrefix, iso } from "../contract/group.ts"
import { handlersOf } from "../handlers-of.ts"
import { readIfMatch } from "../machines/actor-requests.ts"
import { etagOf, refuse } from "../refusal.ts"

const shown = ({ createdAt, changedAt, why, ...rest }: StoredCompany) => ({
  ...rest,
  createdAt: iso(createdAt),
  changedAt: iso(changedAt),
  why: why ?? null
})

const answer = (company: StoredCompany, status = 200) =>
  HttpServerResponse.jsonUnsafe(shown(company), {
    status,
    headers: {
      etag: etagOf(company.version),
      ...(status === 201 ? { location: `${apiPrefix}/companies/${company.id}` } : {})
    }
  })

const statuses: Readonly<Record<CompanyRefused["reason"], number>> = {
  unknownCompany: 404,
  exists: 409,
  wrongSettings: 422,
  instanceTaken: 409,
  onHold: 409,
  notNow: 409,
  changed: 412,
  tooLarge: 413
}

const refused = ({ reason, message, version }: CompanyRefused) =>
  refuse(statuses[reason], message, version === undefined ? {} : { headers: { etag: etagOf(version) } })

/**
 * Which accounts of channels a company has is the installation's to say, not the company's own. Who sends them back as
 * they are changes nothing, and does not bring back what was taken away meanwhile.
 */
const ownChanges = Effect.fnUntraced(function* (
  company: string,
  { instances, ...changes }: typeof Changes.Type
) {
  if (instances === undefined) return changes
  const { settings } = yield* (yield* CompanyAdmin).get(company)
  if (isDeepStrictEqual(instances ?? [], settings.instances ?? [])) return changes
  yield* mayReachAll("companies", "write", "company.giveAccounts", `company:${company}`)
  return { ...changes, instances }
})

const change = Effect.fnUntraced(function* (
  id: string,
  { reason, ...changes }: typeof Changes.Type,
  by: string
) {
  const companies = yield* CompanyAdmin
  const expected = yield* readIfMatch
  if (expected === "none") {
    const { version } = yield* companies.get(id)
    return yield* refuse(412, `the company is at version ${version}, and none was expected`, {
      headers: { etag: etagOf(version) }
    })
  }
  const asking = { by, reason, ...(expected === "exists" ? {} : { expectedVersion: expected }) }
  return answer((yield* companies.change(id, changes, asking)).company)
})

/** What answers companyGroup. */
export const companyHandlers = handlersOf(companyGroup, {
  read: Effect.fnUntraced(function* () {
    const { company } = yield* mayReachAll("settings", "read", "company.read", "company")
    return answer(yield* Effect.catchTag((yield* CompanyAdmin).get(company), "CompanyRefused", refused))
  }),
  change: Effect.fnUntraced(function* ({ payload }) {
    const caller = yield* mayReachAll("settings", "write", "company.change", "company")
    const { company } = caller
    const changing = Effect.flatMap(ownChanges(company, payload), (changes) =>
      change(company, changes, principalName(caller))
    )
    return yield* Effect.catchTag(changing, "CompanyRefused", refused)
  })
})

type Work = "suspend" | "resume" | "delete"

const turn = Effect.fnUntraced(function* (work: Work, id: string, reason: string) {
  const caller = yield* mayReachAll("companies", "write", `company.${work}`, `company:${id}`)
  const companies = yield* CompanyAdmin
  const asking = { by: principalName(caller), reason }
  const turned = yield* Effect.catchTag(companies[work](id, asking), "CompanyRefused", refused)
  return answer(turned, work === "delete" ? 202 : 200)
})

/** What answers installationGroup. */
export const installationHandlers = handlersOf(installationGroup, {
  list: Effect.fnUntraced(function* () {
    yield* mayReachAll("companies", "read", "company.list", "company")
    const companies = yield* Effect.catchTag((yield* CompanyAdmin).list, "CompanyRefused", refused)
    return HttpServerResponse.jsonUnsafe({ items: companies.map(shown) })
  }),
  create: Effect.fnUntraced(function* ({ payload: { settings, reason } }) {
    const caller = yield* mayReachAll("companies", "write", "company.create", `company:${settings.id}`)
    const asking = { by: principalName(caller), reason }
    return answer(
      yield* Effect.catchTag((yield* CompanyAdmin).create(settings, asking), "CompanyRefused", refused),
      201
    )
  }),
  read: Effect.fnUntraced(function* ({ params: { id } }) {
    yield* mayReachAll("companies", "read", "company.read", `company:${id}`)
    return answer(yield* Effect.catchTag((yield* CompanyAdmin).get(id), "CompanyRefused", refused))
  }),
  change: Effect.fnUntraced(function* ({ params: { id }, payload }) {
    const caller = yield* mayReachAll("companies", "write", "company.change", `company:${id}`)
    return yield* Effect.catchTag(change(id, payload, principalName(caller)), "CompanyRefused", refused)
  }),
  suspend: ({ params, payload }) => turn("suspend", params.id, payload.reason),
  resume: ({ params, payload }) => turn("resume", params.id, payload.reason),
  delete: ({ params, payload }) => turn("delete", params.id, payload.reason)
})
