import { mkdtemp, rm } from "node:fs/promises"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { postgres } from "../../databases.ts"
import { freePort } from "../../src/http/open-server.ts"
import { startServer } from "../../src/server-process.ts"
import { type Forgery, forgeries } from "./forgeries.ts"

/** What came of it. Times in ms. */
export interface WebhookProof {
  readonly sent: number
  readonly statuses: Readonly<Record<string, number>>
  /** Events that were there beforehand and afterwards. */
  readonly events: readonly [number, number]
  /** Answers of 5xx, and none at all. */
  readonly broken: ReadonlyArray<string>
  readonly p50Ms: number
  readonly p99Ms: number
  readonly slowestMs: number
  readonly overLimit: number
  readonly alive: boolean
}

const atOnce = 4
export const answerMaxMs = 50

const secrets = { evolution: "webhook-secret-of-evolution", telegram: "webhook-secret-of-telegram" }

const randomOf = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

/** Posts forged and malformed webhooks at a server of its own on a real Postgres. */
export const proveWebhooks = async (
  count: number,
  seed: number,
  told: (sent: number) => void = () => {}
): Promise<WebhookProof> => {
  const database = await postgres.make()
  const dir = await mkdtemp(join(tmpdir(), "centurion-webhooks-"))
  const server = await startServer(await freePort(), {
    ...database.env,
    CENTURION_DIR: dir,
    CENTURION_LOG_LEVEL: "error",
    CENTURION_EVOLUTION_URL: "http://127.0.0.1:1",
    CENTURION_EVOLUTION_API_KEY: "evolution-key",
    CENTURION_EVOLUTION_INSTANCES: "main",
    CENTURION_EVOLUTION_WEBHOOK_SECRET: secrets.evolution,
    CENTURION_TELEGRAM_URL: "http://127.0.0.1:1",
    CENTURION_TELEGRAM_TOKEN: "1:telegram-token",
    CENTURION_TELEGRAM_WEBHOOK_SECRET: secrets.telegram
  })
  try {
    await server.until(200)
    if ((await fetch(`${server.url}/readyz`).catch(() => undefined))?.status !== 200)
      throw new Error(`the server did not start: ${server.said().slice(-2000)}`)
    // The company's own history begins while the server starts.
    const events = async () =>
      Number(
        (await database.admin("select count(*)::int from es.event where stream not like 'company/%'"))[0]![0]
      )
    const before = await events()
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
    const statuses: Record<string, number> = {}
    const broken: Array<string> = []
    const times: Array<number> = []
    const source = forgeries(count, secrets, randomOf(seed))
    let sent = 0
    const sender = async () => {
      for (const forgery of source) {
        const began = performance.now()
        const status = await post(server.url, forgery, agent)
        // What has 10 MB takes its time to send; all else must be answered at once.
        if (forgery.what !== "10 MB") times.push(performance.now() - began)
        statuses[`${status} ${forgery.what}`] = (statuses[`${status} ${forgery.what}`] ?? 0) + 1
        if (status === 0 || status >= 500) broken.push(`${status} for ${forgery.what} at ${forgery.path}`)
        if (++sent % 500 === 0) told(sent)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, sender))
    agent.destroy()
    const alive = await fetch(`${server.url}/readyz`).then(
      ({ status }) => status === 200,
      () => false
    )
    if (!alive) broken.push(server.said().slice(-2000))
    times.sort((a, b) => a - b)
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
    return {
      sent,
      statuses,
      events: [before, await events()],
      broken,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      slowestMs: times.at(-1)!,
      overLimit: times.filter((ms) => ms > answerMaxMs).length,
      alive
    }
  } finally {
    server.kill("SIGTERM")
    await server.ended
    await database.drop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** The status of the answer; 0 when there was none. What is too large may be answered before all of it is sent. */
const post = (url: string, { path, headers, body }: Forgery, agent: Agent) =>
  new Promise<number>((resolve) => {
    let status = 0
    const asked = request(
      `${url}${path}`,
      {
        method: "POST",
        agent,
        headers: { ...headers, "content-type": "application/json", "content-length": body.length }
      },
      (answer) => {
        status = answer.statusCode ?? 0
        answer.resume()
        answer.once("end", () => resolve(status))
        answer.once("error", () => resolve(status))
      }
    )
    asked.once("error", () => resolve(status))
    asked.end(body)
  })
