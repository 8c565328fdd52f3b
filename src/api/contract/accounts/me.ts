import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { Language } from "../../../../machines/conversation/events.ts"
import { accountLimits } from "../../../accounts/account-limits.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const password = upTo(2 * accountLimits.passwordMax)

/** Where somebody is logged in. */
export const Session = Schema.Struct({
  id: Schema.String,
  company: Schema.String,
  startedAt: IsoTime,
  seenAt: IsoTime,
  expiresAt: IsoTime,
  address: Schema.String,
  agent: Schema.String,
  current: Schema.Boolean
}).annotate({ identifier: "Session" })

const Me = Schema.Struct({
  kind: Schema.Literals(["user", "apiKey"]),
  id: Schema.String,
  name: Schema.String,
  email: Schema.NullOr(Schema.String),
  language: Schema.NullOr(Language),
  company: Schema.String,
  roles: Schema.Array(Schema.String),
  may: Schema.Record(Schema.String, Schema.Struct({ read: Schema.String, write: Schema.String })).annotate({
    description: "By module, how far reading and writing reach: `all`, `own` or `none`."
  })
}).annotate({ identifier: "Me" })

const params = { id: Id }

/** The caller's own account. */
export const meGroup = HttpApiGroup.make("me")
  .add(
    HttpApiEndpoint.get("read", "/me", { success: Me, error: problems(401) }).annotateMerge(
      about("Who am I", "The caller, their company, and what they may in each module.")
    ),
    HttpApiEndpoint.patch("change", "/me", {
      payload: example(
        Schema.Struct({
          name: Schema.optionalKey(upTo(accountLimits.nameMax)),
          language: Schema.optionalKey(Language)
        }),
        { name: "Ana", language: "pt" }
      ),
      success: HttpApiSchema.NoContent,
      error: problems(400, 401, 403, 413, 415, 422)
    }).annotateMerge(about("Change my profile", "The caller's own name and language.")),
    HttpApiEndpoint.post("changePassword", "/me/password", {
      payload: example(Schema.Struct({ current: password, next: password }), {
        current: "correct horse battery",
        next: "purple staple window"
      }),
      success: HttpApiSchema.NoContent,
      error: problems(400, 401, 403, 413, 415, 422)
    }).annotateMerge(about("Change my password", "All other sessions of the caller end.")),
    HttpApiEndpoint.post("logout", "/auth/logout", {
      success: HttpApiSchema.NoContent,
      error: problems(400, 401, 403, 413, 415, 422)
    }).annotateMerge(about("Log out", "Ends the session at hand, its refresh token included.")),
    HttpApiEndpoint.get("sessions", "/me/sessions", {
      success: Schema.Struct({ items: Schema.Array(Session) }),
      error: problems(401, 403)
    }).annotateMerge(about("List my sessions", "Where the caller is logged in, at all companies.")),
    HttpApiEndpoint.delete("endSession", "/me/sessions/:id", {
      params,
      success: HttpApiSchema.NoContent,
      error: problems(401, 403, 404)
    }).annotateMerge(about("End one of my sessions", "Its tokens are worth nothing within seconds.")),
    HttpApiEndpoint.post("endOtherSessions", "/me/sessions/end-others", {
      success: Schema.Struct({ ended: Schema.Int }),
      error: problems(400, 401, 403, 413, 415, 422)
    }).annotateMerge(about("End my other sessions", "All but the one at hand."))
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Me", "The caller's own account and sessions."))
  .prefix(apiPrefix)
