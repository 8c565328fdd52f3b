import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { accountLimits } from "../../../accounts/account-limits.ts"
import { rights, roles } from "../../../accounts/permissions.ts"
import { about, apiPrefix, example, Id, IsoTime, titled, upTo } from "../group.ts"
import { pageParameters, withParameters } from "../list-parameters.ts"
import { Authenticates, Problems, ReadsBody } from "../middleware.ts"
import { problems } from "../problem-schema.ts"

const ApiKey = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  roles: Schema.Array(Schema.String),
  scopes: Schema.NullOr(Schema.Array(Schema.String)),
  perMinute: Schema.Int,
  perHour: Schema.Int,
  madeBy: Schema.String,
  madeAt: IsoTime,
  expiresAt: Schema.NullOr(IsoTime),
  usedAt: Schema.NullOr(IsoTime),
  revokedAt: Schema.NullOr(IsoTime)
}).annotate({ identifier: "ApiKey" })

const perMinute = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: accountLimits.apiKeyPerMinuteMax })
)
const perHour = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 60 * accountLimits.apiKeyPerMinuteMax })
)

const AuditEntry = Schema.Struct({
  entry: Schema.String,
  at: IsoTime,
  principal: Schema.String,
  action: Schema.String,
  target: Schema.String,
  outcome: Schema.Literals(["done", "refused"]),
  reason: Schema.String,
  details: Schema.Record(Schema.String, Schema.Unknown),
  address: Schema.String
}).annotate({ identifier: "AuditEntry" })

const filter = (name: string, description: string) => ({
  name,
  in: "query",
  required: false,
  description,
  schema: { type: "string", maxLength: 200 }
})

/** Keys of programs, and the audit. */
export const keysGroup = HttpApiGroup.make("keys")
  .add(
    HttpApiEndpoint.get("list", "/api-keys", {
      success: Schema.Struct({ items: Schema.Array(ApiKey) }),
      error: problems(401, 403)
    }).annotateMerge(
      about("List API keys", "The newest first, revoked ones too; never the keys themselves.")
    ),
    HttpApiEndpoint.post("create", "/api-keys", {
      payload: example(
        Schema.Struct({
          name: upTo(accountLimits.nameMax),
          roles: Schema.Array(Schema.Literals(roles)),
          scopes: Schema.optionalKey(Schema.Array(Schema.Literals(rights))),
          perMinute: Schema.optionalKey(perMinute),
          perHour: Schema.optionalKey(perHour),
          expiresAt: Schema.optionalKey(IsoTime)
        }),
        { name: "CRM sync", roles: ["Agente_IA"], scopes: ["crm:read"] }
      ),
      success: Schema.Struct({
        id: Schema.String,
        key: Schema.String.annotate({ description: "Shown this once; we keep its hash only." })
      }),
      error: problems(400, 401, 403, 409, 413, 415, 422)
    }).annotateMerge(
      about("Make an API key", "With no more rights than the caller has; `scopes` narrow its roles.")
    ),
    HttpApiEndpoint.delete("revoke", "/api-keys/:id", {
      params: { id: Id },
      success: HttpApiSchema.NoContent,
      error: problems(401, 403, 404)
    }).annotateMerge(about("Revoke an API key", "It is worth nothing within seconds.")),
    HttpApiEndpoint.get("audit", "/audit", {
      success: Schema.Struct({ items: Schema.Array(AuditEntry), next: Schema.NullOr(Schema.String) }),
      error: problems(400, 401, 403)
    })
      .annotateMerge(
        about(
          "Read the audit",
          "What was done and what was refused, the newest first; `next` is the `before` of the next page."
        )
      )
      .annotateMerge(
        withParameters([
          pageParameters(accountLimits.pageMax),
          filter("before", "The last entry that you have."),
          filter("principal", "Only what this one did, such as `person:7f3`."),
          filter("action", "Only this, such as `user.setRoles`."),
          filter("outcome", "`done` or `refused`.")
        ])
      )
  )
  .middleware(ReadsBody)
  .middleware(Authenticates)
  .middleware(Problems)
  .annotateMerge(titled("Keys and audit", "API keys for programs, and what everybody did."))
  .prefix(apiPrefix)
