import { randomBytes } from "node:crypto"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { WebChatHub } from "./channels/web-chat/web-chat-hub.ts"
import { Companies } from "./companies/companies.ts"
import { companiesDirOf } from "./companies/company-files.ts"
import { Settings } from "./config.ts"
import { Channels } from "./handlers/channels.ts"
import { Visitors } from "./http/chat/visitors.ts"
import { HttpServer } from "./http/http-server.ts"
import { LiveClients } from "./http/live/live-clients.ts"
import { LiveParts } from "./http/live/live-parts.ts"
import { RunningEngine } from "./http/running-engine.ts"
import { serveApp } from "./http/serve-app.ts"
import { Inbox } from "./inbox/inbox.ts"
import { modelLayer } from "./models/chosen-model.ts"
import { holdDirectory } from "./pglite/embedded-database.ts"
import { redisLayer } from "./redis/redis-layer.ts"
import { telemetryLayer } from "./telemetry/telemetry.ts"
import { type Booted, boot } from "./wiring/boot.ts"
import { embeddedAccess, serverAccess } from "./wiring/connect-database.ts"
import { logLayer } from "./wiring/log.ts"
import { routesOf } from "./wiring/routes.ts"

const stopMaxMs = 4500
const readyPatienceMs = 10_000

/** Everything that does not need the database: companies, channels, and those who come in by them. */
const worldLayer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Settings
    return Layer.mergeAll(Visitors.layer, LiveParts.layer, LiveClients.layer(settings.liveSocketsMax)).pipe(
      Layer.provideMerge(Inbox.layer),
      Layer.provideMerge(Layer.merge(RunningEngine.layer, modelLayer(settings))),
      Layer.provideMerge(Channels.layer(settings))
    )
  })
).pipe(
  Layer.provideMerge(Layer.mergeAll(WebChatHub.layer, FetchHttpClient.layer, HttpServer.layer)),
  Layer.provideMerge(Layer.unwrap(Effect.map(Settings, (values) => Companies.layer(companiesDirOf(values))))),
  Layer.provideMerge(Layer.unwrap(Effect.map(Settings, ({ redisUrl }) => redisLayer(redisUrl))))
)

/** A server that runs until its scope ends. */
export interface Serving {
  readonly url: string
  readonly database: string
  /** What `/_engine/*` wants. */
  readonly token: string
  /** Done when the engine is there, with all that stands around it; fails when it can't be. */
  readonly booted: Effect.Effect<Context.Context<Booted>, unknown>
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
  const { url } = Context.get(world, HttpServer)
  file?.announce(url)
  const booted = yield* Deferred.make<Context.Context<Booted>, unknown>()
  const booting = Effect.gen(function* () {
    const access =
      databaseUrl === undefined
        ? yield* Scope.provide(embeddedAccess(dir), engineScope)
        : serverAccess(databaseUrl, databaseAdminUrl)
    const built = yield* boot(access, engineScope)
    yield* Scope.provide(Effect.provide(serveApp(routesOf(token)), built), engineScope)
    return built
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
  }).pipe(Effect.provide(Layer.merge(logLayer(settings), telemetryLayer(settings))))
  // Only now has a collector been sent what was left.
  return yield* Effect.uninterruptible(
    Effect.andThen(
      all,
      Effect.sync(() => process.exit(0))
    )
  )
})
