import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { Engine } from "../../actors/engine/engine.ts"
import { EngineClock } from "../../actors/engine/engine-clock.ts"
import { engineLayer } from "../../actors/engine/engine-layer.ts"
import { defaultLimits, type EngineLimits } from "../../actors/engine/engine-limits.ts"
import type { ErasurePlace } from "../../actors/engine/erasures.ts"
import { Ownership } from "../../actors/engine/ownership.ts"
import { Database, DatabaseError } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { Secrets } from "../../eventstore/personal/secrets.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { SealStore } from "../../eventstore/proof/seal-store.ts"
import { machines } from "../../machines/index.ts"
import { PastReadModels } from "../../projections/engine/past-read-models.ts"
import { Projections } from "../../projections/engine/projections.ts"
import { accountsLayer } from "../accounts/accounts-layer.ts"
import { Operator } from "../accounts/people/operator.ts"
import { Companies } from "../companies/companies.ts"
import { CompanyAdmin } from "../companies/company-admin.ts"
import { CompanyFiles } from "../companies/company-files.ts"
import { Contacts } from "../companies/contacts.ts"
import { keepCompanies } from "../companies/keep-companies.ts"
import { Settings, type SettingValues } from "../config.ts"
import { demoHistory } from "../demo/history/demo-history.ts"
import { handlers } from "../handlers/index.ts"
import { HttpServer } from "../http/http-server.ts"
import { RunningEngine } from "../http/running-engine.ts"
import { LiveHub } from "../live/live-hub.ts"
import { liveLayer } from "../live/open-live.ts"
import { eraseReturned, erasureLedger, erasureLedgerFile } from "../privacy/erasure-ledger.ts"
import { keepRetention } from "../privacy/retention.ts"
import { noticeBuilds } from "../queries/notice-builds.ts"
import { publishApplied, publishCommits } from "../redis/hints.ts"
import { RedisConnection } from "../redis/redis-connection.ts"
import { sealing } from "../seals/sealing.ts"
import { type DatabaseAccess, prepareDatabase, storeLayerOf } from "./connect-database.ts"
import { makeCommitWord, pastReadModelsPlace, readModelsLayer, readModelsPlace } from "./read-side.ts"

const limitsOf = (settings: SettingValues): EngineLimits => ({
  ...defaultLimits,
  lanes: settings.lanes,
  partitionsPerCompany: settings.partitions,
  batchMax: settings.batchMax,
  waitingMax: settings.waitingMax,
  snapshotEvery: settings.snapshotEvery,
  actorsInMemory: settings.actorsInMemory,
  eventMaxBytes: settings.eventMaxBytes,
  jobConcurrency: settings.jobConcurrency,
  jobTimeoutMs: settings.jobTimeoutMs,
  jobRetriesMax: settings.jobRetriesMax,
  jobBackoffMs: settings.jobBackoffMs,
  jobBackoffMaxMs: settings.jobBackoffMaxMs,
  receiptDeadlineMs: settings.receiptDeadlineMs
})

const ownerName = () => `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`

/** The memory of who is who; its lines in the database go with the key. */
const contactsPlace = (contacts: Contacts["Service"]): ErasurePlace => ({
  name: "contacts in memory",
  erase: (company, subject) => Effect.sync(() => contacts.forget(company, subject))
})

/** The engine over the store at hand, with our machines and handlers. */
const makeEngine = Effect.fnUntraced(function* (
  owner: string,
  subjects: SubjectStore["Service"],
  erasurePlaces: ReadonlyArray<ErasurePlace>
) {
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
    erasurePlaces: [...erasurePlaces, erasureLedger(erasureLedgerFile(settings), subjects, Date.now)],
    logPersonal: settings.logPersonal === "yes",
    log: (level, message) => void runFork(log[level](message))
  }).pipe(
    Layer.provideMerge(Ownership.layerLease({ owner, leaseMs: settings.leaseMs })),
    Layer.provideMerge(EngineClock.layer(settings.clockAheadMs))
  )
})

/** Whoever holds a lease in the embedded database is dead: the directory is this process's alone. */
const releaseDead = Effect.gen(function* () {
  const store = yield* EventStore
  const owners = new Set((yield* store.partitions()).map(({ owner }) => owner))
  for (const owner of owners) if (owner !== null) yield* store.release(owner)
})

const bootRetryMs = 1000

const mayReturn = (error: { readonly _tag: string }): boolean =>
  error._tag === "StoreUnavailable" || (error instanceof DatabaseError && error.unreachable)

/** The database may go away again just after it was there: then it is waited for. */
const patiently = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  work: Effect.Effect<A, E, R>,
  tellWait: (why: string) => Effect.Effect<void>
): Effect.Effect<A, E, R> =>
  Effect.catch(work, (error) =>
    mayReturn(error)
      ? tellWait(error.message).pipe(
          Effect.andThen(Effect.sleep(bootRetryMs)),
          Effect.andThen(patiently(work, tellWait))
        )
      : Effect.fail(error)
  )

