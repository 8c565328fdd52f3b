import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Engine, type EngineStatus, TryAgain } from "../../actors/engine/engine.ts"
import type { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import type { SealStore } from "../../eventstore/proof/seal-store.ts"
import type { PastReadModels } from "../../projections/engine/past-read-models.ts"
import type { Projections } from "../../projections/engine/projections.ts"
import type { AccountServices } from "../accounts/accounts-layer.ts"
import type { CompanyAdmin } from "../companies/company-admin.ts"
import { Contacts } from "../companies/contacts.ts"
import type { LiveHub } from "../live/live-hub.ts"

/** What runs once the database is there. */
export interface Running {
  readonly engine: Engine["Service"]
  readonly store: EventStore["Service"]
  readonly history: History["Service"]
  /** A simulated engine has none. */
  readonly seals?: SealStore["Service"]
  readonly subjects: SubjectStore["Service"]
  readonly contacts: Contacts["Service"]
  /** A simulated engine has none of these. */
  readonly companyAdmin?: CompanyAdmin["Service"]
  readonly database?: Database["Service"]
  readonly projections?: Projections["Service"]
  readonly past?: PastReadModels["Service"]
  /** Users, sessions, keys, rights and the audit. */
  readonly accounts?: Context.Context<AccountServices>
  readonly live?: LiveHub["Service"]
}

const bootRetryMs = 2000

/** The engine, which the server does not wait for: until the database answers, requests are told to try again. */
export class RunningEngine extends Context.Service<
  RunningEngine,
  {
    readonly get: Effect.Effect<Running, TryAgain>
    readonly status: Effect.Effect<EngineStatus>
    readonly set: (running: Running) => void
    /** Why there is no engine yet. */
    readonly setWhy: (why: string) => void
  }
>()("centurion/http/RunningEngine") {
  static readonly layer = Layer.sync(RunningEngine, () => {
    let running: Running | undefined
    let why = "the engine is starting"
    return RunningEngine.of({
      get: Effect.suspend(() =>
        running === undefined
          ? Effect.fail(new TryAgain({ reason: "storeUnavailable", message: why, retryAfterMs: bootRetryMs }))
          : Effect.succeed(running)
      ),
      status: Effect.suspend(() => running?.engine.status ?? Effect.succeed({ ...nothingRuns, why })),
      set: (now) => {
        running = now
      },
      setWhy: (now) => {
        why = now
      }
    })
  })

  /** With an engine and a store that are there. */
  static readonly layerReady = Layer.effect(
    RunningEngine,
    Effect.gen(function* () {
      const running = {
        engine: yield* Engine,
        store: yield* EventStore,
        history: yield* History,
        subjects: yield* SubjectStore,
        contacts: yield* Contacts
      }
      return RunningEngine.of({
        get: Effect.succeed(running),
        status: running.engine.status,
        set: () => {},
        setWhy: () => {}
      })
    })
  )
}

const nothingRuns: EngineStatus = {
  owner: "",
  partitions: 0,
  actorsInMemory: 0,
  waiting: 0,
  jobsRunning: 0,
  timersAhead: 0,
  ready: false
}
