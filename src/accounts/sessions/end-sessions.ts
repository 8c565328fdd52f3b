import * as Effect from "effect/Effect"
import type { Query } from "../../../eventstore/database/database.ts"
import { now } from "../account-queries.ts"

/** Which sessions of a user end: all, those at one company, one of them, all but one. */
export interface EndedSessions {
  readonly user: string
  readonly company?: string
  readonly session?: string
  readonly butSession?: string
  readonly why: "logout" | "ended" | "switched" | "passwordChanged" | "suspended" | "removed"
}

/** Ends sessions with the transaction at hand; gives how many. */
export const endSessions = Effect.fnUntraced(function* (
  query: Query,
  { user, company, session, butSession, why }: EndedSessions
) {
  const rows = yield* query("select * from core.end_sessions($1, $2, $3, $4, $5, es.at($6))", [
    user,
    company ?? null,
    session ?? null,
    butSession ?? null,
    why,
    yield* now
  ])
  return rows.length
})
