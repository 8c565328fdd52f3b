import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { RateLimiterStore } from "effect/persistence/RateLimiter"
import { Companies } from "../../companies/companies.ts"
import { callingCodeOf } from "../../companies/phone-number.ts"
import { Settings } from "../../config.ts"
import { Admission } from "../../http/admission.ts"
import { clientAddress } from "../../http/client-address.ts"
import { submitLead } from "../../inbox/submit-lead.ts"
import { addressGroup } from "../../redis/address-group.ts"
import { rateLimits } from "../contract/api-limits.ts"
import { publicGroup } from "../contract/crm/public-leads.ts"
import { FromAnyPage, LimitsForms } from "../contract/middleware.ts"
import { handlersOf } from "../handlers-of.ts"
import { countRequest } from "../middleware/rate-limit.ts"
import { answerFailure, refuse } from "../refusal.ts"

const received = { received: true } as const

/** What answers `LimitsForms`. */
export const limitsForms = Layer.effect(
  LimitsForms,
  Effect.gen(function* () {
    const { trustedProxies } = yield* Settings
    const counts = yield* RateLimiterStore
    const count = Effect.gen(function* () {
      const source = (yield* HttpServerRequest.HttpServerRequest).source as IncomingMessage
      const who = addressGroup(clientAddress(source, trustedProxies))
      yield* countRequest(counts, `form:${who}`, rateLimits.publicLeads)
    })
    return (answering) => Effect.matchEffect(count, { onSuccess: () => answering, onFailure: answerFailure })
  })
)

/** What answers `FromAnyPage`. */
export const fromAnyPage = Layer.succeed(FromAnyPage, (answering) =>
  Effect.map(answering, HttpServerResponse.setHeaders({ "access-control-allow-origin": "*" }))
)

/** What answers publicGroup. */
export const publicHandlers = handlersOf(publicGroup, {
  lead: Effect.fnUntraced(function* ({ payload }) {
    const { company: of, website, source, campaign, form, ...who } = payload
    if (website !== undefined && website !== "") return received
    if (who.email === undefined && who.phone === undefined)
      return yield* refuse(422, "an e-mail or a phone number is needed", {
        errors: [{ pointer: "/email", detail: "an e-mail or a phone number is needed" }]
      })
    const company = yield* Effect.option((yield* Companies).get(of))
    // A stranger must not learn which companies there are; whoever put the form up reads it in the log.
    if (company._tag === "None") {
      yield* Effect.logWarning(`a lead of the public form is thrown away: there is no company "${of}"`)
      return received
    }
    yield* countRequest(yield* RateLimiterStore, `forms:${of}`, rateLimits.publicLeadsOfCompany)
    const home = callingCodeOf(company.value.conversation.timeZone)
    const submitting = submitLead({
      company: of,
      who,
      ...(home === undefined ? {} : { home }),
      source: source ?? "form",
      ...(campaign === undefined ? {} : { campaign }),
      ...(form === undefined ? {} : { form }),
      principal: "form"
    })
    yield* (yield* Admission).take(`form ${of}`, submitting)
    return received
  })
})

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
