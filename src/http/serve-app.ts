import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Admission } from "./admission.ts"
import { chatSockets } from "./chat/chat-sockets.ts"
import { type App, HttpServer } from "./http-server.ts"
import { isLiveUpgrade, livePath, liveSockets } from "./live/live-sockets.ts"
import { problem } from "./problem.ts"
import { shedding } from "./shed.ts"

/** By path, the methods that are served. */
export type Served = ReadonlyArray<readonly [RegExp, string]>

/** All that is served beside sockets. */
export interface Routes<R> {
  readonly routes: Layer.Layer<never, never, R>
  readonly served: Served
}

/** Has the server answer with these routes, and take sockets of the chat and of live updates, until the scope ends. */
export const serveApp = Effect.fnUntraced(function* <R>({ routes, served }: Routes<R>) {
  const server = yield* HttpServer
  const router = yield* HttpRouter.toHttpEffect(routes).pipe(
    Effect.provideService(HttpRouter.RouterConfig, { maxParamLength: 200 })
  )
  // A scope of its own, closed after the server: answers under way go out first.
  const scope = yield* Effect.acquireRelease(Scope.make(), Scope.close)
  const request = yield* NodeHttpServer.makeHandler(withProblems(router, served), { scope })
  yield* Effect.addFinalizer(() => server.stop)
  // After the server, so that they end before: a server that is closed waits for its sockets.
  const [chat, live] = [yield* chatSockets, yield* liveSockets]
  const upgrade: App["upgrade"] = (request, raw, head) =>
    (isLiveUpgrade(request) ? live : chat)(request, raw, head)
  server.open(shedding({ request, upgrade }, (yield* Admission).isOpen))
})

/** An address that nobody serves is 404, or 405 with what is allowed; a defect is 500 and a log line. */
const withProblems = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  served: Served
) =>
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

const nobodyServes = (request: HttpServerRequest.HttpServerRequest, served: Served) => {
  const path = pathOf(request)
  const allow = served.find(([pattern]) => pattern.test(path))?.[1]
  if (allow !== undefined) return problem(405, `${request.method} is not for ${path}`, { headers: { allow } })
  if (/^\/chat\/[^/]*$/.test(path) || path === livePath)
    return problem(426, "this address speaks WebSocket only", { headers: { upgrade: "websocket" } })
  return problem(404, `nothing is served at ${path.slice(0, 200)}`)
}
