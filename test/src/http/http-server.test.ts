import type { ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterEach, expect, test } from "vitest"
import { WebSocket } from "ws"
import { Settings } from "../../../src/config.ts"
import { HttpServer } from "../../../src/http/http-server.ts"

const cleanups: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const listen = async () => {
  const scope = await Effect.runPromise(Scope.make())
  cleanups.push(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  const layer = Layer.provide(HttpServer.layer, Settings.layerWith({ port: 0 }))
  return Effect.runPromise(Effect.provide(HttpServer, await buildIn(layer, scope)))
}
const buildIn = <A, E>(layer: Layer.Layer<A, E>, scope: Scope.Scope) =>
  Effect.runPromise(Layer.buildWithScope(layer, scope))

const answerOf = async (url: string, method = "GET") => {
  const response = await fetch(url, { method })
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    body: await response.json()
  }
}

/** The status of the answer to a request for a socket; 101 when there is one. */
const upgradeOf = (url: string) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url.replace("http", "ws"))
    socket.on("unexpected-response", (_, response) =>
      resolve([response.statusCode, response.headers["retry-after"]])
    )
    socket.on("error", ({ message }) => resolve(message))
  })

test("while it starts a server answers 503 with the reason of the day, and then serves without a restart", async () => {
  const server = await listen()
  const { url } = server
  expect(await answerOf(`${url}/api/v1/leads`)).toMatchObject({
    ...{ status: 503, retryAfter: "2" },
    body: { title: "Service Unavailable", status: 503, detail: "starting: the engine is starting" }
  })
  server.setWhy("the database does not answer; next try in 500ms")
  const why = "the database does not answer; next try in 500ms"
  for (const [path, method] of [
    ["/", "GET"],
    ["/webhook/whatsapp", "POST"],
    ["/_engine/status", "GET"],
    ["/healthz", "POST"]
  ] as const)
    expect([path, (await answerOf(`${url}${path}`, method)).body.detail]).toEqual([path, `starting: ${why}`])
  expect(await upgradeOf(`${url}/chat/acme`)).toEqual([503, "2"])
  server.open({
    request: (request, response) => response.end(JSON.stringify({ path: request.url })),
    upgrade: (_, raw) => raw.end("HTTP/1.1 418 I'm a teapot\r\n\r\n")
  })
  expect(await answerOf(`${url}/api/v1/leads`)).toMatchObject({
    status: 200,
    body: { path: "/api/v1/leads" }
  })
  expect(await upgradeOf(`${url}/chat/acme`)).toEqual([418, undefined])
})

test("while it starts a server lives, and says on /readyz what it waits for", async () => {
  const server = await listen()
  expect(await answerOf(`${server.url}/healthz`)).toMatchObject({ status: 200, body: { status: "alive" } })
  server.setWhy("the database does not answer")
  expect(await answerOf(`${server.url}/readyz?quick`)).toMatchObject({
    ...{ status: 503, retryAfter: "2" },
    body: { detail: "the database does not answer" }
  })
})

test("a server that stops lets the answer under way go out", async () => {
  const server = await listen()
  const arrived = Promise.withResolvers<ServerResponse>()
  server.open({ request: (_, response) => arrived.resolve(response), upgrade: (_, raw) => raw.destroy() })
  const answer = answerOf(server.url)
  const response = await arrived.promise
  const stopped = Effect.runPromise(server.stop)
  await expect(fetch(server.url)).rejects.toThrow()
  response.end("{}")
  expect((await answer).status).toBe(200)
  await stopped
})
