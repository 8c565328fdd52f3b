import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { DatabaseError, Query } from "../../../eventstore/database/database.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { inCompany } from "../../../projections/engine/in-company.ts"
import {
  type Forbidden,
  type LoginRefused,
  NotFound,
  RefreshRefused,
  type TooManyTries
} from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"
import { accountDatabase, answered, now } from "../account-queries.ts"
import { Audit, doneBy, writeAudit } from "../audit/audit.ts"
import { refuseAbove } from "../people/members.ts"
import type { Principal, UserPrincipal } from "../principal.ts"
import { hashOf, isOwnToken, newRefreshToken } from "./credentials.ts"
import { endSessions } from "./end-sessions.ts"
import { KnownCredentials } from "./known-credentials.ts"
import { type LoggedIn, type LoginAsked, makeLogin, membershipsOf, otherCompany } from "./log-in.ts"
import { type From, type OpenedSession, openSession, pairOf, type TokenPair } from "./open-session.ts"
import { Tokens } from "./tokens.ts"

/** A live session. Times are epoch ms; `seenAt` is its last refresh. */
export interface ListedSession {
  readonly company: string
  readonly session: string
  readonly startedAt: number
  readonly seenAt: number
  readonly expiresAt: number
  readonly address: string
  readonly agent: string
  /** The one that asks. */
  readonly current: boolean
}

/** Logging in, staying in, leaving. A session is one login at one company: a family of refresh tokens. */
export class Sessions extends Context.Service<
  Sessions,
  {
    readonly login: (
      asked: LoginAsked
    ) => Effect.Effect<LoggedIn, LoginRefused | TooManyTries | StoreUnavailable>
    /**
     * The next pair for a refresh token, which is worth nothing afterwards. One that comes again ends the whole
     * session, also when it comes at the same moment: of many at once one gets a pair, and that pair is worth nothing.
     */
    readonly refresh: (
      token: Redacted.Redacted<string>,
      from: From
    ) => Effect.Effect<TokenPair, RefreshRefused | StoreUnavailable>
    /** Ends the session of the refresh token and begins one at another company of the user. */
    readonly switchCompany: (
      token: Redacted.Redacted<string>,
      company: string,
      from: From
    ) => Effect.Effect<TokenPair, RefreshRefused | LoginRefused | StoreUnavailable>
    readonly logout: (principal: UserPrincipal) => Effect.Effect<void, StoreUnavailable>
    /** The principal's own, at all companies. */
    readonly list: (principal: UserPrincipal) => Effect.Effect<ReadonlyArray<ListedSession>, StoreUnavailable>
    /** Those of a user at the principal's company; needs `users`. */
    readonly listOf: (
      principal: Principal,
      user: string
    ) => Effect.Effect<ReadonlyArray<ListedSession>, Forbidden | StoreUnavailable>
    /** Ends one of the principal's own. */
    readonly end: (
      principal: UserPrincipal,
      session: string
    ) => Effect.Effect<void, NotFound | StoreUnavailable>
    /** Ends all of the principal's own but the one at hand; gives how many. */
    readonly endOthers: (principal: UserPrincipal) => Effect.Effect<number, StoreUnavailable>
    /** Ends those of a user at the principal's company; needs `users`. Gives how many. */
    readonly endOf: (
      principal: Principal,
      user: string
    ) => Effect.Effect<number, Forbidden | StoreUnavailable>
  }
>()("centurion/accounts/Sessions") {
  static readonly layer = Layer.effect(
    Sessions,
    Effect.suspend(() => makeSessions)
  )
}

/** A session whose refresh token was just taken. */
interface Family {
  readonly company: string
  readonly session: string
  readonly user: string
}

const parts = Effect.gen(function* () {
  const database = yield* accountDatabase
  const audit = yield* Audit
  const known = yield* KnownCredentials
  const tokens = yield* Tokens
  const login = yield* makeLogin
  return { database, audit, known, tokens, login }
})
type Parts = Effect.Success<typeof parts>

/** Takes the token, and does `next` in the same transaction if it was worth something. */
const using = ({ database, known }: Parts) =>
  Effect.fnUntraced(function* <E>(
    token: Redacted.Redacted<string>,
    { address }: From,
    next: (ask: Query, family: Family) => Effect.Effect<OpenedSession, E>
  ) {
    const text = Redacted.value(token)
    if (!isOwnToken(text)) return yield* refreshRefused.unknown
    const taken = yield* answered(
      database.transaction(
        Effect.fnUntraced(function* (ask): Effect.fn.Return<
          OpenedSession | RefreshRefused["reason"],
          E | DatabaseError
        > {
          const [row] = yield* ask("select * from core.use_refresh_token($1, es.at($2), $3)", [
            hashOf(text),
            yield* now,
            address.slice(0, accountLimits.addressMax)
          ])
          const [outcome, company, session, user] = row as [string, string, string, string]
          // No failure here: what it wrote of a replay must stay.
          if (outcome !== "rotated") return outcome as RefreshRefused["reason"]
          return yield* next(ask, { company, session, user })
        })
      )
    )
    if (typeof taken !== "string") return taken
    yield* known.forget
    return yield* refreshRefused[taken]
  })

