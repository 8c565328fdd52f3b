import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { Language } from "../../../../machines/conversation/events.ts"
import { accountLimits } from "../../../accounts/account-limits.ts"
import { roles } from "../../../accounts/permissions.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { pageParameters, withParameters } from "../list-parameters.ts"
import { Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"
import { Session } from "./me.ts"

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

/** Users of the company. */
export const usersGroup = HttpApiGroup.make("users")
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
  .prefix(apiPrefix)
