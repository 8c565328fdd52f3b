import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { DatabaseError, Query } from "../../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import { AccountRefused, NotFound, type TooManyTries } from "../account-errors.ts"
import { normalEmail, readRoles, wrongEmail, wrongName } from "../account-input.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { type AuditEntry, installation, writeAudit } from "../audit/audit.ts"
import { newId, newPassword } from "../sessions/credentials.ts"
import { endSessions } from "../sessions/end-sessions.ts"
import { KnownCredentials } from "../sessions/known-credentials.ts"
import { TokenKeys } from "../sessions/token-keys.ts"
import {
  alreadyMember,
  type InviteAsked,
  type Invited,
  offerInvitation,
  readInvite
} from "./offer-invitation.ts"
import { wrongPassword } from "./password-rules.ts"
import { Passwords } from "./passwords.ts"
import { addMember, done, makeUser } from "./place-user.ts"
import { type ListedUser, listedUser } from "./users.ts"

/** The first owner, with the password that nobody is told again. */
export interface FirstAdmin {
  readonly email: string
  readonly password: Redacted.Redacted<string>
  readonly company: string
}

/** Whose account to make, as what. */
export interface NewUserAsked {
  readonly email: string
  readonly name: string
  readonly roles: ReadonlyArray<string>
  readonly password: Redacted.Redacted<string>
}

/**
 * What only whoever has the database may do, and nobody by the API: accounts without an invitation, passwords of
 * others, whole accounts suspended. `by` is who did it, as the audit tells: `operator:ana`.
 */
export class Operator extends Context.Service<
  Operator,
  {
    /** On an installation without any user an owner of this company, with a random password; else undefined. */
    readonly ensureFirstAdmin: (
      company: string,
      email?: string
    ) => Effect.Effect<FirstAdmin | undefined, TooManyTries | StoreUnavailable>
    /** A new account with a place at a company; who has an account already gets the place and keeps the password. */
    readonly createUser: (
      company: string,
      asked: NewUserAsked,
      by: string
    ) => Effect.Effect<
      { readonly id: string; readonly isNew: boolean },
      AccountRefused | TooManyTries | StoreUnavailable
    >
    readonly invite: (
      company: string,
      asked: InviteAsked,
      by: string
    ) => Effect.Effect<Invited, AccountRefused | StoreUnavailable>
    /** Ends all sessions of the user. */
    readonly setPassword: (
      email: string,
      password: Redacted.Redacted<string>,
      by: string
    ) => Effect.Effect<void, NotFound | AccountRefused | TooManyTries | StoreUnavailable>
    /** Suspended, the user comes in nowhere; their sessions end. */
    readonly setState: (
      email: string,
      state: "active" | "suspended",
      by: string
    ) => Effect.Effect<void, NotFound | StoreUnavailable>
    /** When a company is deleted: its users, sessions, invitations and keys go. Gives how many belonged to it. */
    readonly dropCompany: (company: string, by: string) => Effect.Effect<number, StoreUnavailable>
    /** A new key signs access tokens; `atOnce`, those that are out are worth nothing. Gives its name. */
    readonly rotateTokenKey: (atOnce: boolean, by: string) => Effect.Effect<string, StoreUnavailable>
    readonly list: (
      company: string,
      after?: string
    ) => Effect.Effect<ReadonlyArray<ListedUser>, StoreUnavailable>
  }
>()("centurion/accounts/Operator") {
  static readonly layer = Layer.effect(
    Operator,
    Effect.suspend(() => makeOperator)
  )
}

const parts = Effect.gen(function* () {
  const database = yield* accountDatabase
  const known = yield* KnownCredentials
  const passwords = yield* Passwords
  const tokenKeys = yield* TokenKeys
  return { database, known, passwords, tokenKeys }
})
type Parts = Effect.Success<typeof parts>

const find =
  ({ database }: Parts) =>
  (email: string) =>
    Effect.map(
      answered(database.query("select user_id from core.find_user($1)", [normalEmail(email)])),
      ([row]) => row?.[0] as string | undefined
    )

const get = (parts: Parts) =>
  Effect.fnUntraced(function* (email: string) {
    const id = yield* find(parts)(email)
    return id ?? (yield* new NotFound({ message: `no user has the e-mail ${email}` }))
  })

const ensureFirstAdmin = ({ database, passwords }: Parts) =>
  Effect.fn("Operator.ensureFirstAdmin")(function* (company: string, email = "admin@localhost") {
    const hasUsers = (ask: Query) => Effect.map(ask("select core.has_users()"), ([row]) => row![0] === true)
    if (yield* answered(hasUsers(database.query))) return undefined
    const password = Redacted.make(newPassword())
    const hash = yield* passwords.hash(password)
    const isMade = yield* answered(
      inCompany(
        database,
        company,
        Effect.fnUntraced(function* (ask) {
          // Of two servers that start at once one makes it.
          yield* ask("select core.lock_users($1)", [installation])
          if (yield* hasUsers(ask)) return false
          const id = newId()
          yield* makeUser(ask, { id, email, name: "Admin", hash })
          yield* addMember(ask, company, id, ["super_admin"], "operator:start")
          return true
        })
      )
    )
    return isMade ? ({ email, password, company } satisfies FirstAdmin) : undefined
  })

