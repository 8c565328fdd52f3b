import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TryAgain } from "../../../actors/engine/engine.ts"
import type { StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import type { NotAuthenticated } from "../../accounts/account-errors.ts"
import { Audit, refusedTo } from "../../accounts/audit/audit.ts"
import type { Principal } from "../../accounts/principal.ts"
import { Authentication } from "../../accounts/sessions/authentication.ts"
import type { LiveHub } from "../../live/live-hub.ts"
import { RunningEngine } from "../running-engine.ts"

/** What live updates work with once the database is there. */
export interface LiveRunning {
  readonly hub: LiveHub["Service"]
  /** Who shows this `Authorization` header. */
  readonly authenticate: (
    authorization: string | undefined,
    address: string
  ) => Effect.Effect<Principal, NotAuthenticated | StoreUnavailable>
  /** Writes down that somebody asked for what they may not. */
  readonly auditRefusal: (principal: Principal, topic: string, needed: string) => Effect.Effect<void>
}

const bootRetryMs = 2000

/** What live updates work with; until the database answers, clients are told to try again. */
export class LiveParts extends Context.Service<
  LiveParts,
  { readonly get: Effect.Effect<LiveRunning, TryAgain> }
>()("centurion/http/live/LiveParts") {
  /** Of the engine that runs. */
  static readonly layer = Layer.effect(
    LiveParts,
    Effect.gen(function* () {
      const running = yield* RunningEngine
      return LiveParts.of({
        get: Effect.flatMap(running.get, ({ live, accounts }) => {
          if (live === undefined || accounts === undefined) return Effect.fail(noLive)
          const { authenticate } = Context.get(accounts, Authentication)
          const audit = Context.get(accounts, Audit)
          return Effect.succeed({
            hub: live,
            authenticate: (authorization, address) => authenticate(authorization, { address }),
            auditRefusal: (principal, topic, needed) =>
              Effect.ignore(
                audit.write(refusedTo(principal, "live.follow", `topic:${topic}`, `needs ${needed}`))
              )
          })
        })
      })
    })
  )
}

const noLive = new TryAgain({
  reason: "storeUnavailable",
  message: "live updates are not there yet",
  retryAfterMs: bootRetryMs
})