/** Waits for the database, makes the companies' partitions, and starts the engine in `scope`; gives all that runs then. */
export const boot = Effect.fn("boot")(function* (access: DatabaseAccess, scope: Scope.Scope) {
  const settings = yield* Settings
  const running = yield* RunningEngine
  const { setWhy } = yield* HttpServer
  const tellWait = (why: string) =>
    Effect.andThen(
      Effect.sync(() => setWhy(why)),
      Effect.logWarning(why)
    )
  yield* prepareDatabase(access, tellWait)
  const stored = yield* patiently(Layer.buildWithScope(storeLayerOf(access, settings, true), scope), tellWait)
  yield* Effect.provide(
    patiently(
      Effect.gen(function* () {
        // Under a wrong master key nothing could be opened, and what is new could not be opened later.
        yield* (yield* Secrets).take("*", "master key check")
        if (access.embedded) yield* releaseDead
        // Before the engine finds what they still waited for.
        yield* eraseReturned(erasureLedgerFile(settings))
        yield* demoHistory
      }),
      tellWait
    ),
    stored
  )
  const contacts = Context.get(stored, Contacts)
  const owner = ownerName()
  const commits = makeCommitWord()
  const reading = yield* Layer.buildWithScope(
    Layer.provide(readModelsLayer(owner, commits), Layer.succeedContext(stored)),
    scope
  )
  const projections = Context.get(reading, Projections)
  const past = Context.get(reading, PastReadModels)
  const engines = yield* makeEngine(owner, Context.get(stored, SubjectStore), [
    contactsPlace(contacts),
    readModelsPlace(projections),
    pastReadModelsPlace(past)
  ])
  const layer = Layer.provideMerge(engines, Layer.succeedContext(stored))
  const built = yield* Layer.buildWithScope(layer, scope)
  yield* Scope.provide(Effect.provide(sealing(settings), stored), scope)
  const engine = Context.get(built, Engine)
  yield* commits.follow(engine)
  const accounts = yield* Layer.buildWithScope(
    accountsLayer.pipe(Layer.provide(RateLimiter.layer), Layer.provide(Layer.succeedContext(stored))),
    scope
  )
  const companies = yield* Companies
  const database = Context.get(stored, Database)
  if (!access.embedded)
    yield* Scope.provide(noticeBuilds(database, projections, Context.get(built, EventStore)), scope)
  const companyAdmin = yield* Scope.provide(
    keepCompanies({
      ...{ engine, companies, files: yield* CompanyFiles, partitions: settings.partitions },
      store: Context.get(built, EventStore),
      history: Context.get(built, History),
      subjects: Context.get(built, SubjectStore),
      readModels: {
        ensure: projections.ensureCompany,
        drop: (company) =>
          Effect.andThen(
            projections.dropCompany(company),
            Context.get(accounts, Operator).dropCompany(company, "engine")
          )
      }
    }),
    scope
  )
  // Whoever asks as soon as the server is ready finds tables, though what is old may still be on its way into them.
  yield* patiently(
    Effect.forEach(companies.all, ({ id }) => projections.ensureCompany(id), {
      concurrency: 4,
      discard: true
    }),
    tellWait
  )
  const retention = keepRetention(() => companies.all)
  yield* Scope.provide(Effect.forkScoped(Effect.provide(retention, stored)), scope)
  const redis = yield* RedisConnection
  yield* Scope.provide(publishCommits(redis, engine), scope)
  yield* Scope.provide(publishApplied(redis, projections), scope)
  const live = yield* Layer.buildWithScope(
    Layer.provide(
      liveLayer({ engine, companies, redis, waitingMax: settings.waitingMax }),
      Layer.merge(Layer.succeedContext(stored), Layer.succeedContext(reading))
    ),
    scope
  )
  running.set({
    engine,
    store: Context.get(built, EventStore),
    history: Context.get(built, History),
    seals: Context.get(stored, SealStore),
    subjects: Context.get(built, SubjectStore),
    contacts,
    database,
    companyAdmin,
    projections,
    past,
    accounts,
    live: Context.get(live, LiveHub)
  })
  const [company] = companies.all
  if (access.embedded && company !== undefined)
    yield* Scope.provide(Effect.forkScoped(Effect.provide(tellFirstLogin(company.id), accounts)), scope)
  return Context.mergeAll(built, reading, accounts, live, Context.make(CompanyAdmin, companyAdmin))
})

/** What runs when the server is up. */
export type Booted = Effect.Success<ReturnType<typeof boot>> extends Context.Context<infer R> ? R : never

/** A new embedded installation has a way in; it is told once, and only there, where nobody else reads the log. */
const tellFirstLogin = Effect.fnUntraced(function* (company: string) {
  const first = yield* (yield* Operator).ensureFirstAdmin(company)
  if (first === undefined) return
  yield* Effect.logInfo(
    `the first login of the API: ${first.email} with the password ${Redacted.value(first.password)}; it is not shown again (\`centurion users set-password ${first.email}\` sets another)`
  )
})
