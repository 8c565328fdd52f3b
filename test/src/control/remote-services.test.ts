import { createSecretKey } from "node:crypto"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Engine, EventRefused, TryAgain, WrongVersion } from "../../../actors/engine/engine.ts"
import { DatabaseError } from "../../../eventstore/database/database.ts"
import { EventStore, StoreUnavailable } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import { WrongMasterKey } from "../../../eventstore/personal/secrets.ts"
import { SubjectRefused, SubjectStore } from "../../../eventstore/personal/subject-store.ts"
import { ImportRefused, SealStore } from "../../../eventstore/proof/seal-store.ts"
import { MomentBusy, NoSuchMoment } from "../../../projections/engine/as-of-read-models.ts"
import { BuildsDiffer } from "../../../projections/engine/compare-builds.ts"
import { UnknownReadModel } from "../../../projections/engine/projections.ts"
import { AccountRefused, NotFound, TooManyTries } from "../../../src/accounts/account-errors.ts"
import { Operator } from "../../../src/accounts/people/operator.ts"
import { CompanyRefused } from "../../../src/companies/company-actors.ts"
import { CompanyAdmin } from "../../../src/companies/company-admin.ts"
import { Contacts } from "../../../src/companies/contacts.ts"
import { Control } from "../../../src/control/contract.ts"
import {
  remoteCompaniesLayer,
  remoteEngineLayer,
  remoteOperatorLayer,
  remoteQueriesLayer,
  remoteStoreLayer
} from "../../../src/control/remote-services.ts"
import { Queries } from "../../../src/queries/queries.ts"
import { SqlRefused } from "../../../src/queries/sql-refused.ts"
import { openControl } from "./fake-services.ts"

const bytes = Uint8Array.of(0, 1, 255)
const event = {
  ...{ company: "acme", partition: 1, position: 5, stream: "lead/l1", version: 2, kind: "input" as const },
  ...{ type: "LeadSubmitted", schemaVersion: 1, data: { $bytes: "AQ==", list: [null, { a: 1.5 }] } },
  ...{ dataText: "{}", sealed: bytes, sealedHash: null, keyId: "k1", occurredAt: 1, recordedAt: 2 },
  ...{ causation: null, correlation: "c", principal: "person:ana", machineVersion: "1+a" },
  ...{ payloadHash: bytes, link: new Uint8Array(32), withheld: "locked" as const }
}
const { data: _, ...staged } = event
const job = {
  ...{ company: "acme", partition: 1, stream: "lead/l1", job: "1.0", name: "score", child: null },
  ...{ input: { keyId: "k1", bytes }, state: "failed" as const, attempts: 3, firstAttemptAt: 1, dueAt: 2 },
  ...{ reason: "timeout", message: "clear", askedAt: 3 }
}
const stopped = {
  ...{ company: "acme", partition: 1, stream: "lead/l1", status: "parked" as const, reason: "history" },
  ...{ message: null, version: 3, machineVersion: "1.0.0+1", since: 1 },
  ...{ asked: "retry" as const, askedBy: "cli:ana", askedWhy: "mended" }
}
const { key, ...openedJob } = {
  ...job,
  ...{ input: undefined, message: null },
  key: { keyId: "k1", subject: "lead/l1", key: createSecretKey(bytes), nonce: () => bytes }
}
const partition = {
  ...{ company: "acme", partition: 1, owner: null, alive: false, epoch: 3, position: 9, head: bytes },
  recordedAt: 4
}
const actor = {
  ...{ company: "acme", stream: "lead/l1" },
  snapshot: { version: 1, machineVersion: "1+a", state: "{}" },
  subject: { company: "acme", subject: "lead/l1", keyId: "k1", wrapped: { bytes, masterId: "m" } },
  events: [
    {
      ...{ version: 2, kind: "emitted", type: "LeadScored", schemaVersion: 1, data: { score: 8 } },
      ...{ sealed: null, keyId: null, recordedAt: 4, machineVersion: "1+a" }
    }
  ]
}
const address = { company: "acme", machine: "deal", id: "d1" }
const erasure = { company: "acme", erasure: "e1", subject: "lead/l1", by: "person:ana", reason: "asked" }
const { erasure: __, ...hold } = erasure
const seal = { number: 2, sealedAt: 7, frontier: bytes, note: "n" }
const reach = { seal: 2, company: "acme", partition: 1, position: 9, frontier: bytes }
const company = { id: "acme", status: "active", settings: { id: "acme", name: "Acme" }, version: 1 }
const asking = { by: "person:ana", reason: "grew", expectedVersion: 3 }
const secret = Redacted.make("correct horse")
const question = {
  company: "acme",
  sql: "select 1",
  params: ["a"],
  rowsMax: null,
  timeoutMs: 9,
  estimates: true
}
const asOf = { positions: { 1: 120 } }
const comparison = { company: "acme", readModel: "leads", rows: [{ key: ["a"] }] }

