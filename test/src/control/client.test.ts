import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import { afterEach, expect, test } from "vitest"
import { Engine } from "../../../actors/engine/engine.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import {
  remoteEngineLayer,
  remoteQueriesLayer,
  remoteStoreLayer
} from "../../../src/control/remote-services.ts"
import { Queries } from "../../../src/queries/queries.ts"
import { version } from "../../../src/version.ts"
import { freePort } from "../http/open-server.ts"
import { openControl } from "./fake-services.ts"

const closing: Array<() => unknown> = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Something that answers each request so, on the loopback. */
const answering = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  closing.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t" }
}
const withProblem =
  (status: number, detail: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers })
    response.end(JSON.stringify({ status, detail }))
  }

type Remote = { readonly url: string; readonly token: string }
const now = (remote: Remote) =>
  Effect.runPromise(
    Effect.flip(
      Effect.provide(
        Effect.flatMap(EventStore, (store) => store.now),
        remoteStoreLayer(remote)
      )
    )
  )
const view = Effect.flatMap(Engine, (engine) => engine.view({ company: "a", machine: "deal", id: "d" }))

test("a server that is starting says so in its own words, and when to ask again", async () => {
  const remote = await answering(withProblem(503, "starting: no database yet", { "retry-after": "2" }))
  const error = await Effect.runPromise(Effect.flip(Effect.provide(view, remoteEngineLayer(remote))))
  expect({ ...error, message: error.message }).toEqual({
    _tag: "TryAgain",
    reason: "storeUnavailable",
    message: "starting: no database yet",
    retryAfterMs: 2000
  })
  expect((await now(remote)).message).toBe("starting: no database yet")
})

test("whoever asks for read models waits for a server that starts", async () => {
  const control = await openControl({ "queries.companies": Effect.succeed([]) })
  closing.push(control.close)
  let asked = 0
  const remote = await answering((request, response) => {
    if (asked++ < 2) return withProblem(503, "starting: not yet")(request, response)
    const { host: _, ...headers } = request.headers
    request.on("data", async (body) => {
      const answer = await fetch(`${control.url}${request.url}`, {
        method: "POST",
        headers: { ...(headers as Record<string, string>), authorization: `Bearer ${control.token}` },
        body
      })
      response.end(await answer.text())
    })
  })
  const companies = Effect.flatMap(Queries, (queries) => queries.companies)
  expect(await Effect.runPromise(Effect.provide(companies, remoteQueriesLayer(remote)))).toEqual([])
  expect(asked).toBe(3)
})

test.each([
  ["newer", withProblem(409, "this server is centurion 9.9.9"), " (this server is centurion 9.9.9)"],
  ["older", withProblem(404, ""), ""]
])("a server that is %s than the command is told of in one sentence", async (_, listener, own) => {
  const remote = await answering(listener)
  expect((await now(remote)).message).toBe(
    `the server at ${remote.url} is of another version than this command, centurion ${version}${own}: stop it and start it with this one, or ask with a command of its version`
  )
})

test.each([
  [
    "refuses the token",
    withProblem(401, "the token is missing or wrong"),
    "it answered 401: the token is missing or wrong"
  ],
  ["answers nonsense", ((_, response) => response.end("hello\n")) satisfies RequestListener, /JSON/],
  ["answers nothing", ((_, response) => response.end()) satisfies RequestListener, /empty/],
  ["breaks off", ((request) => request.destroy()) satisfies RequestListener, /other side closed|ECONNRESET/]
])("a server that %s is one that can't be asked", async (_, listener, why) => {
  const remote = await answering(listener)
  const error = await now(remote)
  expect(error).toMatchObject({ _tag: "StoreUnavailable", mayHaveHappened: false })
  expect(error.message.startsWith(`the engine at ${remote.url} can't be asked: `)).toBe(true)
  expect(error.message).toMatch(why)
})

test("a server that is gone is told as a store that does not answer, and as an engine that is not ready", async () => {
  const gone = { url: `http://127.0.0.1:${await freePort()}`, token: "none" }
  expect((await now(gone)).message).toMatch(/can't be asked: connect ECONNREFUSED/)
  const status = Effect.flatMap(Engine, (engine) => engine.status)
  const told = await Effect.runPromise(Effect.provide(status, remoteEngineLayer(gone)))
  expect(told).toMatchObject({ ready: false, why: expect.stringContaining(gone.url) })
})
