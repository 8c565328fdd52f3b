import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, afterEach, describe, expect, test } from "vitest"
import { withAdminConnection } from "../../eventstore/database/database.ts"
import { defaultSettings } from "../../src/config.ts"
import { remoteStoreLayer } from "../../src/control/remote-services.ts"
import { startEvolutionDouble } from "../../src/demo/doubles/evolution.ts"
import type { Double } from "../../src/demo/doubles/provider-double.ts"
import { findRunningEngine } from "../../src/pglite/engine-file.ts"
import { serverAccess, storeLayerOf } from "../../src/wiring/connect-database.ts"
import { upsert } from "./channels/evolution-shapes.ts"
import { runCli } from "./cli/world/run-cli.ts"
import { eventually, freePort, newDirectory, quickCompany, readAll, secrets } from "./http/open-server.ts"
import { canMakePostgres, makePostgres } from "./own-postgres.ts"
import { type ServerProcess, startServer } from "./server-process.ts"

const cleanups: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const directory = (company: unknown = quickCompany) => {
  const dir = newDirectory(company)
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
const server = async (port: number, environment: Record<string, string>): Promise<ServerProcess> => {
  const started = await startServer(port, environment)
  cleanups.push(async () => {
    started.kill("SIGKILL")
    await started.ended
  })
  return started
}
const evolutionAt = (url: string) => ({
  CENTURION_EVOLUTION_URL: url,
  CENTURION_EVOLUTION_API_KEY: secrets.evolutionApiKey,
  CENTURION_EVOLUTION_INSTANCES: "main",
  CENTURION_EVOLUTION_WEBHOOK_SECRET: secrets.evolutionWebhookSecret
})
const doubleFor = async (port: number): Promise<Double> => {
  const double = await startEvolutionDouble({
    webhook: `http://127.0.0.1:${port}/webhook/whatsapp`,
    secret: secrets.evolutionWebhookSecret,
    apiKey: secrets.evolutionApiKey
  })
  cleanups.push(double.close)
  return double
}
const webhook = (url: string, id: string) =>
  fetch(`${url}/webhook/whatsapp`, {
    method: "POST",
    headers: { "x-centurion-secret": secrets.evolutionWebhookSecret },
    body: JSON.stringify(upsert({ conversation: "Oi" }, { id }))
  })

/** One for several servers, one after the other: the first one makes the database. */
const shared = newDirectory(quickCompany)
afterAll(() => rmSync(shared, { recursive: true, force: true }))

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends the process with 0 and frees its directory",
  async (signal) => {
    const dir = shared
    const own = await server(await freePort(), { CENTURION_DIR: dir })
    await own.until(200)
    expect(existsSync(join(dir, "engine.json"))).toBe(true)
    const since = performance.now()
    own.kill(signal)
    expect(await own.ended).toBe(0)
    expect(performance.now() - since).toBeLessThan(5000)
    expect(existsSync(join(dir, "engine.json"))).toBe(false)
    const lines = own
      .said()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).message)
    expect(lines).toContain(`listening on ${own.url}`)
    expect(lines.at(-1)).toBe("stopped")
  }
)

test("a second process in a directory, and one on a taken port, end with what to do", async () => {
  const dir = shared
  const port = await freePort()
  const first = await server(port, { CENTURION_DIR: dir })
  await first.until(200)
  const second = await runCli(["start"], { CENTURION_DIR: dir, PORT: "0" })
  expect([second.code, second.err]).toEqual([1, expect.stringContaining(`already runs in ${dir} as process`)])
  const third = await runCli(["start"], { CENTURION_DIR: directory(), PORT: String(port) })
  expect([third.code, third.err]).toEqual([
    1,
    `port ${port} on 127.0.0.1 is taken; set PORT to another one, or to 0 for any\n`
  ])
})

test("killed in the middle of a reply, the conversation goes on, and nothing is said twice", async () => {
  const port = await freePort()
  const double = await doubleFor(port)
  const environment = {
    CENTURION_DIR: directory(),
    CENTURION_RECEIPT_DEADLINE_MS: "5000",
    ...evolutionAt(double.url)
  }
  const first = await server(port, environment)
  await first.until(200)
  // Each send is accepted at once and answered late: the kill falls between the two.
  double.setFaults({ delayMs: 1500 })
  double.incoming({ contact: "5511900000001", text: "Oi, quanto custa?" })
  await double.accepted(1)
  first.kill("SIGKILL")
  await first.ended
  double.setFaults({})
  const second = await server(port, environment)
  await second.until(200)
  const written = await eventually(async () => {
    const events = await eventsIn(environment.CENTURION_DIR)
    if (!events.some(({ type }) => type === "ReplySent")) return undefined
    return events.find(({ type }) => type === "ReplyWritten")?.data.chunks
  })
  await double.idle()
  expect(double.sent().map(({ text }) => text)).toEqual(written)
  second.kill("SIGTERM")
  expect(await second.ended).toBe(0)
})

/** All events, asked of the process that has the directory. */
const eventsIn = (dir: string) => {
  const { url, token } = findRunningEngine(dir)!
  return Effect.runPromise(Effect.provide(readAll, remoteStoreLayer({ url: url!, token })))
}

