import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Row } from "../../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import type { Language } from "../../../machines/conversation/events.ts"
import { NotAuthenticated } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, refusedTo } from "../audit/audit.ts"
import { rightsOf } from "../permissions.ts"
import type { ApiKeyPrincipal, Principal, UserPrincipal } from "../principal.ts"
import { hexHashOf, isApiKey } from "./credentials.ts"
import { KnownCredentials } from "./known-credentials.ts"
import { Tokens } from "./tokens.ts"

/** Beside the header: where the request came from, and the company that it must be for, if it says one. */
export interface AuthenticateOptions {
  readonly address?: string
  readonly company?: string
}

/** Who asks, from the `Authorization` header: `Bearer` with an access token or an API key. */
export class Authentication extends Context.Service<
  Authentication,
  {
    readonly authenticate: (
      authorization: string | undefined,
      options?: AuthenticateOptions
    ) => Effect.Effect<Principal, NotAuthenticated | StoreUnavailable>
  }
>()("centurion/accounts/Authentication") {
  static readonly layer = Layer.effect(
    Authentication,
    Effect.gen(function* () {
      const { query } = yield* accountDatabase
      const audit = yield* Audit
      const known = yield* KnownCredentials
      const tokens = yield* Tokens

      const byToken = Effect.fnUntraced(function* (token: string) {
        const { user, company, session, expiresAt } = yield* tokens.read(token)
        const [row] = yield* answered(
          query("select * from core.session_now($1, $2, es.at($3))", [company, session, yield* now])
        )
        const found = row === undefined ? undefined : userOf(company, session, row)
        // A session of another user can't be in a token of ours, unless its signature lies.
        if (found === undefined || found.id !== user) return yield* failure.ended
        return { principal: found, until: expiresAt }
      })
      const byApiKey = Effect.fnUntraced(function* (key: string, address: string) {
        const [row] = yield* answered(
          query("select * from core.use_api_key(decode($1, 'hex'), es.at($2), $3)", [
            hexHashOf(key),
            yield* now,
            address
          ])
        )
        if (row === undefined) return yield* failure.unknownKey
        if (row[0] === "revoked" || row[0] === "expired") return yield* failure[row[0]]
        return { principal: apiKeyOf(row) }
      })
      const find = Effect.fnUntraced(function* (authorization: string, address: string) {
        const bearer = bearerOf(authorization)
        if (bearer === undefined) return yield* failure.malformed
        const found = isApiKey(bearer)
          ? yield* byApiKey(bearer, address)
          : bearer.startsWith("ey")
            ? yield* byToken(bearer)
            : yield* failure.malformed
        return { ...found, principal: { ...found.principal, address } }
      })

      const authenticate = Effect.fnUntraced(function* (
        authorization: string | undefined,
        { address = "", company }: AuthenticateOptions = {}
      ) {
        if (authorization === undefined || authorization === "") return yield* failure.missing
        if (authorization.length > accountLimits.bearerMax + 10) return yield* failure.malformed
        const short = address.slice(0, accountLimits.addressMax)
        const principal = yield* known.principal(`${short} ${authorization}`, find(authorization, short))
        if (company === undefined || company === principal.company) return principal
        yield* audit.write(refusedTo(principal, "request", `company:${company}`, "otherCompany"))
        return yield* failure.otherCompany
      })
      return Authentication.of({ authenticate })
    })
  )
}

const userOf = (company: string, session: string, row: Row): UserPrincipal => {
  const [id, email, name, language, roles] = row as [string, string, string, Language | null, Array<string>]
  return {
    kind: "user",
    id,
    company,
    name,
    email,
    roles,
    session,
    may: rightsOf(roles),
    ...(language === null ? {} : { language })
  }
}

const apiKeyOf = ([, company, id, name, roles, scopes, perMinute, perHour]: Row): ApiKeyPrincipal => ({
  kind: "apiKey",
  id: String(id),
  company: String(company),
  name: String(name),
  roles: roles as Array<string>,
  may: rightsOf(roles as Array<string>, scopes as Array<string> | null),
  perMinute: Number(perMinute),
  perHour: Number(perHour)
})

const bearerOf = (authorization: string): string | undefined =>
  /^bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1]

const failed = (reason: NotAuthenticated["reason"], message: string) =>
  new NotAuthenticated({ reason, message })

const failure = {
  missing: failed("missing", "this needs an Authorization header: Bearer with an access token or an API key"),
  malformed: failed(
    "malformed",
    "the Authorization header must be Bearer with an access token or an API key such as cent_…"
  ),
  ended: failed("ended", "the session of this access token has ended; log in again"),
  unknownKey: failed("unknownKey", "this API key is none of ours"),
  revoked: failed("revoked", "this API key was revoked"),
  expired: failed("expired", "this API key has expired"),
  otherCompany: failed("otherCompany", "these credentials are for another company")
} as const
