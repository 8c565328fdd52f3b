import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { Settings } from "../config.ts"
import { notReady } from "./health-routes.ts"
import { httpLimits } from "./limits.ts"
import { problem } from "./problem.ts"
import { refuseUpgrade } from "./refuse-upgrade.ts"

/** The port can't be had. */
export class CantListen extends Schema.TaggedError<CantListen>()("CantListen", {
  message: Schema.String
}) {}

/** What answers requests, and takes sockets. */
export interface App {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, raw: Duplex, head: Buffer) => void
}

const retryMs = 2000

/**
 * The server, which listens from the start: until it has an app it says that it lives, and `503 starting: <why>` to all
 * else.
 */
export class HttpServer extends Context.Service<
  HttpServer,
  {
    readonly url: string
    /** Why there is no app yet, in words that anybody may read. */
    readonly setWhy: (why: string) => void
    /** From now on the app answers. */
    readonly open: (app: App) => void
    /** Takes no more connections, lets answers under way go out, then closes what is left. */
    readonly stop: Effect.Effect<void>
  }
>()("centurion/http/HttpServer") {
  /** Listens as the settings say, until the scope ends. */
  static readonly layer = Layer.effect(
    HttpServer,
    Effect.gen(function* () {
      const { host, port } = yield* Settings
      let why = "the engine is starting"
      const starting = Effect.map(HttpServerRequest.HttpServerRequest, (request) =>
        answerStarting(request, why)
      )
      const scope = yield* Effect.acquireRelease(Scope.make(), Scope.close)
      let app: App = {
        request: yield* NodeHttpServer.makeHandler(starting, { scope }),
        upgrade: (_, raw) => refuseUpgrade(raw, 503, retryMs)
      }
      const server = createServer({
        maxHeaderSize: httpLimits.headersMaxBytes,
        headersTimeout: httpLimits.headersTimeoutMs,
        requestTimeout: httpLimits.requestTimeoutMs,
        connectionsCheckingInterval: 1000
      })
      server.on("request", (request, response) => {
        if (isAlive(request)) answerAlive(response)
        else app.request(request, response)
      })
      server.on("upgrade", (request, raw, head) => app.upgrade(request, raw, head))
      yield* Effect.acquireRelease(listen(server, host, port), () => stop(server))
      return HttpServer.of({
        url: `http://${reachable(host)}:${(server.address() as AddressInfo).port}`,
        setWhy: (now) => {
          why = now
        },
        open: (now) => {
          app = now
        },
        stop: stop(server)
      })
    })
  )
}

/** `/healthz`: the process lives, and says so here, before anything else that it has to do. */
const isAlive = ({ method, url = "" }: IncomingMessage) =>
  (method === "GET" || method === "HEAD") && url.split("?")[0] === "/healthz"

const alive = JSON.stringify({ status: "alive" })
const aliveHeaders = { "content-type": "application/json", "content-length": Buffer.byteLength(alive) }

const answerAlive = (response: ServerResponse) => void response.writeHead(200, aliveHeaders).end(alive)

const answerStarting = ({ method, url }: HttpServerRequest.HttpServerRequest, why: string) => {
  const path = method === "GET" || method === "HEAD" ? url.split("?")[0] : undefined
  return path === "/readyz" ? notReady(why) : problem(503, `starting: ${why}`, { retryAfterMs: retryMs })
}

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

const stop = (server: Server) =>
  Effect.callback<void>((resume) => {
    // Without this a busy client would keep its connection for ever.
    server.prependListener("request", (_, response) => {
      response.shouldKeepAlive = false
    })
    const patience = setTimeout(() => server.closeAllConnections(), httpLimits.stopGraceMs)
    // Node closes those that are idle now; others become it when their answer is out.
    const idle = setInterval(() => server.closeIdleConnections(), idleLookMs)
    // One that is closed already says so at once.
    server.close(() => {
      clearTimeout(patience)
      clearInterval(idle)
      resume(Effect.void)
    })
  })