/** By call: with what it is asked, and what it answers. */
const calls: Readonly<Record<string, { readonly args?: ReadonlyArray<unknown>; readonly answer: unknown }>> =
  {
    "engine.deliver": {
      args: [address, { type: "DealOpenAsked", at: 1 }, { principal: "person:ana", expectedVersion: "none" }],
      answer: { address, version: 2, duplicate: false }
    },
    "engine.view": { args: [address], answer: { address, value: { conv: "listening" }, context: [1] } },
    "engine.status": { answer: { owner: "me", ready: true } },
    "store.now": { answer: 1.5 },
    "store.partitions": { args: ["acme"], answer: [partition] },
    "store.readStream": { args: ["acme", "lead/l1", 0, 10], answer: [event] },
    "store.readPartition": { args: ["acme", 1, 0, 10], answer: [{ ...event, sealed: null, keyId: null }] },
    "store.loadActors": {
      args: [["acme"], ["lead/l1"]],
      answer: [actor, { ...actor, snapshot: undefined, subject: undefined }]
    },
    "store.listJobs": { args: [null, "failed", 10], answer: [job] },
    "store.retryJob": { args: ["acme", "lead/l1", "1.0"], answer: true },
    "store.dropJob": { args: ["acme", "lead/l1", "1.0"], answer: false },
    "store.listStopped": { args: ["acme", "parked", 10], answer: [stopped] },
    "store.askStopped": { args: ["acme", "lead/l1", "retry", "cli:ana", "mended"], answer: true },
    "history.readStream": { args: ["acme", "lead/l1", 0, 10], answer: [event] },
    "history.readPartition": { args: ["acme", 1, 0, 10], answer: [event] },
    "history.listJobs": { args: ["acme", null, 10], answer: [{ ...openedJob, key: undefined }] },
    "subjects.subjectOf": { args: ["acme", "lead/l1"], answer: null },
    "subjects.copiesOf": { args: ["acme", "lead/l1"], answer: [{ stream: "lead/l1", lastAt: null }] },
    "subjects.requestErasure": { args: [erasure], answer: "e0" },
    "subjects.erasures": { args: [null, true, 10], answer: [{ ...erasure, report: "{}" }] },
    "subjects.setHold": { args: [hold], answer: undefined },
    "subjects.releaseHold": { args: ["acme", "lead/l1"], answer: true },
    "subjects.holds": { args: ["acme"], answer: [{ ...hold, since: 1 }] },
    "contacts.subjectOf": { args: ["acme", { kind: "phone", value: "+55" }], answer: "lead/l1" },
    "seals.readChain": { args: ["acme", 1, 0, 10], answer: bytes },
    "seals.readLinks": { args: ["acme", 1, 0, 20_000], answer: new Uint8Array(640_000).fill(7) },
    "seals.lastSeal": { answer: { seal, now: 9 } },
    "seals.seals": { args: [0, 10], answer: [seal] },
    "seals.sealedPartitions": { args: [0, 2], answer: [reach] },
    "seals.sealedBy": { args: [2], answer: [reach] },
    "seals.installation": { answer: "2f0c" },
    "seals.anchors": { answer: [{ anchor: "dir", seal: 2, anchoredAt: 8 }] },
    "seals.stageEvents": { args: [[staged]], answer: undefined },
    "seals.dropStaged": { args: ["acme"], answer: undefined },
    "seals.finishImport": { args: ["acme", [9, 0]], answer: undefined },
    "companies.list": { answer: [company] },
    "companies.get": { args: ["acme"], answer: company },
    "companies.create": { args: [{ id: "acme", name: "Acme" }, asking], answer: company },
    "companies.change": { args: ["acme", { faq: null }, asking], answer: { company, changed: ["faq"] } },
    "companies.suspend": { args: ["acme", asking], answer: company },
    "companies.resume": { args: ["acme", asking], answer: company },
    "companies.remains": { args: ["acme"], answer: { persons: 2, held: 0 } },
    "companies.delete": { args: ["acme", asking], answer: company },
    "queries.companies": { answer: [{ company: "acme", kept: true }] },
    "queries.lags": { args: [null], answer: [{ company: "acme", lagMs: 0.5 }] },
    "queries.parked": { args: ["acme"], answer: [{ stream: "lead/l1" }] },
    "queries.retry": { args: ["acme", "leads", "lead/l1"], answer: { outcome: "folded", events: 3 } },
    "queries.beginRebuild": { args: ["acme", "leads"], answer: undefined },
    "queries.compare": { args: ["acme", "leads", expect.any(Function)], answer: comparison },
    "queries.ask": { args: [question, asOf, expect.any(Object), expect.any(Function)], answer: undefined },
    "users.list": { args: ["acme", "a@b.c"], answer: [{ id: "u1", language: null }] },
    "users.invite": {
      args: ["acme", { email: "a@b.c", roles: ["Admin"] }, "operator:ana"],
      answer: { id: "i1", token: secret, expiresAt: 5 }
    },
    "users.createUser": {
      args: ["acme", { email: "a@b.c", name: "Ana", roles: [], password: secret }, "operator:ana"],
      answer: { id: "u1", isNew: true }
    },
    "users.setPassword": { args: ["a@b.c", secret, "operator:ana"], answer: undefined },
    "users.setState": { args: ["a@b.c", "suspended", "operator:ana"], answer: undefined },
    "users.rotateTokenKey": { args: [true, "operator:ana"], answer: "key-2" }
  }

