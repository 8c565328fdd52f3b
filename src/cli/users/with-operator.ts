import { userInfo } from "node:os"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Database } from "../../../eventstore/database/database.ts"
import type { EventStore } from "../../../eventstore/log/event-store.ts"
import type { Secrets } from "../../../eventstore/personal/secrets.ts"
import { Operator } from "../../accounts/people/operator.ts"
import { Passwords } from "../../accounts/people/passwords.ts"
import { KnownCredentials } from "../../accounts/sessions/known-credentials.ts"
import { TokenKeys } from "../../accounts/sessions/token-keys.ts"
import { Settings } from "../../config.ts"
import { remoteOperatorLayer } from "../../control/remote-services.ts"
import { findRunningEngine } from "../../pglite/engine-file.ts"
import { failed } from "../cli-failure.ts"
import { findStorePlace, noDatabase, storeLayerAt } from "../open-store.ts"

/** Who is told in the audit: whoever is logged in on this machine. */
export const operatorName = (): string => {
  try {
    return `operator:${userInfo().username}`
  } catch {
    return "operator:cli"
  }
}

const ownOperatorLayer = Operator.layer.pipe(
  Layer.provide(Layer.mergeAll(Passwords.layer, KnownCredentials.layer, TokenKeys.layer))
)

/** Gives a command whoever has the database of the settings at hand: this process, or the server that holds it. */
export const withOperator = <A, E>(use: Effect.Effect<A, E, Operator | EventStore>) =>
  Effect.gen(function* () {
    const settings = yield* Settings
    const place = findStorePlace(settings)
    if (place === undefined) return yield* noDatabase(settings.dir)
    const store: Context.Context<EventStore> = yield* Layer.build(storeLayerAt(place, settings))
    const given = Effect.provide(use, store)
    // There is none when another process holds it; whoever has the database has the secrets in it.
    if (Option.isSome(Context.getOption(store as Context.Context<never>, Database))) {
      const own = Layer.succeedContext(store as Context.Context<never> as Context.Context<Database | Secrets>)
      return yield* Effect.provide(given, Layer.provide(ownOperatorLayer, own))
    }
    const engine = findRunningEngine(settings.dir)
    if (engine === undefined || engine.url === null)
      return yield* failed("EngineRuns", "the server that held the database has stopped; try again")
    return yield* Effect.provide(given, remoteOperatorLayer({ url: engine.url, token: engine.token }))
  }).pipe(Effect.scoped, Effect.provide(Settings.layer))
