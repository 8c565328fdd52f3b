import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Engine } from "../../../actors/engine/engine.ts"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { rowsMax } from "../../../src/control/contract/call.ts"
import { controlPath, versionHeader } from "../../../src/control/contract.ts"
import { remoteEngineLayer, remoteStoreLayer } from "../../../src/control/remote-services.ts"
import { findRunningEngine } from "../../../src/pglite/engine-file.ts"
import { version } from "../../../src/version.ts"
import { type OpenServer, openServer } from "../http/open-server.ts"

let server: OpenServer
beforeAll(async () => {
  server = await openServer()
})
afterAll(() => server.close())

const remote = <A, E>(effect: Effect.Effect<A, E, Engine | EventStore>) =>
  Effect.runPromise(effect.pipe(Effect.provide([remoteEngineLayer(server), remoteStoreLayer(server)])))
const trusted = () => ({ authorization: `Bearer ${server.token}`, [versionHeader]: version })
const ask = (message: unknown, headers: Record<string, string> = trusted()) =>
  fetch(`${server.url}${controlPath}`, { method: "POST", headers, body: `${JSON.stringify(message)}\n` })
const request = (tag: string, payload: unknown) => ({ _tag: "Request", id: 1, tag, payload, headers: [] })
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
  const answer = await ask(request("store.now", []), headers as Record<string, string>)
  expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"])
})

test("a command of another version, or of none, is told the server's", async () => {
  for (const other of ["9.9.9", ""]) {
    const answer = await ask(request("store.now", []), { ...trusted(), [versionHeader]: other })
    expect([answer.status, await answer.json()]).toMatchObject([
      409,
      { detail: `this server is centurion ${version}` }
    ])
  }
})

test("a body that is larger than allowed is refused, and so is another method", async () => {
  const answer = await ask(request("store.now", ["x".repeat(1_100_000)]))
  expect([answer.status, await answer.json()]).toMatchObject([
    413,
    { detail: expect.stringContaining("1048576") }
  ])
  const read = await fetch(`${server.url}${controlPath}`, { headers: trusted() })
  expect([read.status, read.headers.get("allow")]).toEqual([405, "POST"])
})

test.each([
  ["append is no call", request("store.append", []), "Unknown request tag: store.append"],
  ["constructor is no call", request("constructor", []), "Unknown request tag: constructor"],
  ["a wrong argument", request("store.readStream", ["quick", 7, 0, 10]), "Expected string"],
  ["more rows than one answer has", request("store.readStream", ["quick", "deal/d1", 0, rowsMax + 1]), "2000"]
])("%s: nothing is done, and why is told", async (_, message, why) => {
  const answer = await ask(message)
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(text).toMatch(/Die|Defect/)
  expect(text).toContain(why)
})

test.each([
  "",
  "hello\n",
  "{}\n",
  "null\n",
  JSON.stringify(request("store.now", [])),
  '{"_tag":"Request","headers":5}\n'
])("%j is no call, and is told so", async (body) => {
  const answer = await fetch(`${server.url}${controlPath}`, { method: "POST", headers: trusted(), body })
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("holds no calls")])
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
