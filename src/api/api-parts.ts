import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TryAgain } from "../../actors/engine/engine.ts"
import type { AccountServices } from "../accounts/accounts-layer.ts"
import { Companies } from "../companies/companies.ts"
import { mustBeActive } from "../companies/must-be-active.ts"
import { Settings } from "../config.ts"
import { type Running, RunningEngine } from "../http/running-engine.ts"
import { type Refusal, refuse } from "./refusal.ts"

/** What the API works with once the database is there. */
export interface ApiRunning extends Running {
  readonly database: NonNullable<Running["database"]>
  readonly projections: NonNullable<Running["projections"]>
  readonly accounts: NonNullable<Running["accounts"]>
  readonly companyAdmin: NonNullable<Running["companyAdmin"]>
}

const bootRetryMs = 2000

/** What the API works with; until the database answers, requests are told to try again. */
export class ApiParts extends Context.Service<
  ApiParts,
  {
    readonly get: Effect.Effect<ApiRunning, TryAgain>
    /** One of the services of `src/accounts`. */
    readonly account: <Id extends AccountServices, Service>(
      tag: Context.Key<Id, Service>
    ) => Effect.Effect<Service, TryAgain>
    /** Fails with 409 while the company is suspended: what is its own may be read, and not be changed. */
    readonly mustBeActive: (company: string) => Effect.Effect<void, Refusal>
    /** Epoch ms, by the engine's clock as near as this process knows it. */
    readonly now: () => number
  }
>()("centurion/http/api/ApiParts") {
  static readonly layer = Layer.effect(
    ApiParts,
    Effect.gen(function* () {
      const running = yield* RunningEngine
      const { clockAheadMs } = yield* Settings
      const companies = yield* Companies
      // A simulated engine has none of them, and no API.
      const get = Effect.flatMap(running.get, (parts) =>
        isWhole(parts) ? Effect.succeed(parts) : Effect.fail(noAccounts)
      )
      return ApiParts.of({
        get,
        account: (tag) => Effect.map(get, ({ accounts }) => Context.get(accounts, tag)),
        mustBeActive: (company) =>
          Effect.catch(mustBeActive(companies, company), ({ message }) => refuse(409, message)),
        now: () => Date.now() + clockAheadMs
      })
    })
  )
}

const isWhole = (parts: Running): parts is ApiRunning =>
  parts.database !== undefined &&
  parts.projections !== undefined &&
  parts.accounts !== undefined &&
  parts.companyAdmin !== undefined

const noAccounts = new TryAgain({
  reason: "storeUnavailable",
  message: "users and keys are not there yet",
  retryAfterMs: bootRetryMs
})
