import * as Context from "effect/Context"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import type { Principal } from "../../accounts/principal.ts"

/** Who asks. Its company is the only one that a request can reach. */
export class Caller extends Context.Service<Caller, Principal>()("centurion/api/Caller") {}

/** Headers of the answer under way, whatever it will be: what is written into it goes out with it. */
export class AnswerHeaders extends Context.Service<AnswerHeaders, Record<string, string>>()(
  "centurion/api/AnswerHeaders"
) {}

/** The body of the request, read once and found to be JSON, or empty. */
export class Body extends Context.Service<Body, { readonly text: string; readonly json: unknown }>()(
  "centurion/api/Body"
) {}

/** Whether an endpoint takes what people filled in: fields may be empty, with blanks around them, or null. */
export const IsForm = Context.Reference<boolean>("centurion/api/IsForm", { defaultValue: () => false })

/** The key of the request as events carry it; undefined when the client gave none. */
export class Idempotency extends Context.Service<Idempotency, string | undefined>()(
  "centurion/api/Idempotency"
) {}

/** Turns every failure into problem details, and gives every answer the headers that it is to have. */
export class Problems extends HttpApiMiddleware.Service<Problems, { provides: AnswerHeaders }>()(
  "centurion/api/Problems"
) {}

/** How a caller is shown to be somebody. */
const bearer = HttpApiSecurity.bearer.pipe(
  HttpApiSecurity.annotateMerge(
    OpenApi.annotations({
      description:
        "An access token from `POST /api/v1/auth/login`, or an API key; the company is the one that it belongs to."
    })
  )
)

/** Lets in who has valid credentials, as often as they may; whoever has none is counted by address. */
export class Authenticates extends HttpApiMiddleware.Service<
  Authenticates,
  { provides: Caller; requires: AnswerHeaders }
>()("centurion/api/Authenticates", { security: { bearer } }) {}

/** Counts by address: for what anybody may ask without credentials. */
export class LimitsAddress extends HttpApiMiddleware.Service<LimitsAddress, { requires: AnswerHeaders }>()(
  "centurion/api/LimitsAddress"
) {}

/** Few forms a minute from one address. */
export class LimitsForms extends HttpApiMiddleware.Service<LimitsForms>()("centurion/api/LimitsForms") {}

/** Any page may send it and read the answer: no credentials go with it, and the answer tells nothing. */
export class FromAnyPage extends HttpApiMiddleware.Service<FromAnyPage>()("centurion/api/FromAnyPage") {}

/** Gives the handler a body that was read within our limits. */
export class ReadsBody extends HttpApiMiddleware.Service<ReadsBody, { provides: Body }>()(
  "centurion/api/ReadsBody"
) {}

/**
 * A request that comes again by its `Idempotency-Key` gets the answer that it got then. The same key with another
 * request is refused, and so is one whose first request is still under way.
 */
export class AnswersOnce extends HttpApiMiddleware.Service<
  AnswersOnce,
  { provides: Idempotency; requires: Caller | Body }
>()("centurion/api/AnswersOnce") {}
