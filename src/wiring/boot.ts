import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import { Engine } from "../../actors/engine/engine.ts"
import { Database } from "../../eventstore/database/database.ts"
import { EventStore } from "../../eventstore/log/event-store.ts"
import { History } from "../../eventstore/log/history.ts"
import { Secrets } from "../../eventstore/personal/secrets.ts"
import { SubjectStore } from "../../eventstore/personal/subject-store.ts"
import { Projections } from "../../projections/engine/projections.ts"
import { accountsLayer } from "../accounts/accounts-layer.ts"
import { Operator } from "../accounts/people/operator.ts"
import { WebChatHub } from "../channels/web-chat/web-chat-hub.ts"
import { Companies } from "../companies/companies.ts"
import { CompanyAdmin } from "../companies/company-admin.ts"
import { CompanyFiles, companiesDirOf } from "../companies/company-files.ts"
import { keepCompanies } from "../companies/keep-companies.ts"
import { Settings } from "../config.ts"
import { Channels } from "../handlers/channels.ts"
import { Admission } from "../http/admission.ts"
import { Visitors } from "../http/chat/visitors.ts"
import { LiveClients } from "../http/live/live-clients.ts"
import { serveApp } from "../http/serve-app.ts"
import { Inbox } from "../inbox/inbox.ts"
import { liveLayer } from "../live/open-live.ts"
import { modelLayer } from "../models/chosen-model.ts"
import { eraseReturned, erasureLedgerFile } from "../privacy/erasure-ledger.ts"
import { keepRetention } from "../privacy/retention.ts"
import { noticeBuilds } from "../queries/notice-builds.ts"
import { publishApplied, publishCommits } from "../redis/hints.ts"
import { RedisConnection } from "../redis/redis-connection.ts"
import { redisLayer } from "../redis/redis-layer.ts"
import { sealing } from "../seals/sealing.ts"
import { preparedStoreLayer } from "./connect-database.ts"
import { ownEngineLayer } from "./engine.ts"
import { patiently, type StartFailure } from "./patience.ts"
import { CommitWord, readModelsLayer } from "./read-side.ts"
import { routesOf } from "./routes.ts"

/** What a server is started with. */
export interface ServerOptions {
  /** What `/_engine/*` wants. */
  readonly token: string
  /** Done before the engine starts, each time: whoever starts the server knows what an empty database is filled with. */
  readonly beforeEngine: Effect.Effect<void, StartFailure, Ground>
}

/** What is there before the engine is. */
type Ground = Settings | Layer.Success<typeof worldLayer> | Layer.Success<typeof preparedStoreLayer>

/**
 * The server, but for the port that it answers on: what stands lower is there first, and all above stands on it. It ends
 * the other way round: no more requests, what is under way is finished, the lease is given up, the database is let go.
 */
