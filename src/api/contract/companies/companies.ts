import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { CompanyChanges, CompanyFile } from "../../../../machines/company/settings.ts"
import { apiLimits } from "../api-limits.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { withParameters, writeHeaders } from "../list-parameters.ts"
import { Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

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
/** What may be changed of a company, and why it is. */
export const Changes = example(Schema.Struct({ ...CompanyChanges.fields, reason }), {
  name: "Acme Brasil",
  retentionDays: 365,
  reason: "the new contract says so"
})
const Reason = example(Schema.Struct({ reason }), { reason: "the contract ended" })
const params = { id: Id }
const errors = problems(400, 401, 403, 404, 409, 412, 413, 415, 422)
const ifMatch = withParameters(writeHeaders.slice(0, 1))

/** The caller's own company. */
export const companyGroup = HttpApiGroup.make("company")
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
          "Each section as a whole; null brings back its default. Every change is an event with who and why. Which accounts of channels it has (`instances`) only the owner of the installation changes."
        )
      )
      .annotateMerge(ifMatch)
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Company", "The caller's own company and its settings."))
  .prefix(apiPrefix)

/** All companies of the installation. */
export const installationGroup = HttpApiGroup.make("installation")
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
  .prefix(apiPrefix)
