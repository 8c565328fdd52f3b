import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Audit } from "../../accounts/audit/audit.ts"
import { ApiKeys } from "../../accounts/keys/api-keys.ts"
import { keysGroup } from "../contract/accounts/api-keys.ts"
import { iso } from "../contract/group.ts"
import { Caller } from "../contract/middleware.ts"
import { handlersOf } from "../handlers-of.ts"
import { limitOf, textParameter } from "../lists/read-page.ts"

/** What answers keysGroup. */
export const keysHandlers = handlersOf(keysGroup, {
  list: Effect.fnUntraced(function* () {
    const found = yield* (yield* ApiKeys).list(yield* Caller)
    return {
      items: found.map((key) => ({
        ...key,
        madeAt: iso(key.madeAt),
        expiresAt: iso(key.expiresAt),
        usedAt: iso(key.usedAt),
        revokedAt: iso(key.revokedAt)
      }))
    }
  }),
  create: Effect.fnUntraced(function* ({ payload: { expiresAt, ...rest } }) {
    const asked = expiresAt === undefined ? rest : { ...rest, expiresAt: Date.parse(expiresAt) }
    const { id, key } = yield* (yield* ApiKeys).create(yield* Caller, asked)
    return { id, key: Redacted.value(key) }
  }),
  revoke: Effect.fnUntraced(function* ({ params }) {
    yield* (yield* ApiKeys).revoke(yield* Caller, params.id)
  }),
  audit: Effect.fnUntraced(function* () {
    const limit = yield* limitOf(accountLimits.pageMax)
    const asked = {
      before: yield* textParameter("before", 200),
      principal: yield* textParameter("principal", 200),
      action: yield* textParameter("action", 200),
      outcome: yield* textParameter("outcome", 20)
    }
    const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
    const audit = yield* Audit
    const found = yield* audit.list(yield* Caller, { limit, ...given })
    const items = found.map(({ company: _, ...entry }) => ({ ...entry, at: iso(entry.at) }))
    return { items, next: found.length === limit ? (found.at(-1)?.entry ?? null) : null }
  })
})
