import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Engine } from "../../../actors/engine/engine.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { remoteEngineLayer, remoteStoreLayer } from "../../../src/control/remote-engine.ts"
import { httpLimits } from "../../../src/http/limits.ts"
import { findRunningEngine } from "../../../src/pglite/engine-file.ts"
import { type OpenServer, openServer } from "../http/open-server.ts"

let server: OpenServer
beforeAll(async () => {
  server = await openServer()
})
afterAll(() => server.close())

const remote = <A, E>(effect: Effect.Effect<A, E, Engine | EventStore>) =>
  Effect.runPromise(effect.pipe(Effect.provide([remoteEngineLayer(server), remoteStoreLayer(server)])))
const ask = (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${server.token}` }) =>
  fetch(`${server.url}/_engine/store`, { method: "POST", headers, body: JSON.stringify(body) })
const deal = { company: "quick", machine: "deal", id: "d1" }

test("the token stands in a file that only its owner reads", () => {
  const path = join(server.dir, "engine.json")
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    pid: process.pid,
    url: server.url,
    token: server.token
  })
  expect(findRunningEngine(server.dir)?.url).toBe(server.url)
})

test.each([
  ["no token", {}],
  ["another token", { authorization: "Bearer guessed-it" }],
  ["an empty token", { authorization: "Bearer " }]
])("%s gives nothing", async (_, headers) => {
  const answer = await ask({ method: "now", args: [] }, headers as Record<string, string>)
  expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"])
})

const opened = {
  type: "DealOpenAsked",
  leadId: "l1",
  score: 80,
  by: "person:ana",
  reason: "asked for an offer",
  at: 1
}

test("another process delivers once by a key, and reads the actor and its events byte by byte", async () => {
  const told = await remote(
    Effect.gen(function* () {
      const engine = yield* Engine
      const store = yield* EventStore
      const deliver = engine.deliver(deal, opened, { principal: "person:ana", key: "k1" })
      return {
        delivered: [yield* deliver, yield* deliver],
        view: yield* engine.view(deal),
        nobody: yield* engine.view({ ...deal, id: "d2" }),
        events: yield* store.readStream("quick", "deal/d1", 0, 100)
      }
    })
  )
  expect(told.delivered.map(({ duplicate }) => duplicate)).toEqual([false, true])
  expect(told.view).toMatchObject({ address: deal, status: "active", version: 3 })
  expect(told.nobody).toBeUndefined()
  const [started, input] = told.events
  expect([started?.type, input?.type, input?.principal]).toEqual([
    "ActorStarted",
    "DealOpenAsked",
    "person:ana"
  ])
  expect(input?.link).toBeInstanceOf(Uint8Array)
  expect([input?.link.length, input?.payloadHash.length, input?.sealed]).toEqual([32, 32, null])
})

test("partitions, the clock and the state of the engine are told", async () => {
  const told = await remote(
    Effect.gen(function* () {
      const store = yield* EventStore
      return {
        partitions: yield* store.partitions("quick"),
        none: yield* store.partitions("nobody"),
        jobs: yield* store.listJobs(null, "failed", 10),
        retried: yield* store.retryJob("quick", "deal/d1", "1.0"),
        status: yield* (yield* Engine).status,
        now: yield* store.now
      }
    })
  )
  expect(told.partitions.map(({ partition }) => partition)).toEqual([1, 2, 3, 4])
  expect(told.partitions[0]?.head).toBeInstanceOf(Uint8Array)
  expect([told.none, told.jobs, told.retried]).toEqual([[], [], false])
  expect(told.status).toMatchObject({ ready: true, partitions: 4 })
  expect(Math.abs(told.now - Date.now())).toBeLessThan(60_000)
})

test("what the engine refuses comes back as the same error", async () => {
  const refused = await remote(
    Effect.gen(function* () {
      const engine = yield* Engine
      const envelope = { principal: "person:ana" }
      return {
        event: yield* Effect.flip(engine.deliver(deal, { type: "Nonsense" }, envelope)),
        version: yield* Effect.flip(engine.deliver(deal, opened, { ...envelope, expectedVersion: "none" })),
        company: yield* Effect.flip(engine.deliver({ ...deal, company: "nobody" }, opened, envelope))
      }
    })
  )
  expect([refused.event, refused.version, refused.company]).toMatchObject([
    { _tag: "EventRefused", reason: "unknownEvent" },
    { _tag: "WrongVersion", stream: "deal/d1", expected: "none" },
    { _tag: "EventRefused", reason: "unknownCompany" }
  ])
})

test.each([
  ["append is not on the list", { method: "append", args: [] }],
  ["constructor is not on the list", { method: "constructor", args: [] }],
  ["a wrong argument", { method: "readStream", args: ["quick", 7, 0, 10] }],
  [
    "more rows than one answer has",
    { method: "readStream", args: ["quick", "deal/d1", 0, httpLimits.storeRowsMax + 1] }
  ],
  ["no question", { args: [] }]
])("%s: a problem that says so", async (_, body) => {
  const answer = await ask(body)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ status: 400, detail: expect.any(String) })
})

test("an engine that is gone is told as a store that does not answer", async () => {
  const gone = { url: "http://127.0.0.1:9", token: "none" }
  const asked = Effect.flatMap(EventStore, (store) => store.now)
  const failed = await Effect.runPromise(Effect.flip(Effect.provide(asked, remoteStoreLayer(gone))))
  expect(failed).toMatchObject({ _tag: "StoreUnavailable", mayHaveHappened: false })
  const status = Effect.flatMap(Engine, (engine) => engine.status)
  const told = await Effect.runPromise(Effect.provide(status, remoteEngineLayer(gone)))
  expect(told).toMatchObject({ ready: false, why: expect.stringContaining("127.0.0.1:9") })
})
