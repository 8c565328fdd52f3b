import * as Layer from "effect/Layer"
import { ApiKeys } from "./api-keys.ts"
import { Audit } from "./audit.ts"
import { Authentication } from "./authentication.ts"
import { Invitations } from "./invitations.ts"
import { KnownCredentials } from "./known-credentials.ts"
import { LoginThrottle } from "./login-throttle.ts"
import { Operator } from "./operator.ts"
import { Passwords } from "./passwords.ts"
import { Sessions } from "./sessions.ts"
import { TokenKeys } from "./token-keys.ts"
import { Tokens } from "./tokens.ts"
import { Users } from "./users.ts"

/** `accountsLayer` with passwords hashed at another cost. */
export const accountsLayerWith = (passwords: Layer.Layer<Passwords>) =>
  Layer.mergeAll(
    Authentication.layer,
    Sessions.layer,
    Users.layer,
    Invitations.layer,
    ApiKeys.layer,
    Operator.layer
  ).pipe(
    Layer.provideMerge(Tokens.layer),
    Layer.provideMerge(
      Layer.mergeAll(Audit.layer, KnownCredentials.layer, LoginThrottle.layer, passwords, TokenKeys.layer)
    )
  )

/** Users, sessions, keys and rights, over a `Database`, `Secrets` and a `RateLimiter`. */
export const accountsLayer = accountsLayerWith(Passwords.layer)

/** What `accountsLayer` gives. */
export type AccountServices = Layer.Success<typeof accountsLayer>
