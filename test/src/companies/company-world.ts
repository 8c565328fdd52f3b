import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { type DeliverError, Engine } from "../../../actors/engine/engine.ts"
import { EngineClock } from "../../../actors/engine/engine-clock.ts"
import { engineLayer } from "../../../actors/engine/engine-layer.ts"
import { defaultLimits } from "../../../actors/engine/engine-limits.ts"
import { Ownership } from "../../../actors/engine/ownership.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import { SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { machines } from "../../../machines/index.ts"
import { Companies } from "../../../src/companies/companies.ts"
import type { CompanyRefused } from "../../../src/companies/company-actors.ts"
import type { CompanyAdmin } from "../../../src/companies/company-admin.ts"
import type { CompanyFiles } from "../../../src/companies/company-files.ts"
import { completeCompany } from "../../../src/companies/complete-company.ts"
import { keepCompanies } from "../../../src/companies/keep-companies.ts"
import type { TestDatabase } from "../../databases.ts"

type Files = CompanyFiles["Service"]
/** A process that was started without any company. */
export const noFiles: Files = { files: [], isDemo: true }

/** A process with an engine that keeps companies. */
export interface CompanyProcess {
  readonly companies: Companies["Service"]
  readonly admin: CompanyAdmin["Service"]
  readonly engine: Engine["Service"]
  readonly subjects: SubjectStore["Service"]
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  /** How a change was refused. */
  readonly refusal: <A>(effect: Effect.Effect<A, CompanyRefused | DeliverError>) => Promise<unknown>
  /** The facts of a company's own stream, without who and why. */
  readonly facts: (company: string) => Promise<ReadonlyArray<string>>
  readonly log: ReadonlyArray<string>
  /** What was made and dropped of read models. */
  readonly readModels: ReadonlyArray<string>
  readonly stop: () => Promise<void>
}

let processes = 0

/** Starts one on the database; `files` as it read them. */
export const startCompanies = async (
  database: TestDatabase,
  files: Files = noFiles
): Promise<CompanyProcess> => {
  const log: Array<string> = []
  const readModels: Array<string> = []
  const companies = await Effect.runPromise(
    Effect.provide(
      Effect.gen(function* () {
        return yield* Companies
      }),
      Companies.layerOf(files.files.map((file) => completeCompany(file)))
    )
  )
  const runtime = ManagedRuntime.make(
    engineLayer({
      machines,
      handlers: [],
      companies: companies.all.map(({ id }) => id),
      startInput: companies.startInput,
      runJobs: false,
      limits: { ...defaultLimits, partitionsPerCompany: 2 }
    }).pipe(
      Layer.provide(Ownership.layerLease({ owner: `process-${++processes}`, leaseMs: 60_000 })),
      Layer.provideMerge(database.layer),
      Layer.provide(EngineClock.layer()),
      Layer.provideMerge(
        Logger.layer([Logger.make(({ message }) => void log.push([message].flat().join(" ")))])
      )
    )
  )
  const scope = await Effect.runPromise(Scope.make())
  const { engine, history, subjects, admin } = await runtime.runPromise(
    Effect.gen(function* () {
      const engine = yield* Engine
      const history = yield* History
      const subjects = yield* SubjectStore
      const ports = { engine, history, subjects, companies, files, partitions: 2, rereadMs: 50 }
      const admin = yield* keepCompanies({
        ...ports,
        store: yield* EventStore,
        readModels: {
          ensure: (company) => Effect.sync(() => void readModels.push(`made ${company}`)),
          drop: (company) => Effect.sync(() => void readModels.push(`dropped ${company}`))
        }
      })
      return { engine, history, subjects, admin }
    }).pipe(Scope.provide(scope))
  )
  const run: CompanyProcess["run"] = (effect) => runtime.runPromise(effect)
  return {
    ...{ companies, admin, engine, subjects, run, log, readModels },
    refusal: (effect) => run(Effect.flip(effect)),
    facts: async (company) =>
      (await run(history.readStream(company, `company/${company}`, 0, 1000)))
        .filter(({ kind }) => kind === "emitted")
        .map(({ type, data }) => (type === "CompanySettingsChanged" ? `${type} ${data.section}` : type)),
    stop: async () => {
      await Effect.runPromise(Scope.close(scope, Effect.runSync(Effect.exit(Effect.void))))
      await runtime.dispose()
    }
  }
}
