import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Language } from "../../../machines/conversation/events.ts"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Invitations } from "../../accounts/people/invitations.ts"
import { Users } from "../../accounts/people/users.ts"
import { cellOf, modules, roles } from "../../accounts/permissions.ts"
import { Sessions } from "../../accounts/sessions/sessions.ts"
import { Caller } from "../caller.ts"
import { about, apiOf, example, Id, IsoTime, iso, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { pageParameters, withParameters } from "../lists/list-parameters.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"
import { Session, shownSession } from "./me.ts"

const Roles = Schema.Array(Schema.Literals(roles)).check(
  Schema.isMinLength(1),
  Schema.isMaxLength(accountLimits.rolesMax)
)

const User = example(
  Schema.Struct({
    id: Schema.String,
    email: Schema.String,
    name: Schema.String,
    language: Schema.NullOr(Language),
    roles: Schema.Array(Schema.String),
    state: Schema.Literals(["active", "suspended"]),
    since: IsoTime,
    loggedInAt: Schema.NullOr(IsoTime)
  }).annotate({ identifier: "User" }),
  {
    id: "k3j5h2l7m9p4q6r8",
    email: "ana@example.com",
    name: "Ana",
    language: "pt",
    roles: ["Comercial"],
    state: "active",
    since: "2026-01-31T12:00:00.000Z",
    loggedInAt: null
  }
)

const Invitation = Schema.Struct({
  id: Schema.String,
  email: Schema.String,
  roles: Schema.Array(Schema.String),
  invitedBy: Schema.String,
  madeAt: IsoTime,
  expiresAt: IsoTime
}).annotate({ identifier: "Invitation" })

const params = { id: Id }
const done = HttpApiSchema.NoContent
const changes = problems(400, 401, 403, 404, 409, 413, 415, 422)

const group = HttpApiGroup.make("users")
  .add(
    HttpApiEndpoint.get("list", "/users", {
      success: Schema.Struct({ items: Schema.Array(User), next: Schema.NullOr(Schema.String) }),
      error: problems(400, 401, 403)
    })
      .annotateMerge(
        about("List users", "Users of the company, by e-mail; `next` is the `after` of the next page.")
      )
      .annotateMerge(
        withParameters([
          pageParameters(accountLimits.pageMax),
          {
            name: "after",
            in: "query",
            required: false,
            description: "The last e-mail that you have.",
            schema: { type: "string" }
          }
        ])
      ),
    HttpApiEndpoint.put("setRoles", "/users/:id/roles", {
      params,
      payload: example(Schema.Struct({ roles: Roles }), { roles: ["Comercial"] }),
      success: done,
      error: changes
    }).annotateMerge(
      about("Set a user's roles", "Nobody gives more than they have, and an administrator stays.")
    ),
    HttpApiEndpoint.post("suspend", "/users/:id/suspend", {
      params,
      success: done,
      error: changes
    }).annotateMerge(
      about("Suspend a user", "They come in no more at this company, and are out within seconds.")
    ),
    HttpApiEndpoint.post("restore", "/users/:id/restore", {
      params,
      success: done,
      error: changes
    }).annotateMerge(about("Restore a user", "A suspended user may come in again.")),
    HttpApiEndpoint.patch("rename", "/users/:id", {
      params,
      payload: example(Schema.Struct({ name: upTo(accountLimits.nameMax) }), { name: "Ana Lima" }),
      success: done,
      error: changes
    }).annotateMerge(about("Rename a user", "Only one who belongs to no other company.")),
    HttpApiEndpoint.delete("remove", "/users/:id", { params, success: done, error: changes }).annotateMerge(
      about("Remove a user", "They belong to the company no more; their account stays, for others.")
    ),
    HttpApiEndpoint.get("sessions", "/users/:id/sessions", {
      params,
      success: Schema.Struct({ items: Schema.Array(Session) }),
      error: problems(401, 403)
    }).annotateMerge(about("List a user's sessions", "Those at this company.")),
    HttpApiEndpoint.post("endSessions", "/users/:id/sessions/end", {
      params,
      success: Schema.Struct({ ended: Schema.Int }),
      error: problems(400, 401, 403, 413, 415, 422)
    }).annotateMerge(about("End a user's sessions", "All of them at this company.")),
    HttpApiEndpoint.get("invitations", "/invitations", {
      success: Schema.Struct({ items: Schema.Array(Invitation) }),
      error: problems(401, 403)
    }).annotateMerge(about("List invitations", "Those that are open.")),
    HttpApiEndpoint.post("invite", "/invitations", {
      payload: example(Schema.Struct({ email: upTo(accountLimits.emailMax), roles: Roles }), {
        email: "rui@example.com",
        roles: ["Comercial"]
      }),
      success: Schema.Struct({
        id: Schema.String,
        token: Schema.String.annotate({
          description: "Shown this once: it goes into the link that the invited gets."
        }),
        expiresAt: IsoTime
      }),
      error: changes
    }).annotateMerge(about("Invite somebody", "Makes a token that is good for 7 days.")),
    HttpApiEndpoint.delete("withdraw", "/invitations/:id", {
      params,
      success: done,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Withdraw an invitation", "Its token is worth nothing from then on.")),
    HttpApiEndpoint.get("roles", "/roles", {
      success: Schema.Struct({
        items: Schema.Array(
          Schema.Struct({ role: Schema.String, modules: Schema.Record(Schema.String, Schema.String) })
        )
      }),
      error: problems(401)
    }).annotateMerge(
      about("List roles", "Each role with what it may in each module: `RW`, `R`, `own`, or `-`.")
    )
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Users", "Users, invitations and roles of the company."))

/** Users of the company. */
export const userGroups = [group] as const

const matrix = roles.map((role) => ({
  role,
  modules: Object.fromEntries(modules.map((module) => [module, cellOf(module, role)]))
}))

const handlers = HttpApiBuilder.group(apiOf(group), "users", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function* () {
      const limit = yield* limitOf(accountLimits.pageMax)
      const after = yield* textParameter("after", accountLimits.emailMax)
      const found = yield* (yield* Users).list(yield* Caller, {
        limit,
        ...(after === undefined ? {} : { after })
      })
      const items = found.map((user) => ({
        ...user,
        since: iso(user.since),
        loggedInAt: iso(user.loggedInAt)
      }))
      return { items, next: found.length === limit ? (found.at(-1)?.email ?? null) : null }
    }),
    setRoles: Effect.fnUntraced(function* ({ params, payload }) {
      yield* (yield* Users).setRoles(yield* Caller, params.id, payload.roles)
    }),
    suspend: Effect.fnUntraced(function* ({ params }) {
      yield* (yield* Users).suspend(yield* Caller, params.id)
    }),
    restore: Effect.fnUntraced(function* ({ params }) {
      yield* (yield* Users).restore(yield* Caller, params.id)
    }),
    rename: Effect.fnUntraced(function* ({ params, payload }) {
      yield* (yield* Users).rename(yield* Caller, params.id, payload.name)
    }),
    remove: Effect.fnUntraced(function* ({ params }) {
      yield* (yield* Users).remove(yield* Caller, params.id)
    }),
    sessions: Effect.fnUntraced(function* ({ params }) {
      const found = yield* (yield* Sessions).listOf(yield* Caller, params.id)
      return { items: found.map(shownSession) }
    }),
    endSessions: Effect.fnUntraced(function* ({ params }) {
      return { ended: yield* (yield* Sessions).endOf(yield* Caller, params.id) }
    }),
    invitations: Effect.fnUntraced(function* () {
      const found = yield* (yield* Invitations).list(yield* Caller)
      return {
        items: found.map((each) => ({ ...each, madeAt: iso(each.madeAt), expiresAt: iso(each.expiresAt) }))
      }
    }),
    invite: Effect.fnUntraced(function* ({ payload }) {
      const { id, token, expiresAt } = yield* (yield* Invitations).invite(yield* Caller, payload)
      return { id, token: Redacted.value(token), expiresAt: iso(expiresAt) }
    }),
    withdraw: Effect.fnUntraced(function* ({ params }) {
      yield* (yield* Invitations).withdraw(yield* Caller, params.id)
    }),
    roles: () => Effect.succeed({ items: matrix })
  })
)

/** What answers it. */
export const userLayers = [handlers] as const
