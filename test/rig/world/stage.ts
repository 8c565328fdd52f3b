import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Passed } from "../../../src/demo/doubles/accepted-log.ts"
import type { FaultSettings } from "../../../src/demo/doubles/faults.ts"
import type { OwnPostgres } from "../../actors/engine/world/own-postgres.ts"
import type { Plant } from "../app/plants.ts"
import { keyedInstance } from "./keyed-instance.ts"
import { askJson, startProgram } from "./program.ts"
import { type Random, randomFrom } from "./random.ts"
import { makeRigDatabase, type RigDatabase, recordWriters, rigMasterKey } from "./rig-database.ts"
import { makeServer, type Server } from "./server.ts"
import { startProxy, type TcpProxy } from "./tcp-proxy.ts"
import { type Copies, startRelay, type WebhookRelay } from "./webhook-relay.ts"

/** The channels of the rig, and what each one's provider can do against a second sending. */
export const rigChannels = { evolution: "receipt", telegram: "none", keyed: "key" } as const
export type RigChannel = keyof typeof rigChannels
export const channelNames = Object.keys(rigChannels) as ReadonlyArray<RigChannel>

/** The company whose conversations are played. */
export const rigCompany = "rig"

/** A provider's double, in a process of its own, behind a proxy. */
export interface Provider {
  readonly channel: RigChannel
  readonly url: string
  readonly proxy: TcpProxy
  readonly setFaults: (faults: FaultSettings) => Promise<void>
  /** A lead writes. */
  readonly write: (contact: string, text: string) => Promise<void>
  readonly incoming: () => Promise<ReadonlyArray<Passed>>
  readonly sent: () => Promise<ReadonlyArray<Passed>>
  /** Webhooks that nobody has taken yet. */
  readonly pending: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Everything that one scenario plays on. */
export interface Stage {
  readonly random: Random
  readonly database: RigDatabase
  readonly servers: ReadonlyArray<Server>
  /** Between each server and Postgres. */
  readonly databaseProxies: ReadonlyArray<TcpProxy>
  readonly providers: Readonly<Record<RigChannel, Provider>>
  readonly relay: WebhookRelay
  /** Webhooks go to this server alone; to all again when none is named. */
  readonly aimAt: (server?: Server) => void
  /** Adds a line to the stage's own log. */
  readonly note: (what: string) => void
  readonly close: () => Promise<void>
}

/** How a scenario wants its stage. */
export interface StageOptions {
  readonly name: string
  readonly directory: string
  /** Where compiled code is kept for the next start; over all stages of a run. */
  readonly compiled: string
  readonly postgres: OwnPostgres
  readonly seed: number
  readonly plants: ReadonlyArray<Plant>
  /** Servers on the one database. */
  readonly servers: number
  readonly copies?: (random: Random) => Copies
  /** Over the settings of the rig's company. */
  readonly conversation?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

/** A dead owner's partitions are free after this, ms: the least that the settings allow. */
export const leaseMs = 1000
const apiKey = "key-of-the-rig"
const secret = "secret-of-the-rig"
const telegramToken = "42:token-of-the-rig"
const webhookPaths = { evolution: "whatsapp", telegram: "telegram", keyed: "keyed" } as const
const allDay = { fromMinute: 0, toMinute: 24 * 60 }

const company = (conversation: StageOptions["conversation"]) => ({
  id: rigCompany,
  name: "Rig",
  conversation: {
    turnClosureMs: 50,
    typing: { charactersPerMinute: 1_000_000, minMs: 5, maxMs: 20 },
    followUpAfterMs: [],
    businessHours: Array.from({ length: 7 }, () => allDay),
    ...conversation
  },
  instances: [
    { channel: "evolution", instance: "main" },
    { channel: "telegram", instance: "bot" },
    { channel: "keyed", instance: keyedInstance }
  ]
})

const doubleArgs: Readonly<Record<RigChannel, readonly [string, ReadonlyArray<string>]>> = {
  evolution: ["src/demo/doubles/evolution.ts", ["--api-key", apiKey, "--ack-delay-ms", "5"]],
  telegram: ["src/demo/doubles/telegram.ts", ["--token", telegramToken]],
  keyed: ["test/rig/world/keyed-double.ts", []]
}

const startProvider = async (
  channel: RigChannel,
  relayUrl: string,
  options: StageOptions,
  random: Random
): Promise<Provider> => {
  const [program, own] = doubleArgs[channel]
  const webhook = `${relayUrl}/webhook/${webhookPaths[channel]}`
  const args = ["--webhook", webhook, "--retry-ms", "50", "--seed", `${options.seed}`, "--secret", secret]
  const state = ["--state", join(options.directory, `${channel}.jsonl`)]
  const logFile = join(options.directory, `${channel}.log`)
  const started = startProgram(program, [...args, ...state, ...own, "--with-parent"], { logFile })
  const port = await started.listening
  const url = `http://127.0.0.1:${port}`
  const ask = async <A>(path: string): Promise<A> => {
    const answer = await askJson<A>(`${url}/_double/${path}`)
    if (answer === undefined) throw new Error(`the ${channel} double does not answer; its log is ${logFile}`)
    return answer
  }
  const proxy = await startProxy(port, random.next)
  return {
    channel,
    url,
    proxy,
    setFaults: async (faults) => void (await askJson(`${url}/_double/faults`, faults)),
    write: async (contact, text) => void (await askJson(`${url}/_double/incoming`, { contact, text })),
    incoming: async () => (await ask<{ readonly incoming: ReadonlyArray<Passed> }>("incoming")).incoming,
    sent: async () => (await ask<{ readonly sent: ReadonlyArray<Passed> }>("sent")).sent,
    pending: async () => (await ask<{ webhooks: { readonly pending: number } }>("state")).webhooks.pending,
    close: async () => {
      await started.kill()
      await proxy.close()
    }
  }
}

const serverEnv = (options: StageOptions, proxies: Readonly<Record<RigChannel, string>>) => ({
  REDIS_URL: "",
  CENTURION_DIR: options.directory,
  NODE_COMPILE_CACHE: options.compiled,
  CENTURION_MASTER_KEY: rigMasterKey,
  CENTURION_EVOLUTION_URL: proxies.evolution,
  CENTURION_EVOLUTION_API_KEY: apiKey,
  CENTURION_EVOLUTION_INSTANCES: "main",
  CENTURION_EVOLUTION_WEBHOOK_SECRET: secret,
  CENTURION_RECEIPT_SETTLE_MS: "700",
  CENTURION_TELEGRAM_URL: proxies.telegram,
  CENTURION_TELEGRAM_TOKEN: telegramToken,
  CENTURION_TELEGRAM_INSTANCE: "bot",
  CENTURION_TELEGRAM_WEBHOOK_SECRET: secret,
  CENTURION_LEASE_MS: `${leaseMs}`,
  CENTURION_JOB_BACKOFF_MS: "100",
  CENTURION_JOB_BACKOFF_MAX_MS: "1000",
  CENTURION_JOB_RETRIES_MAX: "50",
  CENTURION_SNAPSHOT_EVERY: "16",
  CENTURION_LOG_LEVEL: "warn",
  RIG_KEYED_URL: proxies.keyed,
  RIG_PLANTS: options.plants.map(({ name }) => name).join(","),
  ...options.env
})

const serverNames = ["ada", "bia"] as const

/** Sets the stage and starts its servers; the first of them owns the partitions. */
export const setStage = async (options: StageOptions): Promise<Stage> => {
  const { directory, seed, postgres } = options
  const random = randomFrom(seed)
  mkdirSync(join(directory, "companies"), { recursive: true })
  writeFileSync(join(directory, "companies", "rig.json"), JSON.stringify(company(options.conversation)))
  const names = serverNames.slice(0, options.servers)
  const database = await makeRigDatabase(postgres.url, options.name, names)
  const postgresPort = Number(new URL(postgres.url).port)
  const databaseProxies = await Promise.all(names.map(() => startProxy(postgresPort)))
  const servers: Array<Server> = []
  let aim: Server | undefined
  const relay = await startRelay({
    random,
    targets: () => (aim === undefined ? servers : [aim]).map(({ url }) => url),
    copies: () => options.copies?.(random) ?? { times: 1, atOnce: 1, pauseMs: 0 }
  })
  const [evolution, telegram, keyed] = await Promise.all(
    channelNames.map((channel) => startProvider(channel, relay.url, options, random))
  )
  const providers = { evolution: evolution!, telegram: telegram!, keyed: keyed! }
  const proxied = (provider: Provider) => `http://127.0.0.1:${provider.proxy.port}`
  const env = serverEnv(options, {
    evolution: proxied(providers.evolution),
    telegram: proxied(providers.telegram),
    keyed: proxied(providers.keyed)
  })
  for (const [n, name] of names.entries()) {
    const { port } = databaseProxies[n]!
    const urls = {
      DATABASE_URL: database.urlOf(name, port),
      DATABASE_ADMIN_URL: database.urlOf(new URL(database.url).username, port)
    }
    servers.push(await makeServer(name, directory, { ...env, ...urls }))
  }
  const close = async () => {
    await Promise.all(servers.map((server) => server.kill()))
    await relay.close()
    await Promise.all([...databaseProxies, ...Object.values(providers)].map((each) => each.close()))
  }
  try {
    await openStage(servers, database, options)
  } catch (error) {
    await close()
    throw error
  }
  const note = (what: string) =>
    appendFileSync(join(directory, "rig.log"), `${JSON.stringify({ at: Date.now(), what })}\n`)
  const aimAt = (server?: Server) => {
    aim = server
  }
  return { random, database, servers, databaseProxies, providers, relay, aimAt, note, close }
}

/** The first start migrates; the very first of a run is ended in order, because only then its compiled code is kept. */
const openStage = async (
  servers: ReadonlyArray<Server>,
  database: RigDatabase,
  { plants, compiled }: StageOptions
) => {
  const [first, ...others] = servers
  const isFirst = !existsSync(compiled)
  first!.start()
  await first!.ready()
  for (const sql of [...recordWriters, ...plants.flatMap((plant) => plant.sql ?? [])])
    await database.admin(sql)
  if (isFirst) {
    await first!.stop()
    first!.start()
    await first!.ready()
  }
  for (const other of others) other.start()
}