const services = {
  ...{ engine: Engine, store: EventStore, history: History, subjects: SubjectStore, contacts: Contacts },
  ...{ seals: SealStore, companies: CompanyAdmin, queries: Queries, users: Operator }
}
type Method = Effect.Effect<unknown, unknown> & ((...args: ReadonlyArray<unknown>) => Method)

let seen: ReadonlyArray<unknown> | undefined
/** What the next call does instead of answering. */
let failure: Effect.Effect<never, unknown> | undefined
let server: Awaited<ReturnType<typeof openControl>>
beforeAll(async () => {
  const fakes = Object.entries(calls).map(([tag, { args, answer }]) => {
    const done = Effect.suspend((): Effect.Effect<unknown, unknown> => failure ?? Effect.succeed(answer))
    const method = (...given: ReadonlyArray<unknown>) => {
      seen = given
      return done
    }
    return [tag, args === undefined ? done : method]
  })
  server = await openControl(Object.fromEntries(fakes))
})
afterAll(() => server.close())

const asked = (tag: string): Promise<unknown> => {
  const [subject = "", method = ""] = tag.split(".")
  const remote = [
    remoteStoreLayer,
    remoteEngineLayer,
    remoteCompaniesLayer,
    remoteQueriesLayer,
    remoteOperatorLayer
  ]
  const layers = remote.map((layer) => layer(server) as Layer.Layer<unknown>)
  const call = Effect.gen(function* () {
    const service = yield* services[subject as keyof typeof services] as unknown as Context.Key<
      never,
      Record<string, Method>
    >
    const { args } = calls[tag]!
    return yield* args === undefined ? service[method]! : service[method]!(...args)
  })
  return Effect.runPromise(Effect.provide(call, Layer.mergeAll(layers[0]!, ...layers.slice(1))) as never)
}
const failed = (tag: string, error: unknown) => {
  failure = error instanceof Error ? Effect.fail(error) : Effect.die(error)
  return asked(tag).then(
    () => undefined,
    (failed: unknown) => failed
  )
}

test("the calls below are all that there are", () => {
  expect(Object.keys(calls)).toEqual([...Control.requests.keys()])
})

test.each(Object.entries(calls))("%s brings its arguments there and its answer back", async (tag, call) => {
  failure = undefined
  seen = undefined
  expect(await asked(tag)).toEqual(call.answer)
  expect(seen).toEqual(call.args)
})

test.each(["store.readStream", "store.listJobs", "history.listJobs"])(
  "%s gives fields in the order in which commands show them",
  async (tag) => {
    failure = undefined
    expect(JSON.stringify(await asked(tag))).toBe(JSON.stringify(calls[tag]!.answer))
  }
)

test("what is not there comes back as not there, and what opens a job stays there", async () => {
  failure = Effect.succeed(undefined) as never
  expect([await asked("engine.view"), await asked("contacts.subjectOf")]).toEqual([undefined, undefined])
  failure = Effect.succeed({ seal: undefined, now: 1 }) as never
  expect(await asked("seals.lastSeal")).toEqual({ seal: undefined, now: 1 })
  failure = Effect.succeed([{ ...openedJob, key }]) as never
  expect(await asked("history.listJobs")).toEqual([{ ...openedJob, key: undefined }])
})