const rotate = Effect.fnUntraced(function* (ask: Query, { company, session, user }: Family) {
  const refresh = newRefreshToken()
  const at = yield* now
  const refreshExpiresAt = at + accountLimits.refreshTokenMs
  yield* ask("select core.add_refresh_token($1, $2, $3, es.at($4), es.at($5))", [
    company,
    session,
    hashOf(refresh),
    at,
    refreshExpiresAt
  ])
  return { user, company, session, refresh, refreshExpiresAt } satisfies OpenedSession
})

const refresh = (parts: Parts) =>
  Effect.fn("Sessions.refresh")(function* (token: Redacted.Redacted<string>, from: From) {
    return yield* pairOf(parts.tokens, yield* using(parts)(token, from, rotate))
  })

const switchCompany = (parts: Parts) =>
  Effect.fn("Sessions.switchCompany")(function* (
    token: Redacted.Redacted<string>,
    company: string,
    from: From
  ) {
    const opened = yield* using(parts)(
      token,
      from,
      Effect.fnUntraced(function* (ask, { user, session }) {
        const memberships = yield* membershipsOf(ask, user)
        // Rolls the taking back: the token is still good for where it was made.
        if (!memberships.some((each) => each.company === company)) return yield* otherCompany
        yield* endSessions(ask, { user, session, why: "switched" })
        return yield* openSession(ask, user, company, from)
      })
    )
    yield* parts.known.forget
    return yield* pairOf(parts.tokens, opened)
  })

const listed =
  ({ database }: Parts) =>
  (user: string, company: string | null, current?: string) =>
    Effect.flatMap(now, (at) =>
      Effect.map(
        answered(database.query("select * from core.sessions_of($1, $2, es.at($3))", [user, company, at])),
        (rows) =>
          rows.map(([of, session, startedAt, seenAt, expiresAt, address, agent]) => ({
            ...({ company: of, session, startedAt, seenAt, expiresAt, address, agent } as ListedSession),
            current: session === current
          }))
      )
    )

/** Ends sessions and writes that at the principal's company, together. */
const ending =
  ({ database, known }: Parts) =>
  (principal: Principal, action: string, target: string, which: Parameters<typeof endSessions>[1]) =>
    answered(
      database.transaction(
        Effect.fnUntraced(function* (ask) {
          const ended = yield* endSessions(ask, which)
          if (ended === 0) return 0
          yield* ask("select core.enter($1)", [principal.company])
          yield* writeAudit(ask, doneBy(principal, action, target, { ended }))
          return ended
        })
      )
    ).pipe(Effect.tap(() => known.forget))

/** Nobody ends the sessions of whoever has rights that they do not have themselves. */
const endOf = (parts: Parts) =>
  Effect.fn("Sessions.endOf")(function* (principal: Principal, user: string) {
    const { company } = principal
    const [action, target] = ["session.endAll", `user:${user}`]
    yield* parts.audit.permit(principal, "users", "write", action, target)
    const [row] = yield* answered(
      inCompany(parts.database, company, (query) =>
        query("select roles from core.membership where company = $1 and user_id = $2", [company, user])
      )
    )
    const above = row === undefined ? undefined : refuseAbove(principal, row[0] as ReadonlyArray<string>)
    if (above !== undefined) return yield* parts.audit.refuse(principal, action, target, above.message)
    return yield* ending(parts)(principal, action, target, { user, company, why: "ended" })
  })

const makeSessions = Effect.map(parts, (parts) =>
  Sessions.of({
    login: parts.login,
    refresh: refresh(parts),
    switchCompany: switchCompany(parts),
    logout: Effect.fn("Sessions.logout")(function* (principal: UserPrincipal) {
      const { id, session } = principal
      yield* ending(parts)(principal, "session.end", `session:${session}`, {
        user: id,
        session,
        why: "logout"
      })
    }),
    list: ({ id, session }) => listed(parts)(id, null, session),
    listOf: Effect.fn("Sessions.listOf")(function* (principal: Principal, user: string) {
      yield* parts.audit.permit(principal, "users", "read", "session.list", `user:${user}`)
      return yield* listed(parts)(user, principal.company)
    }),
    end: Effect.fn("Sessions.end")(function* (principal: UserPrincipal, session: string) {
      const which = { user: principal.id, session, why: "ended" } as const
      if ((yield* ending(parts)(principal, "session.end", `session:${session}`, which)) > 0) return
      return yield* new NotFound({ message: "you have no live session of this id" })
    }),
    endOthers: Effect.fn("Sessions.endOthers")(function* (principal: UserPrincipal) {
      const which = { user: principal.id, butSession: principal.session, why: "ended" } as const
      return yield* ending(parts)(principal, "session.endOthers", `user:${principal.id}`, which)
    }),
    endOf: endOf(parts)
  })
)

const refused = (reason: RefreshRefused["reason"], message: string) => new RefreshRefused({ reason, message })

const refreshRefused = {
  replayed: refused(
    "replayed",
    "this refresh token was used before: somebody else may have it, so the whole session has ended; log in again"
  ),
  ended: refused("ended", "this session has ended; log in again"),
  expired: refused("expired", "this refresh token has expired; log in again"),
  unknown: refused("unknown", "this is no refresh token of ours; log in again")
} as const
