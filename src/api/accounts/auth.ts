import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Redacted from "effect/Redacted"
import { accountLimits } from "../../accounts/account-limits.ts"
import { Invitations } from "../../accounts/people/invitations.ts"
import type { TokenPair } from "../../accounts/sessions/open-session.ts"
import { Sessions } from "../../accounts/sessions/sessions.ts"
import { Settings } from "../../config.ts"
import { clientAddress } from "../../http/client-address.ts"
import { authGroup } from "../contract/accounts/auth.ts"
import { iso } from "../contract/group.ts"
import { handlersOf } from "../handlers-of.ts"

const tokensOf = ({ access, refresh, refreshExpiresAt, company }: TokenPair) => ({
  accessToken: Redacted.value(access.token),
  accessExpiresAt: iso(access.expiresAt),
  refreshToken: Redacted.value(refresh),
  refreshExpiresAt: iso(refreshExpiresAt),
  company
})

const fromOf = Effect.fnUntraced(function* ({ source }: HttpServerRequest.HttpServerRequest) {
  const { trustedProxies } = yield* Settings
  const { headers } = source as IncomingMessage
  return {
    address: clientAddress(source as IncomingMessage, trustedProxies),
    agent: (headers["user-agent"] ?? "").slice(0, accountLimits.agentMax)
  }
})

/** What answers authGroup. */
export const authHandlers = handlersOf(authGroup, {
  login: Effect.fnUntraced(function* ({ payload, request }) {
    const { email, company } = payload
    const asked = { email, password: Redacted.make(payload.password), ...(yield* fromOf(request)) }
    const found = yield* (yield* Sessions).login(company === undefined ? asked : { ...asked, company })
    const { user, memberships } = found
    return { tokens: tokensOf(found), user: { ...user, language: user.language ?? null }, memberships }
  }),
  refresh: Effect.fnUntraced(function* ({ payload, request }) {
    return tokensOf(
      yield* (yield* Sessions).refresh(Redacted.make(payload.refreshToken), yield* fromOf(request))
    )
  }),
  switchCompany: Effect.fnUntraced(function* ({ payload, request }) {
    const refresh = Redacted.make(payload.refreshToken)
    return tokensOf(yield* (yield* Sessions).switchCompany(refresh, payload.company, yield* fromOf(request)))
  }),
  lookAtInvitation: Effect.fnUntraced(function* ({ payload }) {
    return yield* (yield* Invitations).look(Redacted.make(payload.token))
  }),
  acceptInvitation: Effect.fnUntraced(function* ({ payload, request }) {
    const { token, password, ...rest } = payload
    const { address } = yield* fromOf(request)
    const secret = { token: Redacted.make(token), password: Redacted.make(password) }
    return yield* (yield* Invitations).accept({ ...rest, ...secret, address })
  })
})
