import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { Query, Row } from "../../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import type { Language } from "../../../machines/conversation/events.ts"
import type { AccountRefused, Forbidden, NotFound, TooManyTries } from "../account-errors.ts"
import { AccountRefused as Refused } from "../account-errors.ts"
import { readRoles, wrongName } from "../account-input.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, doneBy, writeAudit } from "../audit/audit.ts"
import { type Principal, principalName, type UserPrincipal } from "../principal.ts"
import { endSessions } from "../sessions/end-sessions.ts"
import { KnownCredentials } from "../sessions/known-credentials.ts"
import { makeChangePassword } from "./change-password.ts"
import { changeMember, type MemberChange, refuseAbove } from "./members.ts"

/** A user of a company, as lists show them. Times are epoch ms. */
export interface ListedUser {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly language: Language | null
  readonly roles: ReadonlyArray<string>
  readonly state: "active" | "suspended"
  readonly since: number
  readonly loggedInAt: number | null
}

type ChangeError = Forbidden | NotFound | AccountRefused | StoreUnavailable

/** Users of the principal's company. Reading and changing others needs `users`. */
export class Users extends Context.Service<
  Users,
  {
    /** By e-mail; `after` is the last e-mail of the page before. */
    readonly list: (
      principal: Principal,
      asked?: { readonly after?: string; readonly limit?: number }
    ) => Effect.Effect<ReadonlyArray<ListedUser>, Forbidden | StoreUnavailable>
    readonly setRoles: (
      principal: Principal,
      user: string,
      roles: ReadonlyArray<string>
    ) => Effect.Effect<void, ChangeError>
    /** The user comes in no more at this company, and is out at once. */
    readonly suspend: (principal: Principal, user: string) => Effect.Effect<void, ChangeError>
    readonly restore: (principal: Principal, user: string) => Effect.Effect<void, ChangeError>
    /** The user does not belong to this company any more; an account that belongs to no other goes. */
    readonly remove: (principal: Principal, user: string) => Effect.Effect<void, ChangeError>
    /** Another's name: only while they belong to no other company, whose business it would be too. */
    readonly rename: (principal: Principal, user: string, name: string) => Effect.Effect<void, ChangeError>
    /** The principal's own name and language. */
    readonly changeProfile: (
      principal: UserPrincipal,
      profile: { readonly name?: string; readonly language?: Language }
    ) => Effect.Effect<void, AccountRefused | StoreUnavailable>
    /** The principal's own password; all their other sessions end. */
    readonly changePassword: (
      principal: UserPrincipal,
      current: Redacted.Redacted<string>,
      next: Redacted.Redacted<string>
    ) => Effect.Effect<void, AccountRefused | TooManyTries | StoreUnavailable>
  }
>()("centurion/accounts/Users") {
  static readonly layer = Layer.effect(
    Users,
    Effect.suspend(() => makeUsers)
  )
}

const parts = Effect.gen(function* () {
  const database = yield* accountDatabase
  const audit = yield* Audit
  const known = yield* KnownCredentials
  const changePassword = yield* makeChangePassword
  return { database, audit, known, changePassword }
})
type Parts = Effect.Success<typeof parts>

const change =
  ({ database, audit, known }: Parts) =>
  <A>(principal: Principal, asked: MemberChange<A>) =>
    changeMember(database, audit, principal, asked).pipe(
      Effect.tap(() => known.forget),
      Effect.asVoid
    )

const list = ({ database, audit }: Parts) =>
  Effect.fn("Users.list")(function* (
    principal: Principal,
    { after = "", limit = accountLimits.pageMax }: { readonly after?: string; readonly limit?: number } = {}
  ) {
    yield* audit.permit(principal, "users", "read", "user.list", "users")
    const most = Math.min(Math.max(1, limit), accountLimits.pageMax)
    const rows = yield* answered(
      database.query("select * from core.members($1, $2, $3)", [principal.company, after, most])
    )
    return rows.map(listedUser)
  })

