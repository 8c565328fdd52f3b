import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Invitations } from "../../accounts/people/invitations.ts"
import { Users } from "../../accounts/people/users.ts"
import { cellOf, modules, roles } from "../../accounts/permissions.ts"
import { Sessions } from "../../accounts/sessions/sessions.ts"
import { usersGroup } from "../contract/accounts/users.ts"
import { iso } from "../contract/group.ts"
import { Caller } from "../contract/middleware.ts"
import { handlersOf } from "../handlers-of.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"
import { shownSession } from "./me.ts"

const matrix = roles.map((role) => ({
  role,
  modules: Object.fromEntries(modules.map((module) => [module, cellOf(module, role)]))
}))

/** What answers usersGroup. */
export const usersHandlers = handlersOf(usersGroup, {
  list: Effect.fnUntraced(function* () {
    const limit = yield* limitOf(accountLimits.pageMax)
    const after = yield* textParameter("after", accountLimits.emailMax)
    const found = yield* (yield* Users).list(yield* Caller, {
      limit,
      ...(after === undefined ? {} : { after })
    })
    const items = found.map((user) => ({
      ...user,
      since: iso(user.since),
      loggedInAt: iso(user.loggedInAt)
    }))
    return { items, next: found.length === limit ? (found.at(-1)?.email ?? null) : null }
  }),
  setRoles: Effect.fnUntraced(function* ({ params, payload }) {
    yield* (yield* Users).setRoles(yield* Caller, params.id, payload.roles)
  }),
  suspend: Effect.fnUntraced(function* ({ params }) {
    yield* (yield* Users).suspend(yield* Caller, params.id)
  }),
  restore: Effect.fnUntraced(function* ({ params }) {
    yield* (yield* Users).restore(yield* Caller, params.id)
  }),
  rename: Effect.fnUntraced(function* ({ params, payload }) {
    yield* (yield* Users).rename(yield* Caller, params.id, payload.name)
  }),
  remove: Effect.fnUntraced(function* ({ params }) {
    yield* (yield* Users).remove(yield* Caller, params.id)
  }),
  sessions: Effect.fnUntraced(function* ({ params }) {
    const found = yield* (yield* Sessions).listOf(yield* Caller, params.id)
    return { items: found.map(shownSession) }
  }),
  endSessions: Effect.fnUntraced(function* ({ params }) {
    return { ended: yield* (yield* Sessions).endOf(yield* Caller, params.id) }
  }),
  invitations: Effect.fnUntraced(function* () {
    const found = yield* (yield* Invitations).list(yield* Caller)
    return {
      items: found.map((each) => ({ ...each, madeAt: iso(each.madeAt), expiresAt: iso(each.expiresAt) }))
    }
  }),
  invite: Effect.fnUntraced(function* ({ payload }) {
    const { id, token, expiresAt } = yield* (yield* Invitations).invite(yield* Caller, payload)
    return { id, token: Redacted.value(token), expiresAt: iso(expiresAt) }
  }),
  withdraw: Effect.fnUntraced(function* ({ params }) {
    yield* (yield* Invitations).withdraw(yield* Caller, params.id)
  }),
  roles: () => Effect.succeed({ items: matrix })
})
