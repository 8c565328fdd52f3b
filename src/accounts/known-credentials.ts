import * as Cache from "effect/Cache"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Row } from "../../eventstore/database.ts"
import type { StoreUnavailable } from "../../eventstore/event-store.ts"
import type { Language } from "../../machines/conversation/events.ts"
import { accountLimits } from "./account-limits.ts"
import { accountDatabase, answered, now } from "./account-queries.ts"
import { rightsOf } from "./permissions.ts"
import type { ApiKeyPrincipal, UserPrincipal } from "./principal.ts"

/** What stands for an API key: a principal, or why it is none any more. */
export type KnownApiKey = ApiKeyPrincipal | "unknown" | "expired" | "revoked"

/**
 * Whom sessions and API keys stand for, as the database said it at most `seenForMs` ago. What this process ends it
 * forgets at once; what another ends works on here for that long.
 */
export class KnownCredentials extends Context.Service<
  KnownCredentials,
  {
    /** Undefined when the session has ended, or its user may not come in any more. */
    readonly session: (
      company: string,
      session: string
    ) => Effect.Effect<UserPrincipal | undefined, StoreUnavailable>
    /** By the hash of the key, in hex. `address` is for the audit of a key that has ended. */
    readonly apiKey: (hash: string, address: string) => Effect.Effect<KnownApiKey, StoreUnavailable>
    /** After any change of users, sessions or keys. */
    readonly forget: Effect.Effect<void>
  }
>()("centurion/accounts/KnownCredentials") {
  static readonly layer = Layer.effect(
    KnownCredentials,
    Effect.gen(function* () {
      const { query } = yield* accountDatabase
      const options = {
        capacity: accountLimits.seenMax,
        timeToLive: (exit: Exit.Exit<unknown, unknown>) =>
          Exit.isSuccess(exit) ? Duration.millis(accountLimits.seenForMs) : Duration.zero
      }
      const sessions = yield* Cache.makeWith(
        Effect.fnUntraced(function* (key: string) {
          const [company, session] = key.split(" ") as [string, string]
          const rows = yield* answered(
            query("select * from core.session_now($1, $2, es.at($3))", [company, session, yield* now])
          )
          return rows[0] === undefined ? undefined : userOf(company, session, rows[0])
        }),
        options
      )
      const keys = yield* Cache.makeWith(
        Effect.fnUntraced(function* (key: string) {
          const [hash, address] = key.split(" ") as [string, string]
          const rows = yield* answered(
            query("select * from core.use_api_key(decode($1, 'hex'), es.at($2), $3)", [
              hash,
              yield* now,
              address
            ])
          )
          return rows[0] === undefined ? "unknown" : apiKeyOf(rows[0])
        }),
        options
      )
      return KnownCredentials.of({
        session: (company, session) => Cache.get(sessions, `${company} ${session}`),
        apiKey: (hash, address) => Cache.get(keys, `${hash} ${address.replaceAll(" ", "")}`),
        forget: Effect.andThen(Cache.invalidateAll(sessions), Cache.invalidateAll(keys))
      })
    })
  )
}

const userOf = (company: string, session: string, row: Row): UserPrincipal => {
  const [id, email, name, language, roles] = row as [string, string, string, Language | null, Array<string>]
  return {
    kind: "user",
    id,
    company,
    name,
    email,
    roles,
    session,
    may: rightsOf(roles),
    ...(language === null ? {} : { language })
  }
}

const apiKeyOf = ([outcome, company, id, name, roles, scopes, perMinute, perHour]: Row): KnownApiKey => {
  if (outcome === "revoked" || outcome === "expired") return outcome
  return {
    kind: "apiKey",
    id: String(id),
    company: String(company),
    name: String(name),
    roles: roles as Array<string>,
    may: rightsOf(roles as Array<string>, scopes as Array<string> | null),
    perMinute: Number(perMinute),
    perHour: Number(perHour)
  }
}
