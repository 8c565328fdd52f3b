import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Redacted from "effect/Redacted"
import { Engine } from "../../actors/engine/engine.ts"
import { Database } from "../../eventstore/database/database.ts"
import { Projections } from "../../projections/engine/projections.ts"
import { channelKinds } from "../channels/index.ts"
import { Settings } from "../config.ts"
import { Channels } from "../handlers/channels.ts"
import { RedisConnection } from "../redis/redis-connection.ts"
import { problem } from "./problem.ts"

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/

/** Behind a proxy on this machine everybody comes from it, so a forwarded request is never one of ours. */
const isFromHere = ({ socket, headers }: IncomingMessage): boolean =>
  loopback.test(socket.remoteAddress ?? "") &&
  headers["x-forwarded-for"] === undefined &&
  headers.forwarded === undefined

const hasToken = ({ headers }: IncomingMessage, token: string): boolean => {
  const given = Buffer.from(headers.authorization ?? "")
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

const gauges = {
  ready: gauge("engine_ready", "1 while this process owns partitions and the database answers."),
  partitions: gauge("engine_partitions", "Partitions that this process owns."),
  actorsInMemory: gauge("engine_actors_in_memory", "Actors that are kept loaded."),
  waiting: gauge("task_queue_size", "Deliveries that wait for a commit."),
  jobsRunning: gauge("engine_jobs_running", "Jobs under way."),
  timersAhead: gauge("engine_timers_ahead", "Timers that are held for the next while."),
  actorsInError: gauge("engine_actors_in_error", "Actors of this process whose machine ended in an error."),
  actorsParked: gauge("engine_actors_parked", "Actors of this process whose events are refused."),
  lagEvents: gauge(
    "projection_lag_events",
    "Events that the slowest read model of any company has not read."
  ),
  lagMs: gauge("projection_lag_ms", "Age of the oldest event that any read model has not read."),
  parked: gauge("projection_parked_streams", "Streams that a read model could not fold."),
  memory: gauge("process_resident_memory_bytes", "Memory of this process."),
  uptime: gauge("process_uptime_seconds", "How long this process has run.")
}

/** What is only known by looking, looked at now. */
const lookNow = Effect.gen(function* () {
  const status = yield* (yield* Engine).status
  yield* Metric.update(gauges.ready, status.ready ? 1 : 0)
  yield* Metric.update(gauges.partitions, status.partitions)
  yield* Metric.update(gauges.actorsInMemory, status.actorsInMemory)
  yield* Metric.update(gauges.waiting, status.waiting)
  yield* Metric.update(gauges.jobsRunning, status.jobsRunning)
  yield* Metric.update(gauges.timersAhead, status.timersAhead)
  yield* Metric.update(gauges.actorsInError, status.actorsInError)
  yield* Metric.update(gauges.actorsParked, status.actorsParked)
  yield* Metric.update(gauges.memory, process.memoryUsage.rss())
  yield* Metric.update(gauges.uptime, process.uptime())
  const lags = yield* Effect.option((yield* Projections).lags(null))
  if (lags._tag === "None") return
  const live = lags.value.filter(({ state }) => state === "live")
  const most = (of: (lag: (typeof live)[number]) => number) => Math.max(0, ...live.map(of))
  yield* Metric.update(
    gauges.lagEvents,
    most(({ read, total }) => total - read)
  )
  yield* Metric.update(
    gauges.lagMs,
    most(({ lagMs }) => lagMs)
  )
  yield* Metric.update(
    gauges.parked,
    live.reduce((sum, { parked }) => sum + parked, 0)
  )
})

interface Integration {
  readonly name: string
  readonly state: "up" | "away" | "notSetUp"
  readonly latencyMs?: number
}

const databaseHealth = Effect.gen(function* () {
  const began = performance.now()
  const asked = yield* Effect.exit(Effect.timeout((yield* Database).query("select 1"), databasePatienceMs))
  return (
    asked._tag === "Success"
      ? { name: "database", state: "up", latencyMs: Math.round(performance.now() - began) }
      : { name: "database", state: "away" }
  ) satisfies Integration
})
const databasePatienceMs = 2000

/**
 * For whoever watches the server: `/metrics` for Prometheus, `/health/integrations` with how each outside service is.
 * From this machine, or from anywhere with `CENTURION_METRICS_TOKEN` as a bearer token.
 */
export const metricsRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const { metricsToken } = yield* Settings
    const channels = yield* Channels
    const redis = yield* RedisConnection

    const guarded = <E, R>(answering: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
      Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ source }) => {
        const request = source as IncomingMessage
        const may =
          metricsToken === undefined ? isFromHere(request) : hasToken(request, Redacted.value(metricsToken))
        return may
          ? answering
          : Effect.succeed(
              problem(
                401,
                "this is for those who watch the server; give CENTURION_METRICS_TOKEN as a bearer token",
                {
                  headers: { "www-authenticate": "Bearer" }
                }
              )
            )
      })

    const metrics = Effect.gen(function* () {
      yield* lookNow
      const text = yield* PrometheusMetrics.format({ prefix: "centurion" })
      return HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
    })
    const integrations = Effect.gen(function* () {
      const database = yield* databaseHealth
      const health = yield* redis.health
      const items: ReadonlyArray<Integration> = [
        database,
        health.state === "up"
          ? { name: "redis", state: "up", latencyMs: health.latencyMs }
          : { name: "redis", state: health.state === "none" ? "notSetUp" : "away" },
        ...channelKinds.map(({ name }) => ({
          name,
          state: channels.has(name) ? ("up" as const) : ("notSetUp" as const)
        }))
      ]
      return HttpServerResponse.jsonUnsafe({ items })
    })
    yield* router.add("GET", "/metrics", guarded(metrics))
    yield* router.add("GET", "/health/integrations", guarded(integrations))
  })
)
