import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EngineClock } from "../../actors/engine/engine-clock.ts"
import { engineLayer } from "../../actors/engine/engine-layer.ts"
import { defaultLimits, type EngineLimits } from "../../actors/engine/engine-limits.ts"
import type { ErasureTarget } from "../../actors/engine/erasures.ts"
import { Ownership } from "../../actors/engine/ownership.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { machines } from "../../machines/index.ts"
import { AsOfReadModels } from "../../projections/engine/as-of-read-models.ts"
import { Projections } from "../../projections/engine/projections.ts"
import { Companies } from "../companies/companies.ts"
import { Contacts } from "../companies/contacts.ts"
import { Settings, type SettingValues } from "../config.ts"
import { handlers } from "../handlers/index.ts"
import { erasureLedger, erasureLedgerFile } from "../privacy/erasure-ledger.ts"
import { asOfReadModelsTarget, readModelsTarget } from "./read-side.ts"

const limitsOf = (settings: SettingValues): EngineLimits => ({
  ...defaultLimits,
  lanes: settings.lanes,
  partitionsPerCompany: settings.partitions,
  batchMax: settings.batchMax,
  waitingMax: settings.waitingMax,
  snapshotEvery: settings.snapshotEvery,
  actorsInMemory: settings.actorsInMemory,
  eventMaxBytes: settings.eventMaxBytes,
  stepTimeoutMs: settings.stepTimeoutMs,
  jobConcurrency: settings.jobConcurrency,
  jobTimeoutMs: settings.jobTimeoutMs,
  jobRetriesMax: settings.jobRetriesMax,
  jobBackoffMs: settings.jobBackoffMs,
  jobBackoffMaxMs: settings.jobBackoffMaxMs,
  receiptDeadlineMs: settings.receiptDeadlineMs
})

/** The memory of who is who; its lines in the database go with the key. */
const contactsTarget = (contacts: Contacts["Service"]): ErasureTarget => ({
  name: "contacts in memory",
  erase: (company, subject) => Effect.sync(() => contacts.forget(company, subject))
})

/** All that keeps something of a person beside the event store; the ledger is written before the key goes. */
const erasureTargets = Effect.gen(function* () {
  const ledger = erasureLedgerFile(yield* Settings)
  return [
    contactsTarget(yield* Contacts),
    readModelsTarget(yield* Projections),
    asOfReadModelsTarget(yield* AsOfReadModels),
    erasureLedger(ledger, yield* SubjectStore, Date.now)
  ]
})

/** The engine over the store at hand, with our machines and handlers; `owner` is what it leases partitions as. */
export const ownEngineLayer = (owner: string) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const settings = yield* Settings
      const companies = yield* Companies
      const runFork = Effect.runForkWith(yield* Effect.context<never>())
      const log = { info: Effect.logInfo, warn: Effect.logWarning, error: Effect.logError }
      return engineLayer({
        machines,
        handlers: yield* handlers,
        companies: companies.all.map(({ id }) => id),
        startInput: companies.startInput,
        limits: limitsOf(settings),
        erasureTargets: yield* erasureTargets,
        logPersonal: settings.logPersonal === "yes",
        log: (level, message) => void runFork(log[level](message))
      }).pipe(
        Layer.provideMerge(Ownership.layerLease({ owner, leaseMs: settings.leaseMs })),
        Layer.provideMerge(EngineClock.layer(settings.clockAheadMs))
      )
    })
  )
