import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Users } from "../../accounts/people/users.ts"
import { modules } from "../../accounts/permissions.ts"
import type { UserPrincipal } from "../../accounts/principal.ts"
import { type ListedSession, Sessions } from "../../accounts/sessions/sessions.ts"
import { meGroup } from "../contract/accounts/me.ts"
import { iso } from "../contract/group.ts"
import { Caller } from "../contract/middleware.ts"
import { handlersOf } from "../handlers-of.ts"
import { refuse } from "../refusal.ts"

/** Only a user has a session; a program has a key. */
const userCaller = Effect.flatMap(Caller, (caller) =>
  caller.kind === "user"
    ? Effect.succeed<UserPrincipal>(caller)
    : Effect.fail(refuse(403, "this is for users; an API key has no session and no password"))
)

/** What answers meGroup. */
export const meHandlers = handlersOf(meGroup, {
  read: Effect.fnUntraced(function* () {
    const caller = yield* Caller
    const { kind, id, name, company, roles, may } = caller
    const reach = modules.map((module) => [
      module,
      { read: may(module, "read"), write: may(module, "write") }
    ])
    const isUser = caller.kind === "user"
    return {
      ...{ kind, id, name, company, roles },
      email: isUser ? caller.email : null,
      language: (isUser ? caller.language : undefined) ?? null,
      may: Object.fromEntries(reach)
    }
  }),
  change: Effect.fnUntraced(function* ({ payload }) {
    yield* (yield* Users).changeProfile(yield* userCaller, payload)
  }),
  changePassword: Effect.fnUntraced(function* ({ payload: { current, next } }) {
    const caller = yield* userCaller
    yield* (yield* Users).changePassword(caller, Redacted.make(current), Redacted.make(next))
  }),
  logout: Effect.fnUntraced(function* () {
    yield* (yield* Sessions).logout(yield* userCaller)
  }),
  sessions: Effect.fnUntraced(function* () {
    const found = yield* (yield* Sessions).list(yield* userCaller)
    return { items: found.map(shownSession) }
  }),
  endSession: Effect.fnUntraced(function* ({ params }) {
    yield* (yield* Sessions).end(yield* userCaller, params.id)
  }),
  endOtherSessions: Effect.fnUntraced(function* () {
    return { ended: yield* (yield* Sessions).endOthers(yield* userCaller) }
  })
})

/** A session as the API shows it. */
export const shownSession = ({ session, startedAt, seenAt, expiresAt, ...rest }: ListedSession) => ({
  id: session,
  ...rest,
  startedAt: iso(startedAt),
  seenAt: iso(seenAt),
  expiresAt: iso(expiresAt)
})