const unavailable = new StoreUnavailable({ message: "gone", mayHaveHappened: true })
test.each([
  ["engine.deliver", new EventRefused({ reason: "notNow", message: "not now" })],
  ["engine.deliver", new WrongVersion({ stream: "deal/d1", expected: 2, actual: 3, message: "wrong" })],
  ["engine.view", new TryAgain({ reason: "notOwner", message: "not mine", retryAfterMs: 50 })],
  ["store.readStream", unavailable],
  ["history.listJobs", unavailable],
  ["subjects.requestErasure", new SubjectRefused({ reason: "onHold", message: "held" })],
  ["contacts.subjectOf", new WrongMasterKey({ message: "another key" })],
  ["seals.finishImport", new ImportRefused({ message: "there are events" })],
  ["companies.change", new CompanyRefused({ reason: "changed", message: "changed", version: 4 })],
  ["companies.list", new TryAgain({ reason: "overloaded", message: "later", retryAfterMs: 50 })],
  ["queries.beginRebuild", new UnknownReadModel({ message: "nobody" })],
  ["queries.compare", new BuildsDiffer({ message: "another code" })],
  ["queries.ask", new SqlRefused({ message: "no", code: "42601", at: 3, hint: null })],
  ["queries.ask", new NoSuchMoment({ message: "no moment" })],
  ["queries.ask", new MomentBusy({ message: "busy" })],
  ["queries.retry", new WrongMasterKey({ message: "another key" })],
  ["users.createUser", new TooManyTries({ message: "slow down", retryAfterMs: 9 })],
  ["users.setPassword", new AccountRefused({ reason: "weakPassword", message: "weak" })],
  ["users.setState", new NotFound({ message: "nobody" })]
])("%s fails with %s there and here", async (tag, error) => {
  const told = await failed(tag, error)
  expect(told).toBeInstanceOf(error.constructor)
  expect(told).toMatchObject({ ...error, message: error.message })
})

test("what the database says comes without what its driver says", async () => {
  const cause = new Error("password=hunter2")
  const error = new DatabaseError({ code: "22012", message: "division by zero", detail: "d", cause })
  for (const tag of ["queries.lags", "queries.ask"]) {
    const told = (await failed(tag, error)) as DatabaseError
    expect(told).toBeInstanceOf(DatabaseError)
    expect(told).toMatchObject({
      code: "22012",
      message: "division by zero",
      detail: "d",
      unreachable: false
    })
    expect(JSON.stringify(told.cause ?? null)).not.toContain("hunter2")
  }
})

test.each([
  ["store.now", { _tag: "StoreUnavailable", mayHaveHappened: false }],
  ["companies.list", { _tag: "TryAgain", reason: "storeUnavailable" }],
  ["queries.ask", { _tag: "StoreUnavailable" }]
])("a defect of %s is logged there, and told here as a sentence", async (tag, expected) => {
  const told = await failed(tag, "hunter2 is a bug")
  const message = `the engine at ${server.url} can't be asked: something broke there; it is logged`
  expect(told).toMatchObject({ ...expected, message })
  expect(server.logs.at(-1)).toContain(`${tag} broke`)
  expect(server.logs.at(-1)).toContain("hunter2 is a bug")
})

test.each(["store.now", "queries.ask"])(
  "%s that a server gives up as it stops is not answered",
  async (tag) => {
    failure = Effect.interrupt
    const told = await asked(tag).then(
      () => undefined,
      (failed: unknown) => failed
    )
    const message = `the engine at ${server.url} can't be asked: it ended before it answered`
    expect(told).toMatchObject({ _tag: "StoreUnavailable", message })
  }
)

test("more rows than one answer has are not asked for", async () => {
  seen = undefined
  const read = Effect.flatMap(EventStore, (store) => store.readStream("acme", "lead/l1", 0, 2001))
  const told = await Effect.runPromise(Effect.flip(Effect.provide(read, remoteStoreLayer(server))))
  expect([told._tag, seen]).toEqual(["StoreUnavailable", undefined])
})

test("what only the owner of the partitions may do dies here", async () => {
  const write = Effect.flatMap(EventStore, (store) => store.release("me"))
  await expect(Effect.runPromise(Effect.provide(write, remoteStoreLayer(server)))).rejects.toThrow(
    "release is for the process that owns the partitions"
  )
})
