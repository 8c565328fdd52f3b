import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Query } from "../../../eventstore/database/database.ts"
import type { Language } from "../../../machines/conversation/events.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { AccountRefused } from "../account-errors.ts"
import { wrongName } from "../account-input.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { writeAudit } from "../audit/audit.ts"
import { hashOf, hexHashOf, isOwnToken, newId } from "../sessions/credentials.ts"
import { LoginThrottle } from "../sessions/login-throttle.ts"
import { wrongPassword } from "./password-rules.ts"
import { Passwords } from "./passwords.ts"

/** What an invitation offers; with `hasAccount` the password of that account is asked for, else a new one. */
export interface OfferedPlace {
  readonly company: string
  readonly email: string
  readonly roles: ReadonlyArray<string>
  readonly hasAccount: boolean
}

/** What the invited says. `name` and `language` are for a new account only. */
export interface AcceptAsked {
  readonly token: Redacted.Redacted<string>
  readonly password: Redacted.Redacted<string>
  readonly name: string
  readonly language?: Language
  readonly address: string
}

/** Who belongs to the company now. */
export interface Accepted {
  readonly user: string
  readonly company: string
  readonly email: string
}

interface OpenInvitation {
  readonly company: string
  readonly id: string
  readonly email: string
  readonly roles: ReadonlyArray<string>
}

interface Account {
  readonly id: string
  readonly hash: string
}

const parts = Effect.gen(function* () {
  const database = yield* accountDatabase
  const passwords = yield* Passwords
  const throttle = yield* LoginThrottle
  return { database, passwords, throttle }
})
type Parts = Effect.Success<typeof parts>

const find = ({ database }: Parts) =>
  Effect.fnUntraced(function* (token: Redacted.Redacted<string>) {
    const text = Redacted.value(token)
    if (!isOwnToken(text)) return yield* over
    const at = yield* now
    const [row] = yield* answered(
      database.transaction((query) =>
        Effect.andThen(
          query("select set_config('centurion.presented', $1, true)", [hexHashOf(text)]),
          query(
            `select company, invitation_id, email, roles from core.invitation
             where hash = $1 and accepted_at is null and withdrawn_at is null and expires_at > es.at($2)`,
            [hashOf(text), at]
          )
        )
      )
    )
    if (row === undefined) return yield* over
    const [company, id, email, roles] = row
    return { company, id, email, roles } as OpenInvitation
  })

const accountOf =
  ({ database }: Parts) =>
  (email: string) =>
    Effect.map(
      answered(database.query("select user_id, password_hash from core.find_user($1)", [email])),
      ([row]) => (row === undefined ? undefined : ({ id: row[0], hash: row[1] } as Account))
    )

const look = (parts: Parts) =>
  Effect.fn("Invitations.look")(function* (token: Redacted.Redacted<string>) {
    const { company, email, roles } = yield* find(parts)(token)
    const hasAccount = (yield* accountOf(parts)(email)) !== undefined
    return { company, email, roles, hasAccount } satisfies OfferedPlace
  })

/** Whoever made the invitation knows its token too: it must not open an account that was there before. */
const prove = ({ passwords, throttle }: Parts) =>
  Effect.fnUntraced(function* ({ hash }: Account, email: string, asked: AcceptAsked) {
    yield* throttle.login(email, asked.address)
    const { fits } = yield* passwords.check(asked.password, hash)
    if (!fits) return yield* wrongOwnPassword
  })

const makeAccount = Effect.fnUntraced(function* (
  query: Query,
  email: string,
  hash: string,
  asked: AcceptAsked
) {
  const id = newId()
  const [row] = yield* query("select core.make_user($1, $2, $3, $4, $5, es.at($6))", [
    id,
    email,
    asked.name,
    asked.language ?? null,
    hash,
    yield* now
  ])
  return row![0] === true ? id : yield* madeMeanwhile
})

const accept = (parts: Parts) =>
  Effect.fn("Invitations.accept")(function* (asked: AcceptAsked) {
    const { company, id, email, roles } = yield* find(parts)(asked.token)
    const account = yield* accountOf(parts)(email)
    const wrong =
      account === undefined
        ? (wrongName(asked.name) ?? wrongPassword(Redacted.value(asked.password), email))
        : undefined
    if (wrong !== undefined) return yield* wrong
    if (account !== undefined) yield* prove(parts)(account, email, asked)
    const hash = account === undefined ? yield* parts.passwords.hash(asked.password) : ""
    const joined = inCompany(
      parts.database,
      company,
      Effect.fnUntraced(function* (query) {
        const at = yield* now
        const user = account?.id ?? (yield* makeAccount(query, email, hash, asked))
        const taken = yield* query(
          `update core.invitation set accepted_at = es.at($3), accepted_by = $4
           where company = $1 and invitation_id = $2 and accepted_at is null and withdrawn_at is null
           returning 1`,
          [company, id, at, user]
        )
        if (taken.length === 0) return yield* over
        yield* query(
          `insert into core.membership (company, user_id, roles, since) values ($1, $2, $3::text[], es.at($4))
           on conflict do nothing`,
          [company, user, roles, at]
        )
        yield* writeAudit(query, {
          company,
          principal: `person:${user}`,
          action: "invitation.accept",
          target: `invitation:${id}`,
          outcome: "done",
          details: { roles: [...roles] },
          address: asked.address
        })
        return { user, company, email } satisfies Accepted
      })
    )
    return yield* answered(joined)
  })

/** Makes `look` and `accept` of `Invitations`. */
export const makeAccept = Effect.map(parts, (parts) => ({ look: look(parts), accept: accept(parts) }))

const over = new AccountRefused({
  reason: "invitationOver",
  message: "this invitation is none of ours, was accepted, was withdrawn or has expired; ask for a new one"
})
const madeMeanwhile = new AccountRefused({
  reason: "emailTaken",
  message: "an account with this e-mail was made just now; accept again with its password"
})
const wrongOwnPassword = new AccountRefused({
  reason: "wrongPassword",
  message: "this e-mail has an account already, and this is not its password"
})
