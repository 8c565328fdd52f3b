import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { EventStore } from "../../../eventstore/log/event-store.ts"
import { History } from "../../../eventstore/log/history.ts"
import type { StoredEvent } from "../../../eventstore/log/stored-event.ts"
import { Settings, type SettingValues } from "../../../src/config.ts"
import { remoteStoreLayer } from "../../../src/control/remote-services.ts"
import { type Serving, serve } from "../../../src/main.ts"

/** A process on a busy machine may stand still for longer than the lease of a server. */
const leaseMs = 120_000

/** A company whose turns end at once, and whose replies take no time to type. */
export const quickCompany = {
  id: "quick",
  name: "Quick",
  conversation: {
    turnClosureMs: 50,
    typing: { charactersPerMinute: 1_000_000, minMs: 0, maxMs: 10 },
    followUpAfterMs: []
  },
  instances: [
    { channel: "web-chat", instance: "*" },
    { channel: "evolution", instance: "main" },
    { channel: "telegram", instance: "telegram" }
  ]
}

export const secrets = {
  evolutionApiKey: "double-key",
  evolutionWebhookSecret: "webhook-secret",
  telegramToken: "123456:double-token",
  telegramWebhookSecret: "telegram-secret"
}

/** A server of one test file, on an embedded database of its own. */
export interface OpenServer extends Serving {
  readonly dir: string
  /** What was logged so far. */
  readonly logs: ReadonlyArray<string>
  /** All events of all streams of the company, opened, by stream. */
  readonly events: () => Promise<ReadonlyArray<StoredEvent>>
  readonly ask: <A, E>(effect: Effect.Effect<A, E, EventStore | History>) => Promise<A>
  readonly close: () => Promise<void>
}

/** A port that nobody has. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const taken = createServer().listen(0, "127.0.0.1", () => {
      const { port } = taken.address() as AddressInfo
      taken.close(() => resolve(port))
    })
  })

/** Writes the company's file into a new directory. */
export const newDirectory = (company: unknown = quickCompany): string => {
  const dir = mkdtempSync(join(tmpdir(), "centurion-server-"))
  mkdirSync(join(dir, "companies"))
  writeFileSync(join(dir, "companies", "quick.json"), JSON.stringify(company))
  return dir
}

/** WhatsApp and Telegram as set up for the doubles at these addresses. */
export const channelSettings = (evolutionUrl: string, telegramUrl: string): Partial<SettingValues> => ({
  evolutionUrl,
  evolutionApiKey: Redacted.make(secrets.evolutionApiKey),
  evolutionInstances: ["main"],
  evolutionWebhookSecret: Redacted.make(secrets.evolutionWebhookSecret),
  telegramUrl,
  telegramToken: Redacted.make(secrets.telegramToken),
  telegramWebhookSecret: Redacted.make(secrets.telegramWebhookSecret)
})

/** Starts a server; with `booted: false` it does not wait for the engine, else until it owns its partitions. */
export const openServer = async (
  own: Partial<SettingValues> = {},
  options: { readonly booted?: boolean } = {}
): Promise<OpenServer> => {
  const dir = own.dir ?? newDirectory()
  const logs: Array<string> = []
  const logger = Logger.layer([Logger.map(Logger.formatJson, (line) => void logs.push(line))])
  const scope = await Effect.runPromise(Scope.make())
  const settings = Settings.layerWith({ port: 0, dir, leaseMs, ...own })
  const serving = await Effect.runPromise(
    serve.pipe(Scope.provide(scope), Effect.provide(Layer.merge(settings, logger)))
  )
  const store = remoteStoreLayer(serving)
  const ask: OpenServer["ask"] = (effect) => Effect.runPromise(Effect.provide(effect, store))
  if (options.booted !== false) {
    await Effect.runPromise(serving.booted)
    await eventually(async () => {
      const answer = await fetch(`${serving.url}/readyz`)
      if (!answer.ok) return false
      const { partitions } = (await answer.json()) as { readonly partitions: number }
      // A company that was just made is taken a moment later; how long that is says its load.
      return partitions === (await ask(Effect.flatMap(EventStore, (events) => events.partitions()))).length
    })
  }
  return {
    ...serving,
    dir,
    logs,
    ask,
    events: () => ask(readAll),
    close: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      if (own.dir === undefined) rmSync(dir, { recursive: true, force: true })
    }
  }
}

/** Every event, opened; up to 1000 of a partition. */
export const readAll = Effect.gen(function* () {
  const store = yield* EventStore
  const history = yield* History
  const found: Array<StoredEvent> = []
  for (const { company, partition } of yield* store.partitions()) {
    found.push(...(yield* history.readPartition(company, partition, 0, 1000)))
  }
  return found
})

/** Asks until it is so; a hint from the server would not be a test of it. */
export const eventually = async <A>(look: () => Promise<A | undefined | false>): Promise<A> => {
  while (true) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