describe.skipIf(!canMakePostgres)("with a Postgres that comes and goes", () => {
  const conversationEvents = (url: string, type: string) =>
    Effect.runPromise(
      withAdminConnection({ url: Redacted.make(url) }, (query) =>
        query("select count(*)::int from es.event where type = $1", [type])
      )
    ).then((rows) => Number(rows[0]?.[0]))

  test("stopped under load, it keeps what it acknowledged, and gives its partitions up", async () => {
    const postgres = await makePostgres()
    cleanups.push(postgres.remove)
    postgres.start()
    const dir = directory()
    const own = await server(await freePort(), {
      CENTURION_DIR: dir,
      ...postgres.env,
      ...evolutionAt("http://127.0.0.1:9")
    })
    await own.until(200)
    const acknowledged: Array<string> = []
    let over = false
    const writer = async (name: string) => {
      for (let n = 0; !over; n++) {
        const answer = await webhook(own.url, `${name}${n}`).catch(() => undefined)
        if (answer?.status === 200) acknowledged.push(`${name}${n}`)
      }
    }
    const writers = ["A", "B", "C", "D", "E", "F", "G", "H"].map(writer)
    await eventually(async () => acknowledged.length > 50)
    own.kill("SIGTERM")
    expect(await own.ended).toBe(0)
    over = true
    await Promise.all(writers)
    const access = serverAccess(Redacted.make(postgres.env.DATABASE_URL!), Redacted.make(postgres.url))
    const stored = await Effect.runPromise(
      Effect.provide(readAll, storeLayerOf(access, { ...defaultSettings, dir }))
    )
    const received = stored.filter(({ type }) => type === "MessageReceived")
    const ids = new Set(received.map(({ data }) => data.messageId))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    const owners = withAdminConnection(access.admin, (query) =>
      query("select distinct owner from es.partition")
    )
    expect(await Effect.runPromise(owners)).toEqual([[null]])
  })

  test("a database that refuses us ends the process and says why", async () => {
    const postgres = await makePostgres()
    cleanups.push(postgres.remove)
    postgres.start()
    const url = postgres.env.DATABASE_URL!.replace(/postgres$/, "no_such_database")
    const env = { CENTURION_DIR: directory(), DATABASE_URL: url, PORT: "0" }
    expect(await runCli(["start"], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining('database "no_such_database" does not exist')
    })
  })

  test("a database that is down at start is waited for, and told of", async () => {
    const postgres = await makePostgres()
    cleanups.push(postgres.remove)
    const port = await freePort()
    const double = await doubleFor(port)
    const own = await server(port, {
      CENTURION_DIR: directory(),
      ...postgres.env,
      ...evolutionAt(double.url)
    })
    const refused = await webhook(own.url, "A1")
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"])
    expect((await refused.json()).detail).toMatch(/^starting: /)
    await eventually(async () =>
      (await (await webhook(own.url, "A1")).json()).detail.includes("does not answer")
    )
    const ready = await fetch(`${own.url}/readyz`)
    const body = await ready.text()
    expect([ready.status, JSON.parse(body)]).toMatchObject([503, { status: 503 }])
    // Where the database is, and what it said, is for the log.
    const { hostname, port: ofDatabase, username } = new URL(postgres.url)
    const answers = [body, await (await webhook(own.url, "A1")).text()]
    for (const told of [hostname, ofDatabase, username, "ECONNREFUSED", "next try"].filter(Boolean))
      for (const answer of answers) expect(answer).not.toContain(told)
    // The provider's webhook is sent until it is taken.
    double.incoming({ contact: "5511900000001", text: "Oi, quanto custa?" })
    await eventually(async () => own.said().includes("does not answer"))
    postgres.start()
    await own.until(200)
    await double.accepted(1)
    own.kill("SIGTERM")
    expect(await own.ended).toBe(0)
    expect(own.said()).not.toContain(postgres.url)
    expect(own.said()).not.toContain(postgres.env.DATABASE_URL)
  })

  test.each(["fast", "immediate"] as const)(
    "a database that goes away (%s) takes nothing with it",
    async (mode) => {
      const postgres = await makePostgres()
      cleanups.push(postgres.remove)
      postgres.start()
      const port = await freePort()
      const double = await doubleFor(port)
      const own = await server(port, {
        CENTURION_DIR: directory(),
        ...postgres.env,
        CENTURION_LEASE_MS: "2000",
        ...evolutionAt(double.url)
      })
      await own.until(200)
      const contacts = ["5511900000001", "5511900000002", "5511900000003"]
      double.incoming({ contact: contacts[0]!, text: "Oi, quanto custa?" })
      await double.accepted(1)
      postgres.stop(mode)
      for (const contact of contacts) double.incoming({ contact, text: "Tem integração com o meu CRM?" })
      await own.until(503)
      const during = await fetch(`${own.url}/healthz`)
      expect(during.status).toBe(200)
      postgres.start()
      await own.until(200)
      await double.idle()
      await eventually(async () => (await conversationEvents(postgres.url, "ReplySent")) >= 3)
      expect(await conversationEvents(postgres.url, "MessageReceived")).toBe(4)
      const keys = double.sent().map(({ contact, text }) => `${contact} ${text}`)
      expect(keys).toEqual([...new Set(keys)])
      own.kill("SIGTERM")
      expect(await own.ended).toBe(0)
    }
  )
})
