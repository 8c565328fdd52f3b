import * as Layer from "effect/Layer"
import { Audit } from "./audit/audit.ts"
import { ApiKeys } from "./keys/api-keys.ts"
import { Invitations } from "./people/invitations.ts"
import { Operator } from "./people/operator.ts"
import { Passwords } from "./people/passwords.ts"
import { Users } from "./people/users.ts"
import { Authentication } from "./sessions/authentication.ts"
import { KnownCredentials } from "./sessions/known-credentials.ts"
import { LoginThrottle } from "./sessions/login-throttle.ts"
import { Sessions } from "./sessions/sessions.ts"
import { TokenKeys } from "./sessions/token-keys.ts"
import { Tokens } from "./sessions/tokens.ts"

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
