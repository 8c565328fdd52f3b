import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Query } from "../../../eventstore/database/database.ts"
import { accountLimits } from "../account-limits.ts"
import { now } from "../account-queries.ts"
import { writeAudit } from "../audit/audit.ts"
import { hashOf, newId, newRefreshToken } from "./credentials.ts"
import type { AccessToken, Tokens } from "./tokens.ts"

/** What a client keeps: the access token for requests, the refresh token for the next pair. Times are epoch ms. */
export interface TokenPair {
  readonly access: AccessToken
  readonly refresh: Redacted.Redacted<string>
  readonly refreshExpiresAt: number
  readonly session: string
  readonly company: string
}

/** Where a request came from, as far as it is known; `agent` is the browser's own name for itself. */
export interface From {
  readonly address: string
  readonly agent?: string
}

/** A session that stands, before its access token is signed. */
export interface OpenedSession {
  readonly user: string
  readonly company: string
  readonly session: string
  readonly refresh: string
  readonly refreshExpiresAt: number
}

/** Opens a session of a user at a company with the transaction at hand, and writes that. */
export const openSession = Effect.fnUntraced(function* (
  query: Query,
  user: string,
  company: string,
  { address, agent = "" }: From
) {
  const at = yield* now
  const session = newId()
  const refresh = newRefreshToken()
  const { refreshTokenMs, sessionMs, addressMax, agentMax, sessionsPerUser } = accountLimits
  yield* query("select core.open_session($1, $2, $3, $4, es.at($5), es.at($6), es.at($7), $8, $9, $10)", [
    company,
    session,
    user,
    hashOf(refresh),
    at,
    at + refreshTokenMs,
    at + sessionMs,
    address.slice(0, addressMax),
    agent.slice(0, agentMax),
    sessionsPerUser
  ])
  yield* writeAudit(query, {
    company,
    principal: `person:${user}`,
    action: "session.start",
    target: `session:${session}`,
    outcome: "done",
    address
  })
  return { user, company, session, refresh, refreshExpiresAt: at + refreshTokenMs } satisfies OpenedSession
})

/** The pair of a session, once its transaction stands. */
export const pairOf = (
  tokens: Tokens["Service"],
  { user, company, session, refresh, refreshExpiresAt }: OpenedSession
) =>
  Effect.map(
    tokens.sign({ user, company, session }),
    (access): TokenPair => ({ access, refresh: Redacted.make(refresh), refreshExpiresAt, session, company })
  )