const createUser = (parts: Parts) =>
  Effect.fn("Operator.createUser")(function* (
    company: string,
    { email: given, name, roles: named, password }: NewUserAsked,
    by: string
  ) {
    const email = normalEmail(given)
    const roles = yield* Effect.fromResult(readRoles(named))
    const there = yield* find(parts)(email)
    const isNew = there === undefined
    const wrong = wrongEmail(email) ?? wrongName(name) ?? wrongPassword(Redacted.value(password), email)
    if (isNew && wrong !== undefined) return yield* wrong
    const hash = isNew ? yield* parts.passwords.hash(password) : ""
    const id = there ?? newId()
    yield* answered(
      inCompany(
        parts.database,
        company,
        Effect.fnUntraced(function* (ask) {
          if (isNew && !(yield* makeUser(ask, { id, email, name, hash }))) return yield* emailTaken
          if (!(yield* addMember(ask, company, id, roles, by))) return yield* alreadyMember
        })
      )
    )
    return { id, isNew }
  })

const invite = ({ database }: Parts) =>
  Effect.fn("Operator.invite")(function* (company: string, asked: InviteAsked, by: string) {
    const read = yield* Effect.fromResult(readInvite(asked))
    return yield* answered(
      inCompany(
        database,
        company,
        Effect.fnUntraced(function* (ask) {
          const invited = yield* offerInvitation(ask, company, by, read)
          const target = `invitation:${invited.id}`
          yield* writeAudit(ask, {
            ...done(by, "invitation.make", target),
            company,
            details: { roles: [...read.roles] }
          })
          return invited
        })
      )
    )
  })

/** Changes an account, ends its sessions, and writes that at each of its companies. */
const changeAccount =
  ({ database, known }: Parts) =>
  (
    user: string,
    entry: Omit<AuditEntry, "company">,
    why: "passwordChanged" | "suspended",
    change: (ask: Query) => Effect.Effect<unknown, DatabaseError>
  ) =>
    answered(
      database.transaction(
        Effect.fnUntraced(function* (ask) {
          yield* change(ask)
          yield* endSessions(ask, { user, why })
          const rows = yield* ask("select company from core.memberships_of($1)", [user])
          for (const company of rows.length === 0 ? [installation] : rows.map(([of]) => String(of))) {
            yield* ask("select core.enter($1)", [company])
            yield* writeAudit(ask, { ...entry, company })
          }
        })
      )
    ).pipe(Effect.andThen(known.forget))

const setPassword = (parts: Parts) =>
  Effect.fn("Operator.setPassword")(function* (
    email: string,
    password: Redacted.Redacted<string>,
    by: string
  ) {
    const user = yield* get(parts)(email)
    const weak = wrongPassword(Redacted.value(password), normalEmail(email))
    if (weak !== undefined) return yield* weak
    const hash = yield* parts.passwords.hash(password)
    const at = yield* now
    const entry = done(by, "user.setPassword", `user:${user}`)
    yield* changeAccount(parts)(user, entry, "passwordChanged", (ask) =>
      ask("select core.set_password($1, $2, es.at($3))", [user, hash, at])
    )
  })

const setState = (parts: Parts) =>
  Effect.fn("Operator.setState")(function* (email: string, state: "active" | "suspended", by: string) {
    const user = yield* get(parts)(email)
    const action = state === "active" ? "account.restore" : "account.suspend"
    yield* changeAccount(parts)(user, done(by, action, `user:${user}`), "suspended", (ask) =>
      ask("select core.set_user_state($1, $2)", [user, state])
    )
  })

const dropCompany = ({ database, known }: Parts) =>
  Effect.fn("Operator.dropCompany")(function* (company: string, by: string) {
    const members = yield* answered(
      inCompany(
        database,
        company,
        Effect.fnUntraced(function* (ask) {
          const [row] = yield* ask("select core.drop_accounts($1)", [company])
          const details = { users: Number(row![0]) }
          const entry = done(by, "company.dropAccounts", `company:${company}`)
          yield* writeAudit(ask, { ...entry, company, details })
          return details.users
        })
      )
    )
    yield* known.forget
    return members
  })

const rotateTokenKey = ({ database, known, tokenKeys }: Parts) =>
  Effect.fn("Operator.rotateTokenKey")(function* (atOnce: boolean, by: string) {
    const kid = yield* tokenKeys.rotate(atOnce ? 0 : undefined)
    yield* known.forget
    const entry = { ...done(by, "tokenKey.rotate", `tokenKey:${kid}`), company: installation }
    yield* answered(
      inCompany(database, installation, (ask) => writeAudit(ask, { ...entry, details: { atOnce } }))
    )
    return kid
  })

const list = ({ database }: Parts) =>
  Effect.fn("Operator.list")(function* (company: string, after = "") {
    const rows = yield* answered(
      database.query("select * from core.members($1, $2, $3)", [company, after, accountLimits.pageMax])
    )
    return rows.map(listedUser)
  })

const makeOperator = Effect.map(parts, (parts) =>
  Operator.of({
    ensureFirstAdmin: ensureFirstAdmin(parts),
    createUser: createUser(parts),
    invite: invite(parts),
    setPassword: setPassword(parts),
    setState: setState(parts),
    dropCompany: dropCompany(parts),
    rotateTokenKey: rotateTokenKey(parts),
    list: list(parts)
  })
)

const emailTaken = new AccountRefused({
  reason: "emailTaken",
  message: "an account with this e-mail was made just now"
})
