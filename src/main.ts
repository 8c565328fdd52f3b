import { randomBytes } from "node:crypto"
import { resolve } from "node:path"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Settings, type SettingValues } from "./config.ts"
import { demoHistory } from "./demo/history/demo-history.ts"
import { HttpServer } from "./http/http-server.ts"
import { holdDirectory } from "./pglite/embedded-database.ts"
import { telemetryLayer } from "./telemetry/telemetry.ts"
import { type Booted, serverLayer } from "./wiring/boot.ts"
import { serverAccess } from "./wiring/connect-database.ts"
import { isForPeople, logLayer } from "./wiring/log.ts"

const stopMaxMs = 4500
const readyPatienceMs = 10_000

/** A server that runs until its scope ends. */
export interface Serving {
  readonly url: string
  readonly database: string
  /** What `/_engine/control` wants. */
  readonly token: string
  /** Done when the engine is there, with all that stands around it; fails when it can't be. */
  readonly booted: Effect.Effect<Context.Context<Booted>, unknown>
}

/**
 * The server with its engine. It answers at once; whoever asks is told to try again until the database is there. When the
 * scope ends: no more requests, what is under way is finished, the lease is given up.
 */
export const serve = Effect.gen(function* () {
  const { databaseUrl, dir } = yield* Settings
  const file = databaseUrl === undefined ? yield* holdDirectory(dir) : undefined
  const token = file?.token ?? randomBytes(32).toString("base64url")
  const port = yield* Layer.build(HttpServer.layer)
  const { url } = Context.get(port, HttpServer)
  file?.announce(url)
  const booted = yield* Deferred.make<Context.Context<Booted>, unknown>()
  const server = serverLayer({ token, beforeEngine: demoHistory })
  yield* Layer.launch(Layer.tap(server, (services) => Deferred.succeed(booted, services))).pipe(
    Effect.provide(port),
    Effect.onError((cause) => Deferred.failCause(booted, cause)),
    Effect.forkScoped
  )
  const database =
    databaseUrl === undefined ? `embedded, in ${resolve(dir)}` : serverAccess(databaseUrl, undefined).shown
  return { url, database, token, booted: Deferred.await(booted) } satisfies Serving
})

/** Done when the process is told to stop; from then on it ends in time, whatever hangs: what was acknowledged is stored. */
const toldToStop = Effect.callback<void>((resume) => {
  const stop = () => {
    setTimeout(() => process.exit(0), stopMaxMs).unref()
    resume(Effect.void)
  }
  process.once("SIGTERM", stop).once("SIGINT", stop)
  return Effect.sync(() => process.off("SIGTERM", stop).off("SIGINT", stop))
})

/** Where to go: a line for programs, three for people. */
const tellStart = Effect.fnUntraced(function* ({ url, database, booted }: Serving, settings: SettingValues) {
  // A database that takes longer than this is waited for, and told of by its own lines.
  yield* Effect.timeoutOption(Effect.ignore(booted), readyPatienceMs)
  if (isForPeople(settings)) yield* Console.log(`\n  open   ${url}\n  data   ${database}\n  stop   Ctrl-C\n`)
  else yield* Effect.logInfo(`listening on ${url}`).pipe(Effect.annotateLogs({ url, database }))
})

/**
 * The server as a process of its own: reads the settings, runs until SIGTERM or SIGINT and then exits with 0 within
 * 5 s, whoever runs it; fails when it can't start.
 */
export const start = Effect.gen(function* () {
  const settings = yield* Settings
  const serving = Effect.gen(function* () {
    const server = yield* serve
    yield* Effect.forkScoped(tellStart(server, settings))
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
