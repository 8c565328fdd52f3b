import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { addressGroup } from "../../redis/address-group.ts"
import { TooManyTries } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"

/** How often passwords may be tried; counted by Effect's `RateLimiter`, whose store may be Redis. */
export class LoginThrottle extends Context.Service<
  LoginThrottle,
  {
    /** Counts one try of this e-mail from this address. */
    readonly login: (email: string, address: string) => Effect.Effect<void, TooManyTries>
    /** Counts one try of a password by a user who is logged in. */
    readonly password: (user: string) => Effect.Effect<void, TooManyTries>
  }
>()("centurion/accounts/LoginThrottle") {
  static readonly layer = Layer.effect(
    LoginThrottle,
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter

      const count = (kind: string, what: string, limit: number) => {
        // Hashed: the store is shared with other things, and e-mails are nobody's business there.
        const key = `centurion login ${kind} ${createHash("sha256").update(what).digest("base64url")}`
        const one = { key, limit, window: Duration.minutes(1) } as const
        return Effect.mapError(limiter.consume(one), ({ reason }) => tooMany(reason))
      }
      return LoginThrottle.of({
        login: Effect.fnUntraced(function* (email: string, address: string) {
          const { loginsPerMinute, loginsPerEmailPerMinute, loginsPerAddressPerMinute } = accountLimits
          // A subscriber of IPv6 has more addresses than can be counted.
          const group = addressGroup(address)
          yield* count("address", group, loginsPerAddressPerMinute)
          yield* count("pair", JSON.stringify([email, group]), loginsPerMinute)
          yield* count("email", email, loginsPerEmailPerMinute)
        }),
        password: (user) => Effect.asVoid(count("user", user, accountLimits.loginsPerMinute))
      })
    })
  )
}

const tooMany = (reason: RateLimiter.RateLimiterErrorReason): TooManyTries => {
  const retryAfterMs =
    reason._tag === "RateLimitExceeded" ? Duration.toMillis(reason.retryAfter) : Duration.toMillis("1 minute")
  return new TooManyTries({
    message: `too many tries to log in; the next one is taken in ${Math.ceil(retryAfterMs / 1000)} s`,
    retryAfterMs
  })
}
