import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { Engine, EventRefused } from "../actors/engine.ts"
import { EngineClock } from "../actors/engine-clock.ts"
import { engineLayer } from "../actors/engine-layer.ts"
import { defaultLimits, type EngineLimits } from "../actors/engine-limits.ts"
import type { ErasurePlace } from "../actors/erasures.ts"
import { Ownership } from "../actors/ownership.ts"
import { EventStore } from "../eventstore/event-store.ts"
import { History } from "../eventstore/history.ts"
import type { Json } from "../eventstore/json.ts"
import { SealStore } from "../eventstore/seal-store.ts"
import { Secrets } from "../eventstore/secrets.ts"
import { SubjectStore } from "../eventstore/subject-store.ts"
import { machines } from "../machines/index.ts"
import { WebChatHub } from "./channels/web-chat.ts"
import { Companies } from "./companies/companies.ts"
import { Contacts } from "./companies/contacts.ts"
import { Settings, type SettingValues } from "./config.ts"
import {
  type DatabaseAccess,
  embeddedAccess,
  prepareDatabase,
  serverAccess,
  storeLayerOf
} from "./connect-database.ts"
import { holdDirectory } from "./embedded/embedded-database.ts"
import { Channels } from "./handlers/channels.ts"
import { handlers } from "./handlers/index.ts"
import { pageInstance, Visitors } from "./http/chat/visitors.ts"
import { serveHttp } from "./http/http-server.ts"
import { Inbox } from "./http/inbox.ts"
import { RunningEngine } from "./http/running-engine.ts"
import { Starters } from "./http/starters.ts"
import { scriptedModelLayer } from "./llm/scripted-model.ts"
import { logLayer } from "./log.ts"
import { eraseReturned, erasureLedger, erasureLedgerFile } from "./privacy/erasure-ledger.ts"
import { keepRetention } from "./privacy/retention.ts"
import { publishCommits } from "./redis/hints.ts"
import { RedisConnection } from "./redis/redis-connection.ts"
import { redisLayer } from "./redis/redis-layer.ts"
import { sealing } from "./seals/sealing.ts"
import { setUpChannels } from "./set-up-channels.ts"

const stopMaxMs = 4500
const readyPatienceMs = 10_000

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
  contacts: Contacts["Service"],
  subjects: SubjectStore["Service"]
) {
  const settings = yield* Settings
  const companies = yield* Companies
  const starters = yield* Starters
  const runFork = Effect.runForkWith(yield* Effect.context<never>())
  const log = { info: Effect.logInfo, warn: Effect.logWarning, error: Effect.logError }
  return engineLayer({
    machines,
    handlers: yield* handlers,
    companies: companies.all.map(({ id }) => id),
    startInput: (address) =>
      companies.startInput(address, starters.of(address)).pipe(
        Effect.map((input) => input as unknown as Json),
        Effect.mapError(
          ({ _tag, message }) =>
            new EventRefused({ reason: _tag === "UnknownCompany" ? "unknownCompany" : "wrongData", message })
        )
      ),
    limits: limitsOf(settings),
    erasurePlaces: [contactsPlace(contacts), erasureLedger(erasureLedgerFile(settings), subjects, Date.now)],
    logPersonal: settings.logPersonal === "yes",
    log: (level, message) => void runFork(log[level](message))
  }).pipe(
    Layer.provideMerge(Ownership.layerLease({ owner: ownerName(), leaseMs: settings.leaseMs })),
    Layer.provide(EngineClock.layer(settings.clockAheadMs))
  )
})

/** Everything that does not need the database: companies, channels, and those who come in by them. */
const worldLayer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Settings
    const sessionSecret = Redacted.make(randomBytes(32).toString("base64url"))
    const channels = yield* setUpChannels(settings, { instance: pageInstance, sessionSecret })
    const page = channels.find(({ name }) => name === "web-chat")!
    return Visitors.layer(page, sessionSecret).pipe(
      Layer.provideMerge(Inbox.layer),
      Layer.provideMerge(Layer.mergeAll(RunningEngine.layer, Starters.layer, scriptedModelLayer)),
      Layer.provideMerge(Channels.layerOf(channels))
    )
  })
).pipe(
  Layer.provideMerge(Layer.mergeAll(WebChatHub.layer, FetchHttpClient.layer)),
  Layer.provideMerge(Companies.layer),
  Layer.provideMerge(Layer.unwrap(Effect.map(Settings, ({ redisUrl }) => redisLayer(redisUrl))))
)

/** Whoever holds a lease in the embedded database is dead: the directory is this process's alone. */
const releaseDead = Effect.gen(function* () {
  const store = yield* EventStore
  const owners = new Set((yield* store.partitions()).map(({ owner }) => owner))
  for (const owner of owners) if (owner !== null) yield* store.release(owner)
})

const bootRetryMs = 1000

