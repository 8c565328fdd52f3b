import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { machines } from "../../machines/index.ts"
import { readModels } from "../../projections/index.ts"
import { apiRoutes } from "../api/api.ts"
import { ApiParts } from "../api/api-parts.ts"
import { Settings } from "../config.ts"
import { engineRoutes } from "../control/engine-routes.ts"
import { chatSockets } from "./chat/chat-sockets.ts"
import { pageRoutes } from "./chat/page-routes.ts"
import { healthRoutes } from "./health-routes.ts"
import { httpLimits } from "./limits.ts"
import { LiveClients } from "./live/live-clients.ts"
import { LiveParts } from "./live/live-parts.ts"
import { liveRoutes, liveServed } from "./live/live-routes.ts"
import { isLiveUpgrade, livePath, liveSockets } from "./live/live-sockets.ts"
import { problem } from "./problem.ts"
import { watcherRoutes } from "./watcher-routes.ts"
import { webhookRoutes } from "./webhook-routes.ts"

/** The port can't be had. */
export class CantListen extends Schema.TaggedError<CantListen>()("CantListen", {
  message: Schema.String
}) {}

/** Serves webhooks, the chat page with its sockets, health and the commands, until the scope ends; gives its URL. */
export const serveHttp = Effect.fnUntraced(function* (options: { readonly token: string }) {
  const { host, port, liveSocketsMax } = yield* Settings
  const live = yield* Layer.build(Layer.mergeAll(LiveParts.layer, LiveClients.layer(liveSocketsMax)))
  const { routes: api, served: servedByApi } = apiRoutes({ machines, readModels })
  const routes = Layer.mergeAll(
    webhookRoutes,
    healthRoutes,
    pageRoutes,
    watcherRoutes,
    engineRoutes(options.token),
    Layer.provide(liveRoutes, Layer.succeedContext(live)),
    Layer.provide(api, Layer.mergeAll(ApiParts.layer, NodeHttpServer.layerHttpServices))
  )
  const router = yield* HttpRouter.toHttpEffect(routes).pipe(
    Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: 200 })
  )
  // A scope of its own, closed after the server: answers under way go out first.
  const scope = yield* Effect.acquireRelease(Scope.make(), Scope.close)
  const handler = yield* NodeHttpServer.makeHandler(
    withProblems(router, [...served, ...liveServed, ...servedByApi]),
    {
      scope
    }
  )
  const server = createServer({
    maxHeaderSize: httpLimits.headersMaxBytes,
    headersTimeout: httpLimits.headersTimeoutMs,
    requestTimeout: httpLimits.requestTimeoutMs,
    connectionsCheckingInterval: 1000
  })
  server.on("request", handler)
  yield* Effect.acquireRelease(listen(server, host, port), () => stop(server))
  // After the server, so that it ends before: a server that is closed waits for its sockets.
  const [chat, liveUpgrade] = [yield* chatSockets, yield* Effect.provide(liveSockets, live)]
  server.on("upgrade", (request, raw, head) =>
    (isLiveUpgrade(request) ? liveUpgrade : chat)(request, raw, head)
  )
  const { port: bound } = server.address() as AddressInfo
  return `http://${reachable(host)}:${bound}`
})

/** Where this machine reaches a server that listens on the address. */
const reachable = (host: string): string => {
  if (host === "0.0.0.0") return "127.0.0.1"
  if (host === "::") return "[::1]"
  return host.includes(":") ? `[${host}]` : host
}

const listen = (server: Server, host: string, port: number) =>
  Effect.callback<void, CantListen>((resume) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? `port ${port} on ${host} is taken; set PORT to another one, or to 0 for any`
          : `can't listen on ${host}, port ${port}: ${error.message}`
      resume(Effect.fail(new CantListen({ message: why })))
    }
    server.once("error", refuse)
    server.listen(port, host, () => {
      server.off("error", refuse)
      resume(Effect.void)
    })
  })

const idleLookMs = 20

/** Takes no more connections, lets answers under way go out, then closes what is left. */
const stop = (server: Server) =>
  Effect.callback<void>((resume) => {
    // Without this a busy client would keep its connection for ever.
    server.prependListener("request", (_, response) => {
      response.shouldKeepAlive = false
    })
    const patience = setTimeout(() => server.closeAllConnections(), httpLimits.stopGraceMs)
    // Node closes those that are idle now; others become it when their answer is out.
    const idle = setInterval(() => server.closeIdleConnections(), idleLookMs)
    server.close(() => {
      clearTimeout(patience)
      clearInterval(idle)
      resume(Effect.void)
    })
  })

type App<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** An address that nobody serves is 404, or 405 with what is allowed; a defect is 500 and a log line. */
const withProblems = <E, R>(app: App<E, R>, served: Served) =>
  Effect.catchCause(app, (cause) =>
    Effect.gen(function* () {
      if (Cause.hasInterruptsOnly(cause)) return yield* Effect.interrupt
      const request = yield* HttpServerRequest.HttpServerRequest
      const error = Cause.squash(cause)
      if (HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound")
        return nobodyServes(request, served)
      yield* Effect.logError(`${request.method} ${pathOf(request)} broke`, cause)
      return problem(500, "something broke here; it is logged")
    })
  )

const pathOf = ({ url }: HttpServerRequest.HttpServerRequest) => url.split("?")[0]!

/** By path, the methods that are served. */
type Served = ReadonlyArray<readonly [RegExp, string]>
const served: Served = [
  [/^\/$/, "GET, HEAD"],
  [/^\/(healthz|readyz|metrics|health\/integrations|_engine\/status)$/, "GET, HEAD"],
  [/^\/_engine\/(store|view|deliver)$/, "POST"],
  [/^\/webhook\/(whatsapp|telegram)(\/[^/]*)?$/, "POST"]
]

const nobodyServes = (request: HttpServerRequest.HttpServerRequest, served: Served) => {
  const path = pathOf(request)
  const allow = served.find(([pattern]) => pattern.test(path))?.[1]
  if (allow !== undefined) return problem(405, `${request.method} is not for ${path}`, { headers: { allow } })
  if (/^\/chat\/[^/]*$/.test(path) || path === livePath)
    return problem(426, "this address speaks WebSocket only", { headers: { upgrade: "websocket" } })
  return problem(404, `nothing is served at ${path.slice(0, 200)}`)
}
