import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { NotAuthenticated } from "../account-errors.ts"
import { accountLimits } from "../account-limits.ts"
import { now } from "../account-queries.ts"
import type { Principal } from "../principal.ts"

/** Whom credentials stand for. */
export interface Found {
  readonly principal: Principal
  /** Epoch ms: when they expire by themselves; undefined when that is looked up each time. */
  readonly until?: number
}

/** What was found of credentials, and until when it holds, epoch ms. */
interface Seen {
  readonly answer: Principal | NotAuthenticated
  readonly at: number
  readonly until: number
}

/**
 * Whom credentials stand for, as was found at most `seenForMs` ago, refusals too: neither is a signature checked nor the
 * database asked for each request. What this process ends it forgets at once; what another ends works on here for that long.
 */
export class KnownCredentials extends Context.Service<
  KnownCredentials,
  {
    readonly principal: <E>(
      credentials: string,
      find: Effect.Effect<Found, NotAuthenticated | E>
    ) => Effect.Effect<Principal, NotAuthenticated | E>
    /** After any change of users, sessions or keys. */
    readonly forget: Effect.Effect<void>
  }
>()("centurion/accounts/KnownCredentials") {
  static readonly layer = Layer.sync(KnownCredentials, () => {
    let seen = new Map<string, Seen>()

    const look = Effect.fnUntraced(function* <E>(
      credentials: string,
      at: number,
      find: Effect.Effect<Found, NotAuthenticated | E>
    ) {
      // What is found now may be what is forgotten in between.
      const into = seen
      const found: Found | NotAuthenticated = yield* Effect.catchIf(find, isRefusal, Effect.succeed)
      const until = at + accountLimits.seenForMs
      const [answer, ends] = "principal" in found ? [found.principal, found.until ?? until] : [found, until]
      into.delete(credentials)
      into.set(credentials, { answer, at, until: Math.min(until, ends) })
      forgetOld(into, at)
      return answer
    })

    return KnownCredentials.of({
      principal: (credentials, find) =>
        Effect.flatMap(now, (at) => {
          const before = seen.get(credentials)
          if (before !== undefined && at < before.until) return given(before.answer)
          return Effect.flatMap(look(credentials, at, find), given)
        }),
      forget: Effect.sync(() => {
        seen = new Map()
      })
    })
  })
}

/** The oldest stand first. Credentials are secrets, and are not kept for longer than they are of use. */
const forgetOld = (seen: Map<string, Seen>, now: number) => {
  for (const [credentials, { at }] of seen) {
    if (seen.size <= accountLimits.seenMax && now < at + accountLimits.seenForMs) return
    seen.delete(credentials)
  }
}

const isRefusal = (error: unknown): error is NotAuthenticated =>
  (error as { readonly _tag?: unknown })._tag === "NotAuthenticated"

const given = (answer: Principal | NotAuthenticated): Effect.Effect<Principal, NotAuthenticated> =>
  "_tag" in answer ? Effect.fail(answer) : Effect.succeed(answer)
