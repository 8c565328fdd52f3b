import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Language } from "../../../machines/conversation/events.ts"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Users } from "../../accounts/people/users.ts"
import { modules } from "../../accounts/permissions.ts"
import type { UserPrincipal } from "../../accounts/principal.ts"
import { type ListedSession, Sessions } from "../../accounts/sessions/sessions.ts"
import { Caller } from "../caller.ts"
import { about, apiOf, example, Id, IsoTime, iso, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"
import { refuse } from "../refusal.ts"

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

const own = HttpApiGroup.make("me")
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

/** The caller's own account. */
export const meGroups = [own] as const

/** Only a user has a session; a program has a key. */
const userCaller = Effect.flatMap(Caller, (caller) =>
  caller.kind === "user"
    ? Effect.succeed<UserPrincipal>(caller)
    : Effect.fail(refuse(403, "this is for users; an API key has no session and no password"))
)

const meHandlers = HttpApiBuilder.group(apiOf(own), "me", (handlers) =>
  handlers.handleAll({
    read: Effect.fnUntraced(function* () {
      const caller = yield* Caller
      const { kind, id, name, company, roles, may } = caller
      const reach = modules.map((module) => [
        module,
        { read: may(module, "read"), write: may(module, "write") }
      ])
      const isUser = caller.kind === "user"
      return {
        ...{ kind, id, name, company, roles },
        email: isUser ? caller.email : null,
        language: (isUser ? caller.language : undefined) ?? null,
        may: Object.fromEntries(reach)
      }
    }),
    change: Effect.fnUntraced(function* ({ payload }) {
      yield* (yield* Users).changeProfile(yield* userCaller, payload)
    }),
    changePassword: Effect.fnUntraced(function* ({ payload: { current, next } }) {
      const caller = yield* userCaller
      yield* (yield* Users).changePassword(caller, Redacted.make(current), Redacted.make(next))
    }),
    logout: Effect.fnUntraced(function* () {
      yield* (yield* Sessions).logout(yield* userCaller)
    }),
    sessions: Effect.fnUntraced(function* () {
      const found = yield* (yield* Sessions).list(yield* userCaller)
      return { items: found.map(shownSession) }
    }),
    endSession: Effect.fnUntraced(function* ({ params }) {
      yield* (yield* Sessions).end(yield* userCaller, params.id)
    }),
    endOtherSessions: Effect.fnUntraced(function* () {
      return { ended: yield* (yield* Sessions).endOthers(yield* userCaller) }
    })
  })
)

/** A session as the API shows it. */
export const shownSession = ({ session, startedAt, seenAt, expiresAt, ...rest }: ListedSession) => ({
  id: session,
  ...rest,
  startedAt: iso(startedAt),
  seenAt: iso(seenAt),
  expiresAt: iso(expiresAt)
})

/** What answers it. */
export const meLayers = [meHandlers] as const
