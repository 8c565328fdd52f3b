import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StoreUnavailable } from "../../eventstore/event-store.ts"
import { NotAuthenticated } from "./account-errors.ts"
import { accountLimits } from "./account-limits.ts"
import { Audit, refusedTo } from "./audit.ts"
import { hexHashOf, isApiKey } from "./credentials.ts"
import { KnownCredentials } from "./known-credentials.ts"
import type { Principal } from "./principal.ts"
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
      const audit = yield* Audit
      const known = yield* KnownCredentials
      const tokens = yield* Tokens

      const byToken = Effect.fnUntraced(function* (token: string) {
        const { user, company, session } = yield* tokens.read(token)
        const principal = yield* known.session(company, session)
        // A session of another user can't be in a token of ours, unless its signature lies.
        return principal === undefined || principal.id !== user ? yield* failure.ended : principal
      })
      const byApiKey = Effect.fnUntraced(function* (key: string, address: string) {
        const found = yield* known.apiKey(hexHashOf(key), address)
        if (typeof found !== "string") return found
        return yield* found === "unknown"
          ? failure.unknownKey
          : failure[found === "revoked" ? "revoked" : "expired"]
      })

      const authenticate = Effect.fnUntraced(function* (
        authorization: string | undefined,
        { address = "", company }: AuthenticateOptions = {}
      ) {
        if (authorization === undefined || authorization === "") return yield* failure.missing
        const bearer =
          authorization.length > accountLimits.bearerMax + 10 ? undefined : bearerOf(authorization)
        if (bearer === undefined) return yield* failure.malformed
        const short = address.slice(0, accountLimits.addressMax)
        const found = isApiKey(bearer)
          ? yield* byApiKey(bearer, short)
          : bearer.startsWith("ey")
            ? yield* byToken(bearer)
            : yield* failure.malformed
        const principal: Principal = { ...found, address: short }
        if (company === undefined || company === principal.company) return principal
        yield* audit.write(refusedTo(principal, "request", `company:${company}`, "otherCompany"))
        return yield* failure.otherCompany
      })
      return Authentication.of({ authenticate })
    })
  )
}

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
