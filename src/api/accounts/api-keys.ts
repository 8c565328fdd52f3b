import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Audit } from "../../accounts/audit/audit.ts"
import { ApiKeys } from "../../accounts/keys/api-keys.ts"
import { rights, roles } from "../../accounts/permissions.ts"
import { Caller } from "../caller.ts"
import { about, apiOf, example, Id, IsoTime, iso, titled, upTo } from "../contract/group.ts"
import { problems } from "../contract/problem-schema.ts"
import { pageParameters, withParameters } from "../lists/list-parameters.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"
import { Authenticates } from "../middleware/authenticate.ts"
import { ReadsBody } from "../middleware/body.ts"
import { Problems } from "../middleware/problems.ts"

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

const group = HttpApiGroup.make("keys")
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

/** Keys of programs, and the audit. */
export const keyGroups = [group] as const

const handlers = HttpApiBuilder.group(apiOf(group), "keys", (handlers) =>
  handlers.handleAll({
    list: Effect.fnUntraced(function* () {
      const found = yield* (yield* ApiKeys).list(yield* Caller)
      return {
        items: found.map((key) => ({
          ...key,
          madeAt: iso(key.madeAt),
          expiresAt: iso(key.expiresAt),
          usedAt: iso(key.usedAt),
          revokedAt: iso(key.revokedAt)
        }))
      }
    }),
    create: Effect.fnUntraced(function* ({ payload: { expiresAt, ...rest } }) {
      const asked = expiresAt === undefined ? rest : { ...rest, expiresAt: Date.parse(expiresAt) }
      const { id, key } = yield* (yield* ApiKeys).create(yield* Caller, asked)
      return { id, key: Redacted.value(key) }
    }),
    revoke: Effect.fnUntraced(function* ({ params }) {
      yield* (yield* ApiKeys).revoke(yield* Caller, params.id)
    }),
    audit: Effect.fnUntraced(function* () {
      const limit = yield* limitOf(accountLimits.pageMax)
      const asked = {
        before: yield* textParameter("before", 200),
        principal: yield* textParameter("principal", 200),
        action: yield* textParameter("action", 200),
        outcome: yield* textParameter("outcome", 20)
      }
      const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
      const audit = yield* Audit
      const found = yield* audit.list(yield* Caller, { limit, ...given })
      const items = found.map(({ company: _, ...entry }) => ({ ...entry, at: iso(entry.at) }))
      return { items, next: found.length === limit ? (found.at(-1)?.entry ?? null) : null }
    })
  })
)

/** What answers it. */
export const keyLayers = [handlers] as const