const setRoles = (parts: Parts) =>
  Effect.fn("Users.setRoles")(function* (principal: Principal, user: string, named: ReadonlyArray<string>) {
    const roles = yield* Effect.fromResult(readRoles(named))
    yield* change(parts)(principal, {
      user,
      action: "user.setRoles",
      make: Effect.fnUntraced(function* (query, { roles: before }) {
        const above = refuseAbove(principal, roles)
        if (above !== undefined) return yield* above
        yield* query("update core.membership set roles = $3::text[] where company = $1 and user_id = $2", [
          principal.company,
          user,
          roles
        ])
        yield* withdrawInvitationsOf(query, principal.company, user)
        return { result: undefined, details: { from: [...before], to: [...roles] } }
      })
    })
  })

const setState = (parts: Parts) => (principal: Principal, user: string, state: "active" | "suspended") =>
  change(parts)(principal, {
    user,
    action: state === "active" ? "user.restore" : "user.suspend",
    make: Effect.fnUntraced(function* (query) {
      const { company } = principal
      yield* query("update core.membership set state = $3 where company = $1 and user_id = $2", [
        company,
        user,
        state
      ])
      if (state === "active") return { result: undefined }
      yield* withdrawInvitationsOf(query, company, user)
      const ended = yield* endSessions(query, { user, company, why: "suspended" })
      return { result: undefined, details: { ended } }
    })
  })

const remove = (parts: Parts) => (principal: Principal, user: string) =>
  change(parts)(principal, {
    user,
    action: "user.remove",
    make: Effect.fnUntraced(function* (query, { roles }) {
      const { company } = principal
      yield* withdrawInvitationsOf(query, company, user)
      // The sessions go with it.
      yield* query("delete from core.membership where company = $1 and user_id = $2", [company, user])
      yield* query("select core.forget_homeless_user($1)", [user])
      return { result: undefined, details: { roles: [...roles] } }
    })
  })

const rename = (parts: Parts) =>
  Effect.fn("Users.rename")(function* (principal: Principal, user: string, name: string) {
    const wrong = wrongName(name)
    if (wrong !== undefined) return yield* wrong
    yield* change(parts)(principal, {
      user,
      action: "user.rename",
      make: Effect.fnUntraced(function* (query) {
        const rows = yield* query("select * from core.memberships_of($1)", [user])
        const isOthersToo = rows.some(([company]) => company !== principal.company)
        if (isOthersToo && user !== principal.id) return yield* belongsElsewhere
        yield* query("select core.set_user_profile($1, $2, null)", [user, name])
        return { result: undefined }
      })
    })
  })

const changeProfile = ({ database, known }: Parts) =>
  Effect.fn("Users.changeProfile")(function* (
    principal: UserPrincipal,
    { name, language }: { readonly name?: string; readonly language?: Language }
  ) {
    const wrong = name === undefined ? undefined : wrongName(name)
    if (wrong !== undefined) return yield* wrong
    yield* answered(
      database.transaction(
        Effect.fnUntraced(function* (query) {
          yield* query("select core.enter($1)", [principal.company])
          yield* query("select core.set_user_profile($1, $2, $3)", [
            principal.id,
            name ?? null,
            language ?? null
          ])
          yield* writeAudit(query, doneBy(principal, "user.changeProfile", `user:${principal.id}`))
        })
      )
    )
    yield* known.forget
  })

const makeUsers = Effect.map(parts, (parts) =>
  Users.of({
    list: list(parts),
    setRoles: setRoles(parts),
    suspend: (principal, user) => setState(parts)(principal, user, "suspended"),
    restore: (principal, user) => setState(parts)(principal, user, "active"),
    remove: remove(parts),
    rename: rename(parts),
    changeProfile: changeProfile(parts),
    changePassword: parts.changePassword
  })
)

/** What somebody offered who may offer it no more. */
const withdrawInvitationsOf = (query: Query, company: string, user: string) =>
  Effect.flatMap(now, (at) =>
    query(
      `update core.invitation set withdrawn_at = es.at($3)
         where company = $1 and invited_by = $2 and accepted_at is null and withdrawn_at is null`,
      [company, principalName({ kind: "user", id: user }), at]
    )
  )

const belongsElsewhere = new Refused({
  reason: "wrongName",
  message: "this user belongs to other companies too and changes the name themselves"
})

/** A row of `core.members`. */
export const listedUser = (row: Row): ListedUser => {
  const [id, email, name, language, userState, roles, state, since, loggedInAt] = row
  return {
    ...({ id, email, name, language, roles, since, loggedInAt } as Omit<ListedUser, "state">),
    state: state === "active" && userState === "active" ? "active" : "suspended"
  }
}
