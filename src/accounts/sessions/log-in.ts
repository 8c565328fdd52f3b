import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Database } from "../../../eventstore/database/database.ts"
import type { Language } from "../../../machines/conversation/events.ts"
import { LoginRefused } from "../account-errors.ts"
import { normalEmail } from "../account-input.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, installation } from "../audit/audit.ts"
import { Passwords } from "../people/passwords.ts"
import { LoginThrottle } from "./login-throttle.ts"
import { type From, openSession, pairOf, type TokenPair } from "./open-session.ts"
import { Tokens } from "./tokens.ts"

/** What is needed to log in. Without a company it is the first of the user's. */
export interface LoginAsked extends From {
  readonly email: string
  readonly password: Redacted.Redacted<string>
  readonly company?: string
}

/** A company that the user may work at. */
export interface OwnMembership {
  readonly company: string
  readonly roles: ReadonlyArray<string>
}

/** Who has logged in, where, and where else they could. */
export interface LoggedIn extends TokenPair {
  readonly user: {
    readonly id: string
    readonly email: string
    readonly name: string
    readonly language?: Language
  }
  readonly memberships: ReadonlyArray<OwnMembership>
}

/** Companies where the user may come in. */
export const membershipsOf = (query: Database["Service"]["query"], user: string) =>
  Effect.map(answered(query("select * from core.memberships_of($1)", [user])), (rows) =>
    rows
      .filter(([, , state]) => state === "active")
      .map(([company, roles]): OwnMembership => ({ company: String(company), roles: roles as Array<string> }))
  )

interface FoundUser {
  readonly id: string
  readonly name: string
  readonly language: Language | null
  readonly hash: string
  readonly state: string
}

const findUser = (query: Database["Service"]["query"], email: string) =>
  Effect.map(answered(query("select * from core.find_user($1)", [email])), ([row]) => {
    if (row === undefined) return undefined
    const [id, , name, language, hash, state] = row
    return { id, name, language, hash, state } as FoundUser
  })

/** Makes `login` of `Sessions`. */
export const makeLogin = Effect.gen(function* () {
  const database = yield* accountDatabase
  const { query } = database
  const audit = yield* Audit
  const passwords = yield* Passwords
  const throttle = yield* LoginThrottle
  const tokens = yield* Tokens

  const refuse = Effect.fnUntraced(function* (
    { address }: From,
    refused: LoginRefused,
    user: FoundUser | undefined,
    company: string
  ) {
    yield* audit.write({
      company,
      principal: user === undefined ? "anonymous" : `person:${user.id}`,
      action: "session.start",
      target: "session",
      outcome: "refused",
      reason: refused.reason,
      address
    })
    return yield* refused
  })

  return Effect.fn("Sessions.login")(function* (asked: LoginAsked) {
    const email = normalEmail(asked.email).slice(0, accountLimits.emailMax)
    yield* throttle.login(email, asked.address)
    const user = yield* findUser(query, email)
    // Asked for nobody too: what a stranger can time must not tell whether there is such a user.
    const memberships = yield* membershipsOf(query, user?.id ?? "")
    const found = memberships.find(({ company }) => asked.company === undefined || company === asked.company)
    const written = found?.company ?? memberships[0]?.company ?? installation
    const { fits, rehashed } = yield* passwords.check(asked.password, user?.hash, found?.company)
    if (user === undefined || !fits) return yield* refuse(asked, wrongCredentials, user, written)
    if (user.state !== "active") return yield* refuse(asked, suspended, user, written)
    if (memberships.length === 0) return yield* refuse(asked, noCompany, user, written)
    if (found === undefined) return yield* refuse(asked, otherCompany, user, written)
    const opened = yield* answered(
      database.transaction(
        Effect.fnUntraced(function* (ask) {
          yield* ask("select core.note_login($1, es.at($2))", [user.id, yield* now])
          if (rehashed !== undefined)
            yield* ask("select core.rehash_password($1, $2, $3)", [user.id, user.hash, rehashed])
          return yield* openSession(ask, user.id, found.company, asked)
        })
      )
    )
    const { id, name, language } = user
    const pair = yield* pairOf(tokens, opened)
    return {
      ...pair,
      user: { id, email, name, ...(language === null ? {} : { language }) },
      memberships
    } satisfies LoggedIn as LoggedIn
  })
})

const wrongCredentials = new LoginRefused({
  reason: "wrongCredentials",
  message: "the e-mail or the password is wrong"
})
const suspended = new LoginRefused({
  reason: "suspended",
  message: "this user is suspended; ask whoever runs the installation"
})
const noCompany = new LoginRefused({
  reason: "noCompany",
  message: "this user belongs to no company, or is suspended there; ask its admin for an invitation"
})
/** The user is known, and does not belong to the company. */
export const otherCompany = new LoginRefused({
  reason: "otherCompany",
  message: "this user does not belong to that company, or is suspended there"
})
