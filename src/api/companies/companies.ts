import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { CompanyChanges, CompanyFile } from "../../../machines/company/settings.ts"
import { principalName } from "../../accounts/principal.ts"
import { CompanyAdmin } from "../../companies/company-admin.ts"
import type { CompanyRefused } from "../../companies/company-desk.ts"
import type { StoredCompany } from "../../companies/stored-company.ts"
import { mayReachAll } from "../caller.ts"
import { apiLimits } from "../contract/api-limits.ts"
import { about, apiOf, example, Id, IsoTime, iso, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { withParameters, writeHeaders } from "../lists/list-parameters.ts"
import { readIfMatch } from "../machines/actor-requests.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"
import { etagOf, refuse } from "../refusal.ts"

const Company = example(
  Schema.Struct({
    id: Schema.String,
    status: Schema.Literals(["active", "suspended", "deleting", "deleted"]),
    settings: CompanyFile,
    version: Schema.Int,
    createdAt: IsoTime,
    changedAt: IsoTime,
    why: Schema.NullOr(Schema.Struct({ by: Schema.String, reason: Schema.String }))
  }).annotate({ identifier: "Company" }),
  {
    id: "acme",
    status: "active",
    settings: { id: "acme", name: "Acme" },
    version: 3,
    createdAt: "2026-01-31T12:00:00.000Z",
    changedAt: "2026-01-31T12:00:00.000Z",
    why: null
  }
)

const reason = upTo(apiLimits.reasonMax)
const Changes = example(Schema.Struct({ ...CompanyChanges.fields, reason }), {
  name: "Acme Brasil",
  retentionDays: 365,
  reason: "the new contract says so"
})
const Reason = example(Schema.Struct({ reason }), { reason: "the contract ended" })
const params = { id: Id }
const errors = problems(400, 401, 403, 404, 409, 412, 413, 415, 422)
const ifMatch = withParameters(writeHeaders.slice(0, 1))

const own = HttpApiGroup.make("company")
  .add(
    HttpApiEndpoint.get("read", "/company", {
      success: Company,
      error: problems(401, 403, 404)
    }).annotateMerge(
      about("Read the company", "The caller's own, with its settings; the ETag is for `If-Match`.")
    ),
    HttpApiEndpoint.patch("change", "/company", { payload: Changes, success: Company, error: errors })
      .annotateMerge(
        about(
          "Change the company's settings",
          "Each section as a whole; null brings back its default. Every change is an event with who and why."
        )
      )
      .annotateMerge(ifMatch)
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Company", "The caller's own company and its settings."))

const all = HttpApiGroup.make("installation")
  .add(
    HttpApiEndpoint.get("list", "/companies", {
      success: Schema.Struct({ items: Schema.Array(Company) }),
      error: problems(401, 403)
    }).annotateMerge(about("List companies", "All of this installation, those that were deleted included.")),
    HttpApiEndpoint.post("create", "/companies", {
      payload: example(Schema.Struct({ settings: CompanyFile, reason }), {
        settings: { id: "acme", name: "Acme" },
        reason: "a new customer"
      }),
      success: Company.pipe(HttpApiSchema.status(201)),
      error: errors
    }).annotateMerge(about("Create a company", "With its settings; only id and name are needed.")),
    HttpApiEndpoint.get("read", "/companies/:id", {
      params,
      success: Company,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Read a company", "Any of this installation.")),
    HttpApiEndpoint.patch("change", "/companies/:id", {
      params,
      payload: Changes,
      success: Company,
      error: errors
    })
      .annotateMerge(about("Change a company's settings", "Any of this installation."))
      .annotateMerge(ifMatch),
    HttpApiEndpoint.post("suspend", "/companies/:id/suspend", {
      params,
      payload: Reason,
      success: Company,
      error: errors
    }).annotateMerge(about("Suspend a company", "It takes nothing more until it is resumed.")),
    HttpApiEndpoint.post("resume", "/companies/:id/resume", {
      params,
      payload: Reason,
      success: Company,
      error: errors
    }).annotateMerge(about("Resume a company", "A suspended one goes on.")),
    HttpApiEndpoint.post("delete", "/companies/:id/delete", {
      params,
      payload: Reason,
      success: Company.pipe(HttpApiSchema.status(202)),
      error: errors
    }).annotateMerge(
      about("Delete a company", "It is none from then on; its persons are erased, then its read models go.")
    )
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Installation", "All companies of this installation, for its owner."))

/** The company, and all companies. */
export const companyGroups = [own, all] as const

const shown = ({ createdAt, changedAt, why, ...rest }: StoredCompany) => ({
  ...rest,
  createdAt: iso(createdAt),
  changedAt: iso(changedAt),
  why: why ?? null
})

const answer = (company: StoredCompany, status = 200) =>
  HttpServerResponse.jsonUnsafe(shown(company), { status, headers: { etag: etagOf(company.version) } })

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

/** Which other company has it is nobody's business but the owner's. */
const refusedToOne = (error: CompanyRefused) =>
  error.reason === "instanceTaken"
    ? refuse(409, "another company has one of these accounts already")
    : refused(error)

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

const ownHandlers = HttpApiBuilder.group(apiOf(own), "company", (handlers) =>
  handlers.handleAll({
    read: Effect.fnUntraced(function* () {
      const { company } = yield* mayReachAll("settings", "read", "company.read", "company")
      return answer(yield* Effect.catchTag((yield* CompanyAdmin).get(company), "CompanyRefused", refused))
    }),
    change: Effect.fnUntraced(function* ({ payload }) {
      const caller = yield* mayReachAll("settings", "write", "company.change", "company")
      const changing = change(caller.company, payload, principalName(caller))
      return yield* Effect.catchTag(changing, "CompanyRefused", refusedToOne)
    })
  })
)

type Work = "suspend" | "resume" | "delete"

const turn = Effect.fnUntraced(function* (work: Work, id: string, reason: string) {
  const caller = yield* mayReachAll("companies", "write", `company.${work}`, `company:${id}`)
  const companies = yield* CompanyAdmin
  const asking = { by: principalName(caller), reason }
  const turned = yield* Effect.catchTag(companies[work](id, asking), "CompanyRefused", refused)
  return answer(turned, work === "delete" ? 202 : 200)
})

const allHandlers = HttpApiBuilder.group(apiOf(all), "installation", (handlers) =>
  handlers.handleAll({
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
)

/** What answers them. */
export const companyLayers = [ownHandlers, allHandlers] as const
