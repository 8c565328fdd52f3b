import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { NotAuthenticated } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"
import { now } from "../account-queries.ts"
import { TokenKeys } from "./token-keys.ts"

const algorithm = "HS256"
const issuer = "centurion"
const audience = "centurion-api"
const type = "at+jwt"

/** Whom an access token is for. Roles are not in it: they are looked up, so that a change of them holds at once. */
const Claims = Schema.Struct({ sub: Schema.String, company: Schema.String, sid: Schema.String })
const decodeClaims = Schema.decodeUnknownOption(Claims)

/** A user's session at a company. */
export interface TokenSubject {
  readonly user: string
  readonly company: string
  readonly session: string
}

/** A signed access token; `expiresAt` is epoch ms. */
export interface AccessToken {
  readonly token: Redacted.Redacted<string>
  readonly expiresAt: number
}

/** Access tokens: signed by us, read by us, good for 15 minutes. */
export class Tokens extends Context.Service<
  Tokens,
  {
    readonly sign: (subject: TokenSubject) => Effect.Effect<AccessToken, StoreUnavailable>
    /** Whom it is for, if it is ours, and when it expires, epoch ms; whether the session lives is not looked at. */
    readonly read: (
      token: string
    ) => Effect.Effect<TokenSubject & { readonly expiresAt: number }, NotAuthenticated | StoreUnavailable>
  }
>()("centurion/accounts/Tokens") {
  static readonly layer = Layer.effect(
    Tokens,
    Effect.gen(function* () {
      const keys = yield* TokenKeys

      const sign = Effect.fn("Tokens.sign")(function* ({ user, company, session }: TokenSubject) {
        const { kid, key } = yield* keys.current
        const at = Math.floor((yield* now) / 1000)
        const until = at + accountLimits.accessTokenMs / 1000
        const jwt = new SignJWT({ company, sid: session })
          .setProtectedHeader({ alg: algorithm, typ: type, kid })
          .setSubject(user)
          .setIssuer(issuer)
          .setAudience(audience)
          .setIssuedAt(at)
          .setExpirationTime(until)
        const token = yield* Effect.promise(() => jwt.sign(key))
        return { token: Redacted.make(token), expiresAt: until * 1000 }
      })

      const read = Effect.fnUntraced(function* (token: string) {
        const kid = token.length > accountLimits.bearerMax ? undefined : kidOf(token)
        const found = kid === undefined ? undefined : yield* keys.find(kid)
        if (found === undefined) return yield* wrongToken
        const currentDate = new Date(yield* now)
        const { payload } = yield* Effect.tryPromise({
          try: () =>
            jwtVerify(token, found.key, {
              algorithms: [algorithm],
              typ: type,
              issuer,
              audience,
              currentDate,
              requiredClaims: ["exp", "iat"]
            }),
          catch: (cause) => (cause instanceof errors.JWTExpired ? expired : wrongToken)
        })
        const claims = decodeClaims(payload)
        if (claims._tag === "None") return yield* wrongToken
        const { sub: user, company, sid: session } = claims.value
        return { user, company, session, expiresAt: payload.exp! * 1000 }
      })
      return Tokens.of({ sign, read })
    })
  )
}

const kidOf = (token: string): string | undefined => {
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
}

const wrongToken = new NotAuthenticated({
  reason: "wrongToken",
  message: "the access token is not one of ours; log in, or refresh"
})
const expired = new NotAuthenticated({
  reason: "expired",
  message: "the access token has expired; refresh it at POST /api/v1/auth/refresh"
})
