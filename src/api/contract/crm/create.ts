import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { accountEvents } from "../../../../machines/account/events.ts"
import { about, apiPrefix, example, titled, Written } from "../group.ts"
import { withParameters, writeHeaders } from "../list-parameters.ts"
import { AnswersOnce, Authenticates, IsForm, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"
import { LeadFields, WhoFields } from "./public-leads.ts"

const created = Written.pipe(HttpApiSchema.status(201))
const errors = problems(400, 401, 403, 409, 410, 413, 415, 422)
const { by: _by, reason: _reason, at: _at, ...accountFields } = accountEvents.AccountDescribeAsked.fields

/** What people and programs may begin. */
export const createGroup = HttpApiGroup.make("create")
  .add(
    HttpApiEndpoint.post("contact", "/contacts", {
      payload: example(Schema.Struct(WhoFields), {
        name: "Rui Lima",
        email: "rui@example.com",
        organisation: "Acme"
      }),
      success: created,
      error: errors
    })
      .annotate(IsForm, true)
      .annotateMerge(
        about(
          "Create a contact",
          "Refused with 409 when somebody is known by the same phone or e-mail. The id is that of its lead and its deal, too. Who may only see their own contacts owns it."
        )
      ),
    HttpApiEndpoint.post("account", "/accounts", {
      payload: example(Schema.Struct(accountFields), { name: "Acme Ltda", site: "https://acme.example" }),
      success: created,
      error: errors
    }).annotateMerge(about("Create an account", "An organisation that contacts may belong to.")),
    HttpApiEndpoint.post("lead", "/leads", {
      payload: example(Schema.Struct({ ...WhoFields, ...LeadFields }), {
        name: "Rui Lima",
        phone: "+5511999998888",
        source: "crm",
        campaign: "spring"
      }),
      success: created,
      error: errors
    })
      .annotate(IsForm, true)
      .annotateMerge(
        about(
          "Submit a lead",
          "E-mail or phone is needed. The same person is the same lead; what is known of a contact stays as it is."
        )
      )
  )
  .annotateEndpointsMerge(withParameters(writeHeaders.slice(1)))
  .middleware(AnswersOnce)
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Create", "What people and programs may begin."))
  .prefix(apiPrefix)
