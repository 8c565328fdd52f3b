import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { AccountRefused } from "../account-errors.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, doneBy, refusedTo, writeAudit } from "../audit/audit.ts"
import type { UserPrincipal } from "../principal.ts"
import { endSessions } from "../sessions/end-sessions.ts"
import { KnownCredentials } from "../sessions/known-credentials.ts"
import { LoginThrottle } from "../sessions/login-throttle.ts"
import { wrongPassword } from "./password-rules.ts"
import { Passwords } from "./passwords.ts"

const action = "user.changePassword"

/** Makes `changePassword` of `Users`. */
export const makeChangePassword = Effect.gen(function* () {
  const database = yield* accountDatabase
  const audit = yield* Audit
  const known = yield* KnownCredentials
  const passwords = yield* Passwords
  const throttle = yield* LoginThrottle

  return Effect.fn("Users.changePassword")(function* (
    principal: UserPrincipal,
    current: Redacted.Redacted<string>,
    next: Redacted.Redacted<string>
  ) {
    const { id: user, company, session, email } = principal
    const weak = wrongPassword(Redacted.value(next), email)
    if (weak !== undefined) return yield* weak
    // Whoever found a browser that is logged in must not guess the password there.
    yield* throttle.password(user)
    const [row] = yield* answered(database.query("select password_hash from core.user_of($1)", [user]))
    const { fits } = yield* passwords.check(current, row?.[0] as string | undefined, company)
    if (!fits) {
      yield* audit.write(refusedTo(principal, action, `user:${user}`, "wrongPassword"))
      return yield* wrongCurrent
    }
    const hash = yield* passwords.hash(next, company)
    yield* answered(
      database.transaction(
        Effect.fnUntraced(function* (query) {
          yield* query("select core.set_password($1, $2, es.at($3))", [user, hash, yield* now])
          const ended = yield* endSessions(query, { user, butSession: session, why: "passwordChanged" })
          yield* query("select core.enter($1)", [company])
          yield* writeAudit(query, doneBy(principal, action, `user:${user}`, { ended }))
        })
      )
    )
    yield* known.forget
  })
})

const wrongCurrent = new AccountRefused({
  reason: "wrongPassword",
  message: "the present password is wrong; nothing was changed"
})
