import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as Schema from "effect/Schema"
import { Language } from "../../../../machines/conversation/events.ts"
import { accountLimits } from "../../../accounts/account-limits.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { LimitsAddress, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

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

/** Logging in, and what comes before it. */
export const authGroup = HttpApiGroup.make("auth")
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
  .prefix(apiPrefix)
