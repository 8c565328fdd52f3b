import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { CompanyId } from "../../../../machines/company/settings.ts"
import { fourDigits } from "../../../../machines/contact/events.ts"
import { Language } from "../../../../machines/conversation/events.ts"
import { formLimits } from "../../../../machines/lead/events.ts"
import { about, example, titled, upTo } from "../group.ts"
import { FromAnyPage, IsForm, LimitsForms, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const textMax = 200

/** Who somebody says that they are. */
export const WhoFields = {
  name: Schema.optionalKey(upTo(textMax)),
  email: Schema.optionalKey(
    upTo(254).check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" }))
  ),
  phone: Schema.optionalKey(
    upTo(40).check(Schema.isPattern(fourDigits, { expected: "a phone number, such as +5511999998888" }))
  ),
  organisation: Schema.optionalKey(upTo(textMax)),
  role: Schema.optionalKey(upTo(textMax)),
  language: Schema.optionalKey(Language)
} as const

/** What came with a lead. */
export const LeadFields = {
  source: Schema.optionalKey(upTo(formLimits.sourceMax)),
  campaign: Schema.optionalKey(upTo(formLimits.campaignMax)),
  form: Schema.optionalKey(
    Schema.Record(
      Schema.String.check(Schema.isMaxLength(formLimits.nameMax)),
      Schema.String.check(Schema.isMaxLength(formLimits.valueMax))
    ).check(Schema.isMaxProperties(formLimits.fieldsMax - Object.keys(WhoFields).length))
  )
} as const

const Lead = example(
  Schema.Struct({
    company: CompanyId,
    ...WhoFields,
    ...LeadFields,
    website: Schema.optionalKey(
      Schema.String.check(Schema.isMaxLength(textMax)).annotate({
        description: "Hidden on the form: what fills it in is no person, and is thanked and forgotten."
      })
    )
  }),
  {
    company: "acme",
    name: "Rui Lima",
    email: "rui@example.com",
    campaign: "spring",
    form: { interest: "demo" }
  }
)

/** What anybody may send; it stands outside of `/api/v1`. */
export const publicGroup = HttpApiGroup.make("public")
  .add(
    HttpApiEndpoint.post("lead", "/public/leads", {
      payload: Lead,
      success: example(Schema.Struct({ received: Schema.Literal(true) }), { received: true }).pipe(
        HttpApiSchema.status(202)
      ),
      error: problems(400, 404, 413, 415, 422)
    })
      .annotate(IsForm, true)
      .annotateMerge(
        about(
          "Leave a lead",
          "For forms and landing pages, without credentials; e-mail or phone is needed, and a field that is empty was not filled in. The same person is the same lead. A few a minute from one address."
        )
      )
  )
  .middleware(ReadsBody)
  .middleware(LimitsForms)
  .middleware(Problems)
  .middleware(FromAnyPage)
  .annotateMerge(titled("Public", "What anybody may send."))
