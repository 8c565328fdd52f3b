import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Language } from "../../../machines/conversation/events.ts"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Invitations } from "../../accounts/people/invitations.ts"
import type { TokenPair } from "../../accounts/sessions/open-session.ts"
import { Sessions } from "../../accounts/sessions/sessions.ts"
import { Settings } from "../../config.ts"
import { clientAddress } from "../../http/client-address.ts"
import { about, apiOf, example, Id, IsoTime, iso, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { LimitsAddress } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"

const email = upTo(accountLimits.emailMax)
const password = upTo(2 * accountLimits.passwordMax)
const token = upTo(accountLimits.bearerMax)

const Tokens = example(
  Schema.Struct({
    accessToken: Schema.String.annotate({ description: "For `Authorization: Bearer`; good for 15 minutes." }),
    accessExpiresAt: IsoTime,
    refreshToken: Schema.String.annotate({ description: "For one refresh; good for 7 days." }),
    refreshExpiresAt: IsoTime,
    company: Schema.String
  }).annotate({ identifier: "Tokens" }),
  {
    accessToken: "eyJ…",
    accessExpiresAt: "2026-01-31T12:15:00.000Z",
    refreshToken: "centr_…",
    refreshExpiresAt: "2026-02-07T12:00:00.000Z",
    company: "acme"
  }
)

const Membership = Schema.Struct({ company: Schema.String, roles: Schema.Array(Schema.String) })
const UserOf = Schema.Struct({
  id: Schema.String,
  email: Schema.String,
  name: Schema.String,
  language: Schema.NullOr(Language)
})
const LoggedIn = Schema.Struct({ tokens: Tokens, user: UserOf, memberships: Schema.Array(Membership) })

const open = HttpApiGroup.make("auth")
  .add(
    HttpApiEndpoint.post("login", "/auth/login", {
      payload: example(Schema.Struct({ email, password, company: Schema.optionalKey(Id) }), {
        email: "ana@example.com",
        password: "correct horse battery",
        company: "acme"
      }),
      success: LoggedIn,
      error: problems(400, 401, 413, 415, 422)
    }).annotateMerge(
      about(
        "Log in",
        "Begins a session at one company: the one named, or else the first that the user belongs to. Few tries a minute."
      )
    ),
    HttpApiEndpoint.post("refresh", "/auth/refresh", {
      payload: example(Schema.Struct({ refreshToken: token }), { refreshToken: "centr_…" }),
      success: Tokens,
      error: problems(400, 401, 413, 415, 422)
    }).annotateMerge(
      about(
        "Refresh the tokens",
        "The refresh token is worth nothing afterwards. One that comes a second time ends the whole session."
      )
    ),
    HttpApiEndpoint.post("switchCompany", "/auth/switch", {
      payload: example(Schema.Struct({ refreshToken: token, company: Id }), {
        refreshToken: "centr_…",
        company: "globex"
      }),
      success: Tokens,
      error: problems(400, 401, 413, 415, 422)
    }).annotateMerge(
      about("Go to another company", "Ends the session and begins one at another company of the user.")
    ),
    HttpApiEndpoint.post("lookAtInvitation", "/auth/invitations/look", {
      payload: example(Schema.Struct({ token }), { token: "centi_…" }),
      success: Schema.Struct({
        company: Schema.String,
        email: Schema.String,
        roles: Schema.Array(Schema.String),
        hasAccount: Schema.Boolean
      }),
      error: problems(400, 409, 413, 415, 422)
    }).annotateMerge(
      about(
        "Look at an invitation",
        "What its token offers; `hasAccount` says whether a password is set or proved."
      )
    ),
    HttpApiEndpoint.post("acceptInvitation", "/auth/invitations/accept", {
      payload: example(
        Schema.Struct({
          token,
          password,
          name: upTo(accountLimits.nameMax),
          language: Schema.optionalKey(Language)
        }),
        { token: "centi_…", password: "correct horse battery", name: "Ana" }
      ),
      success: Schema.Struct({ user: Schema.String, company: Schema.String, email: Schema.String }),
      error: problems(400, 409, 413, 415, 422)
    }).annotateMerge(
      about(
        "Accept an invitation",
        "A new user sets a password; who has an account already proves it with theirs."
      )
    )
  )
  .middleware(ReadsBody)
  .middleware(LimitsAddress)
  .middleware(Problems)
  .annotateMerge(titled("Authentication", "Logging in, staying in, leaving."))

/** Logging in, and what comes before it. */
export const authGroups = [open] as const

const tokensOf = ({ access, refresh, refreshExpiresAt, company }: TokenPair) => ({
  accessToken: Redacted.value(access.token),
  accessExpiresAt: iso(access.expiresAt),
  refreshToken: Redacted.value(refresh),
  refreshExpiresAt: iso(refreshExpiresAt),
  company
})

const fromOf = Effect.fnUntraced(function* ({ source }: HttpServerRequest.HttpServerRequest) {
  const { trustedProxies } = yield* Settings
  const { headers } = source as IncomingMessage
  return {
    address: clientAddress(source as IncomingMessage, trustedProxies),
    agent: (headers["user-agent"] ?? "").slice(0, accountLimits.agentMax)
  }
})

const authHandlers = HttpApiBuilder.group(apiOf(open), "auth", (handlers) =>
  handlers.handleAll({
    login: Effect.fnUntraced(function* ({ payload, request }) {
      const { email, company } = payload
      const asked = { email, password: Redacted.make(payload.password), ...(yield* fromOf(request)) }
      const found = yield* (yield* Sessions).login(company === undefined ? asked : { ...asked, company })
      const { user, memberships } = found
      return { tokens: tokensOf(found), user: { ...user, language: user.language ?? null }, memberships }
    }),
    refresh: Effect.fnUntraced(function* ({ payload, request }) {
      return tokensOf(
        yield* (yield* Sessions).refresh(Redacted.make(payload.refreshToken), yield* fromOf(request))
      )
    }),
    switchCompany: Effect.fnUntraced(function* ({ payload, request }) {
      const refresh = Redacted.make(payload.refreshToken)
      return tokensOf(
        yield* (yield* Sessions).switchCompany(refresh, payload.company, yield* fromOf(request))
      )
    }),
    lookAtInvitation: Effect.fnUntraced(function* ({ payload }) {
      return yield* (yield* Invitations).look(Redacted.make(payload.token))
    }),
    acceptInvitation: Effect.fnUntraced(function* ({ payload, request }) {
      const { token, password, ...rest } = payload
      const { address } = yield* fromOf(request)
      const secret = { token: Redacted.make(token), password: Redacted.make(password) }
      return yield* (yield* Invitations).accept({ ...rest, ...secret, address })
    })
  })
)

/** What answers it. */
export const authLayers = [authHandlers] as const