/** The database may go away again just after it was there: then it is waited for. */
const patiently = <A, E extends { readonly _tag: string }, R>(
  work: Effect.Effect<A, E, R>,
  tellWait: (why: string) => Effect.Effect<void>
): Effect.Effect<A, E, R> =>
  Effect.catch(work, (error) =>
    error._tag === "StoreUnavailable"
      ? tellWait((error as unknown as { readonly message: string }).message).pipe(
          Effect.andThen(Effect.sleep(bootRetryMs)),
          Effect.andThen(patiently(work, tellWait))
        )
      : Effect.fail(error)
  )

/** Waits for the database, makes the companies' partitions, and starts the engine in `scope`. */
const boot = Effect.fn("boot")(function* (access: DatabaseAccess, scope: Scope.Scope) {
  const settings = yield* Settings
  const running = yield* RunningEngine
  const tellWait = (why: string) =>
    Effect.andThen(
      Effect.sync(() => running.setWhy(why)),
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
      }),
      tellWait
    ),
    stored
  )
  const contacts = Context.get(stored, Contacts)
  const engines = yield* makeEngine(contacts, Context.get(stored, SubjectStore))
  const layer = Layer.provideMerge(engines, Layer.succeedContext(stored))
  const built = yield* Layer.buildWithScope(layer, scope)
  yield* Scope.provide(Effect.provide(sealing, stored), scope)
  const engine = Context.get(built, Engine)
  const { all } = yield* Companies
  yield* Scope.provide(Effect.forkScoped(Effect.provide(keepRetention(all), stored)), scope)
  yield* Scope.provide(publishCommits(yield* RedisConnection, engine), scope)
  running.set({
    engine,
    store: Context.get(built, EventStore),
    history: Context.get(built, History),
    seals: Context.get(stored, SealStore),
    subjects: Context.get(built, SubjectStore),
    contacts
  })
})

/** A server that runs until its scope ends. */
export interface Serving {
  readonly url: string
  readonly database: string
  /** What `/_engine/*` wants. */
  readonly token: string
  /** Done when the engine is there; fails when it can't be. */
  readonly booted: Effect.Effect<void, unknown>
}

/**
 * The server with its engine. It answers at once; requests that need the engine are told to try again until the
 * database is there. When the scope ends: no more requests, what is under way is finished, the lease is given up.
 */
export const serve = Effect.gen(function* () {
  const settings = yield* Settings
  const { databaseUrl, databaseAdminUrl, dir } = settings
  const file = databaseUrl === undefined ? yield* holdDirectory(dir) : undefined
  const token = file?.token ?? randomBytes(32).toString("base64url")
  const world = yield* Layer.build(worldLayer)
  const engineScope = yield* Effect.acquireRelease(Scope.make(), Scope.close)
  const url = yield* Effect.provide(serveHttp({ token }), world)
  file?.announce(url)
  const booted = yield* Deferred.make<void, unknown>()
  const booting = Effect.gen(function* () {
    const access =
      databaseUrl === undefined
        ? yield* Scope.provide(embeddedAccess(dir), engineScope)
        : serverAccess(databaseUrl, databaseAdminUrl)
    yield* boot(access, engineScope)
  })
  yield* Effect.forkScoped(
    Effect.onExit(Effect.provide(booting, world), (exit) => Deferred.done(booted, exit))
  )
  const database =
    databaseUrl === undefined ? `embedded in ${dir}` : serverAccess(databaseUrl, undefined).shown
  return { url, database, token, booted: Deferred.await(booted) } satisfies Serving
})

/** Done when the process is told to stop; from then on it ends in time, whatever hangs: what was acknowledged is stored. */
const toldToStop = Effect.callback<void>((resume) => {
  const stop = () => {
    setTimeout(() => process.exit(0), stopMaxMs).unref()
    resume(Effect.void)
  }
  process.once("SIGTERM", stop).once("SIGINT", stop)
})

const tellStart = Effect.fnUntraced(function* ({ url, database, booted }: Serving) {
  // A database that takes longer than this is waited for, and told of by its own lines.
  yield* Effect.timeoutOption(Effect.ignore(booted), readyPatienceMs)
  yield* Effect.logInfo(`listening on ${url}`).pipe(Effect.annotateLogs({ url, database }))
})

/**
 * The server as a process of its own: reads the settings, runs until SIGTERM or SIGINT and then exits with 0 within
 * 5 s, whoever runs it; fails when it can't start.
 */
export const start = Effect.gen(function* () {
  const settings = yield* Settings
  const serving = Effect.gen(function* () {
    const server = yield* serve
    yield* Effect.forkScoped(tellStart(server))
    yield* Effect.raceFirst(toldToStop, Effect.andThen(server.booted, Effect.never))
  })
  // A runner that interrupts on the same signal must not make it a failure, so all of it is uninterruptible but this.
  const all = Effect.gen(function* () {
    const ended = yield* Effect.exit(Effect.scoped(Effect.interruptible(serving)))
    if (Exit.isFailure(ended) && !Cause.hasInterruptsOnly(ended.cause)) return yield* ended
    yield* Effect.logInfo("stopped")
    process.exit(0)
  })
  return yield* Effect.uninterruptible(all).pipe(Effect.provide(logLayer(settings)))
})
