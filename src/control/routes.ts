import { timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"
import { Settings } from "../config.ts"
import { problem } from "../http/problem.ts"
import { readBody } from "../http/read-body.ts"
import type { Served } from "../http/serve-app.ts"
import { readLimits } from "../queries/read-limits.ts"
import { version } from "../version.ts"
import { controlPath, versionHeader } from "./contract.ts"
import { answersLayer, served } from "./server.ts"

const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/

const isTrusted = (source: IncomingMessage, token: string): boolean => {
  const given = Buffer.from(source.headers.authorization ?? "")
  const wanted = Buffer.from(`Bearer ${token}`)
  return (
    loopback.test(source.socket.remoteAddress ?? "") &&
    given.length === wanted.length &&
    timingSafeEqual(given, wanted)
  )
}

/** By path, the methods that are served. */
export const controlServed: Served = [[/^\/_engine\/control$/, "POST"]]

/**
 * For the commands, when this process holds the embedded database: only for this machine, only with the token of this
 * process, and only for a command of the same version.
 */
export const controlRoutes = (token: string) =>
  HttpRouter.use((router) =>
    Effect.flatMap(controlAnswer(token), (answer) => router.add("POST", controlPath, answer))
  )

/** What the protocol would answer with nothing, or break at. */
const areCalls = (text: string): boolean => {
  if (!text.endsWith("\n")) return false
  try {
    return text
      .trimEnd()
      .split("\n")
      .every((line) => {
        const call = JSON.parse(line) as { readonly _tag?: unknown; readonly headers?: unknown } | null
        return typeof call?._tag === "string" && (call.headers === undefined || Array.isArray(call.headers))
      })
  } catch {
    return false
  }
}

const controlAnswer = Effect.fnUntraced(function* (token: string) {
  const { bodyMaxBytes } = yield* Settings
  const handlers = yield* Layer.build(answersLayer)
  const answerCalls = yield* RpcServer.toHttpEffect(served, {
    disableTracing: true,
    disableFatalDefects: true,
    streamBufferSize: readLimits.partsAhead
  }).pipe(Effect.provide(handlers), Effect.provide(RpcSerialization.layerNdjson))
  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const source = request.source as IncomingMessage
    if (!isTrusted(source, token))
      return problem(401, "the token is missing or wrong", { headers: { "www-authenticate": "Bearer" } })
    if (request.headers[versionHeader] !== version) return problem(409, `this server is centurion ${version}`)
    const body = yield* Effect.result(readBody(source, bodyMaxBytes))
    if (Result.isFailure(body)) return problem(body.failure.status, body.failure.message)
    if (!areCalls(Buffer.from(body.success).toString()))
      return problem(400, "the body holds no calls: each is a JSON object in a line that ends")
    // What was read already, as a request that holds no more than that.
    const asked = new Request(`http://localhost${controlPath}`, {
      method: "POST",
      body: new Uint8Array(body.success)
    })
    return yield* Effect.provideService(
      answerCalls,
      HttpServerRequest.HttpServerRequest,
      HttpServerRequest.fromWeb(asked)
    )
  })
})
