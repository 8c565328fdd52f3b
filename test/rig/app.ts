import { createServer, type IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Engine, EventRefused } from "../../actors/engine.ts"
import { EngineClock } from "../../actors/engine-clock.ts"
import { engineLayer } from "../../actors/engine-layer.ts"
import { defaultLimits } from "../../actors/engine-limits.ts"
import { JobFailedForNow, type JobHandler } from "../../actors/job-handler.ts"
import { Ownership } from "../../actors/ownership.ts"
import { Database } from "../../eventstore/database.ts"
import { EventStore } from "../../eventstore/event-store.ts"
import type { Json } from "../../eventstore/json.ts"
import { machines } from "../../machines/index.ts"
import type { Channel } from "../../src/channels/channel.ts"
import { evolutionMaker } from "../../src/channels/evolution.ts"
import { WebChatHub } from "../../src/channels/web-chat.ts"
import { Companies } from "../../src/companies/companies.ts"
import { completeCompany } from "../../src/companies/complete-company.ts"
import { Channels } from "../../src/handlers/channels.ts"
import { sendChunk } from "../../src/handlers/send-chunk.ts"
import { showTyping } from "../../src/handlers/show-typing.ts"
import { Inbox } from "../../src/http/inbox.ts"
import { RunningEngine } from "../../src/http/running-engine.ts"
import { Starters } from "../../src/http/starters.ts"
import { keyedChannel } from "./keyed-channel.ts"
import { keyedInstance } from "./keyed-double.ts"
import { reminder } from "./reminder.ts"

/**
 * The process that the rig kills: the real engine, machines, channels, inbox and handlers, with a model that writes
 * texts which are found again, a channel whose provider honours keys, and a company in a hurry.
 */
const { DATABASE_URL = "", PORT = "", EVOLUTION_URL = "", KEYED_URL = "", LEASE_MS = "" } = process.env

export const rigCompany = "rig"
const company = completeCompany({
  id: rigCompany,
  name: "Rig",
  conversation: {
    turnClosureMs: 50,
    typing: { charactersPerMinute: 1_000_000, minMs: 5, maxMs: 20 },
    followUpAfterMs: []
  },
  instances: [
    { channel: "evolution", instance: "main" },
    { channel: "keyed", instance: keyedInstance }
  ]
})

/** One to three chunks a turn, each of a text that no other chunk has; now and then the model is not there. */
const writeReply: JobHandler = {
  name: "writeReply",
  idempotency: "safe",
  run: (input, { address, attempt }) =>
    Effect.suspend(() => {
      const { turn } = input as { turn: number }
      if (attempt === 1 && turn % 11 === 0) {
        return Effect.fail(
          new JobFailedForNow({ reason: "overloaded", message: "try again", happened: "no" })
        )
      }
      const chunks = Array.from({ length: 1 + (turn % 3) }, (_, n) => `${address.id}.${turn}.${n + 1}`)
      const cost = { tokensIn: 1, tokensOut: 1, costUsd: 0 }
      const reply = { chunks, language: "pt", answers: [], model: "rig", promptHash: "", ...cost }
      return Effect.succeed(reply as Json)
    })
}

const evolution = evolutionMaker.make({
  name: "evolution",
  baseUrl: EVOLUTION_URL,
  apiKey: "rig-key",
  instances: ["main"],
  webhookSecret: "rig-secret",
  receiptSettleMs: 700
})

const engine = Layer.unwrap(
  Effect.gen(function* () {
    const companies = yield* Companies
    const starters = yield* Starters
    return engineLayer({
      machines: [...machines, { machine: reminder }],
      handlers: [writeReply, yield* sendChunk, yield* showTyping],
      companies: [rigCompany],
      startInput: (address) =>
        companies.startInput(address, starters.of(address)).pipe(
          Effect.map((input) => input as unknown as Json),
          Effect.mapError(({ message }) => new EventRefused({ reason: "wrongData", message }))
        ),
      limits: { ...defaultLimits, jobBackoffMs: 100, jobBackoffMaxMs: 1000, snapshotEvery: 16 },
      log: (level, message) => {
        if (level === "error") console.error(message)
      }
    })
  })
)

const world = Layer.unwrap(
  Effect.map(evolution, (channel) => Channels.layerOf([channel, keyedChannel(KEYED_URL)]))
).pipe(Layer.provide(Layer.mergeAll(FetchHttpClient.layer, WebChatHub.layer)))

const connection = { url: Redacted.make(DATABASE_URL) }
const runtime = ManagedRuntime.make(
  Inbox.layer.pipe(
    Layer.provideMerge(RunningEngine.layerReady),
    Layer.provideMerge(engine),
    Layer.provideMerge(
      Ownership.layerLease({ owner: `rig-${process.pid}-${Date.now()}`, leaseMs: Number(LEASE_MS) })
    ),
    Layer.provideMerge(EngineClock.layer()),
    Layer.provideMerge(EventStore.layer),
    Layer.provideMerge(Database.layer({ connection, connectionsMax: 6, embedded: false })),
    Layer.provideMerge(Layer.mergeAll(world, Starters.layer, Companies.layerOf([company])))
  )
)

const bodyOf = async (request: IncomingMessage) => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** The HTTP status of a webhook, or of a reminder; 200 comes when it is committed. */
const take = (path: string, body: Buffer, headers: IncomingMessage["headers"]) =>
  Effect.gen(function* () {
    if (path === "/remind") {
      const { id, inMs } = JSON.parse(body.toString("utf8"))
      const to = { company: rigCompany, machine: "reminder", id }
      yield* (yield* Engine).deliver(to, { type: "Remind", inMs }, { principal: "rig", key: id })
      return 200
    }
    const channel: Channel | undefined = (yield* Channels).get(path.slice("/webhook/".length))
    if (channel === undefined) return 404
    const inbounds = yield* channel.receive({ body, headers: headers as never })
    const { refused } = yield* (yield* Inbox).take(channel.name, inbounds)
    return refused > 0 && inbounds.some((inbound) => inbound._tag === "message") ? 400 : 200
  }).pipe(
    Effect.catchTag("TryAgain", () => Effect.succeed(503)),
    Effect.catchTag("WebhookRefused", ({ status }) => Effect.succeed(status))
  )

createServer(async (request, response) => {
  const answer = (status: number) => response.writeHead(status).end()
  try {
    const path = request.url ?? ""
    if (path === "/ready") {
      const { ready } = await runtime.runPromise(Effect.flatMap(Engine, (each) => each.status))
      answer(ready ? 200 : 503)
    } else answer(await runtime.runPromise(take(path, await bodyOf(request), request.headers)))
  } catch (error) {
    console.error(error)
    answer(500)
  }
}).listen(Number(PORT), "127.0.0.1")