export const serverLayer = ({ token, beforeEngine }: ServerOptions) => {
  const owner = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`
  return firstLoginLayer.pipe(
    Layer.provideMerge(Layer.effectDiscard(serveApp(routesOf(token)))),
    Layer.provideMerge(Visitors.layer),
    Layer.provideMerge(Admission.layer),
    Layer.provideMerge(Layer.merge(Inbox.layer, ownLiveLayer)),
    Layer.provideMerge(hintsLayer),
    Layer.provideMerge(Layer.effectDiscard(Effect.forkScoped(retention))),
    Layer.provideMerge(Layer.effectDiscard(readModelsOfAll)),
    Layer.provideMerge(Layer.effect(CompanyAdmin, companyAdmin)),
    Layer.provideMerge(Layer.effectDiscard(buildsOfOthers)),
    Layer.provideMerge(Layer.provide(accountsLayer, RateLimiter.layer)),
    Layer.provideMerge(Layer.effectDiscard(Effect.flatMap(Settings, sealing))),
    Layer.provideMerge(Layer.effectDiscard(followCommits)),
    Layer.provideMerge(ownEngineLayer(owner)),
    Layer.provideMerge(readModelsLayer(owner)),
    Layer.provideMerge(Layer.effectDiscard(patiently(Effect.andThen(lookAround, beforeEngine)))),
    Layer.provideMerge(preparedStoreLayer),
    Layer.provideMerge(worldLayer)
  )
}

/** What runs when the server is up. */
export type Booted = Layer.Success<ReturnType<typeof serverLayer>>

/** What needs no database: the companies of the files, channels, models, and what is shared with other processes. */
const worldLayer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Settings
    return Layer.mergeAll(
      Channels.layer(settings),
      Companies.layer(companiesDirOf(settings)),
      modelLayer(settings),
      LiveClients.layer(settings.liveSocketsMax),
      redisLayer(settings.redisUrl)
    )
  })
).pipe(Layer.provideMerge(Layer.merge(WebChatHub.layer, FetchHttpClient.layer)))

const lookAround = Effect.gen(function* () {
  // Under a wrong master key nothing could be opened, and what is new could not be opened later.
  yield* (yield* Secrets).take("*", "master key check")
  if ((yield* Database).embedded) yield* releaseDead
  // Before the engine finds what they still waited for.
  const ledger = erasureLedgerFile(yield* Settings)
  yield* eraseReturned(ledger)
})

/** Whoever holds a lease in the embedded database is dead: the directory is this process's alone. */
const releaseDead = Effect.gen(function* () {
  const store = yield* EventStore
  const owners = new Set((yield* store.partitions()).map(({ owner }) => owner))
  for (const owner of owners) if (owner !== null) yield* store.release(owner)
})

const followCommits = Effect.gen(function* () {
  yield* (yield* CommitWord).follow(yield* Engine)
})

/** On a server others begin builds too; the embedded database is ours alone. */
const buildsOfOthers = Effect.gen(function* () {
  const database = yield* Database
  if (!database.embedded) yield* noticeBuilds(database, yield* Projections, yield* EventStore)
})

const companyAdmin = Effect.gen(function* () {
  const projections = yield* Projections
  const operator = yield* Operator
  return yield* keepCompanies({
    engine: yield* Engine,
    companies: yield* Companies,
    files: yield* CompanyFiles,
    partitions: (yield* Settings).partitions,
    store: yield* EventStore,
    history: yield* History,
    subjects: yield* SubjectStore,
    readModels: {
      ensure: projections.ensureCompany,
      drop: (company) =>
        Effect.andThen(projections.dropCompany(company), operator.dropCompany(company, "engine"))
    }
  })
})

/** Whoever asks as soon as the server is ready finds tables, though what is old may still be on its way into them. */
const readModelsOfAll = Effect.gen(function* () {
  const { ensureCompany } = yield* Projections
  const { all } = yield* Companies
  yield* patiently(Effect.forEach(all, ({ id }) => ensureCompany(id), { concurrency: 4, discard: true }))
})

const retention = Effect.flatMap(Companies, (companies) => keepRetention(() => companies.all))

/** Other processes are told what happens here. */
const hintsLayer = Layer.effectDiscard(
  Effect.gen(function* () {
    const redis = yield* RedisConnection
    yield* publishCommits(redis, yield* Engine)
    yield* publishApplied(redis, yield* Projections)
  })
)

const ownLiveLayer = Layer.unwrap(Effect.map(Settings, ({ waitingMax }) => liveLayer(waitingMax)))

/** A new embedded installation has a way in; it is told once, and only there, where nobody else reads the log. */
const firstLoginLayer = Layer.effectDiscard(
  Effect.gen(function* () {
    const [company] = (yield* Companies).all
    if ((yield* Database).embedded && company !== undefined)
      yield* Effect.forkScoped(tellFirstLogin(company.id))
  })
)

const tellFirstLogin = Effect.fnUntraced(function* (company: string) {
  const first = yield* (yield* Operator).ensureFirstAdmin(company)
  if (first === undefined) return
  yield* Effect.logInfo(
    `the first login of the API: ${first.email} with the password ${Redacted.value(first.password)}; it is not shown again (\`centurion users set-password ${first.email}\` sets another)`
  )
})
