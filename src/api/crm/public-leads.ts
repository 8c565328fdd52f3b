import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Layer from "effect/Layer"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"
import { CompanyId } from "../../../machines/company/settings.ts"
import { Language } from "../../../machines/conversation/events.ts"
import { formLimits } from "../../../machines/lead/events.ts"
import { Companies } from "../../companies/companies.ts"
import { Settings } from "../../config.ts"
import { addressGroup, clientAddress } from "../../http/client-address.ts"
import { submitLead } from "../../inbox/submit-lead.ts"
import { rateLimits } from "../contract/api-limits.ts"
import { about, example, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"
import { countRequest } from "../middleware/rate-limit.ts"
import { refuse } from "../refusal.ts"

const textMax = 200

/** Who somebody says that they are. */
export const WhoFields = {
  name: Schema.optionalKey(upTo(textMax)),
  email: Schema.optionalKey(
    upTo(254).check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" }))
  ),
  phone: Schema.optionalKey(
    upTo(40).check(Schema.isPattern(/\d{4}/, { expected: "a phone number, such as +5511999998888" }))
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

/** Few a minute from one address. */
class LimitsForms extends HttpApiMiddleware.Service<LimitsForms>()("centurion/http/api/LimitsForms") {
  static readonly layer = Layer.effect(
    LimitsForms,
    Effect.gen(function* () {
      const { trustedProxies } = yield* Settings
      const counts = yield* RateLimiterStore
      return (answering) =>
        Effect.gen(function* () {
          const source = (yield* HttpServerRequest.HttpServerRequest).source as IncomingMessage
          const who = addressGroup(clientAddress(source, trustedProxies))
          yield* countRequest(counts, `form:${who}`, rateLimits.publicLeads)
          return yield* answering
        }) as never
    })
  )
}

/** Any page may send it and read the answer: no credentials go with it, and the answer tells nothing. */
class FromAnyPage extends HttpApiMiddleware.Service<FromAnyPage>()("centurion/http/api/FromAnyPage") {
  static readonly layer = Layer.succeed(FromAnyPage, (answering) =>
    Effect.map(answering, HttpServerResponse.setHeaders({ "access-control-allow-origin": "*" }))
  )
}

const group = HttpApiGroup.make("public")
  .add(
    HttpApiEndpoint.post("lead", "/public/leads", {
      payload: Lead,
      success: Schema.Struct({ received: Schema.Literal(true) })
        .annotate({ examples: [{ received: true }] as never })
        .pipe(HttpApiSchema.status(202)),
      error: problems(400, 404, 413, 415, 422)
    }).annotateMerge(
      about(
        "Leave a lead",
        "For forms and landing pages, without credentials; e-mail or phone is needed. The same person is the same lead. A few a minute from one address."
      )
    )
  )
  .middleware(ReadsBody)
  .middleware(LimitsForms)
  .middleware(Problems)
  .middleware(FromAnyPage)
  .annotateMerge(titled("Public", "What anybody may send."))

/** What anybody may send; it stands outside of `/api/v1`. */
export const publicGroups = [group] as const

const received = { received: true } as const

const handlers = HttpApiBuilder.group(
  HttpApi.make("centurion")
    .add(group)
    .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" }),
  "public",
  (handlers) =>
    handlers.handle(
      "lead",
      Effect.fnUntraced(function* ({ payload }) {
        const { company: of, website, source, campaign, form, ...who } = payload
        if (website !== undefined && website !== "") return received
        const company = yield* Effect.mapError((yield* Companies).get(of), () =>
          refuse(404, `there is no company "${of}"`)
        )
        if (who.email === undefined && who.phone === undefined)
          return yield* refuse(422, "an e-mail or a phone number is needed", {
            errors: [{ pointer: "/email", detail: "an e-mail or a phone number is needed" }]
          })
        yield* submitLead({
          company: company.id,
          who,
          source: source ?? "form",
          ...(campaign === undefined ? {} : { campaign }),
          ...(form === undefined ? {} : { form }),
          principal: "form"
        })
        return received
      })
    )
)

/** What answers it. */
export const publicLayers = [
  handlers.pipe(Layer.provide(Layer.mergeAll(LimitsForms.layer, FromAnyPage.layer)))
] as const

/** Browsers ask before they send JSON to another host. */
export const publicPreflight = HttpRouter.use((router) =>
  router.add(
    "OPTIONS",
    "/public/leads",
    HttpServerResponse.empty({
      status: 204,
      headers: {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "content-type",
        "access-control-max-age": "86400"
      }
    })
  )
)
