import { Agent, request } from "node:http"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded, type Target } from "./figure.ts"
import { percentile, spread } from "./load.ts"
import { runServer } from "./run-server.ts"

const secret = "bench-webhook-secret"
const instance = "bench"
const personsDefault = 500

/** What Evolution posts for one text message. */
export const evolutionWebhook = (n: number, persons: number): string =>
  JSON.stringify({
    event: "messages.upsert",
    instance,
    data: {
      key: {
        remoteJid: `5511${900_000_000 + (n % persons)}@s.whatsapp.net`,
        fromMe: false,
        id: `3EB0${n.toString(16).toUpperCase().padStart(16, "0")}`
      },
      pushName: "Maria",
      status: "DELIVERY_ACK",
      message: { conversation: "Oi! Quanto custa o plano anual para doze pessoas?" },
      messageType: "conversation",
      messageTimestamp: Math.floor(Date.now() / 1000),
      instanceId: "3f1c8b1e-6a54-4c55-9a0b-0d6f1f0a2b3c",
      source: "android"
    },
    destination: "http://127.0.0.1/webhook/whatsapp",
    date_time: new Date().toISOString(),
    sender: "5511999990000@s.whatsapp.net",
    server_url: "http://127.0.0.1",
    apikey: "bench"
  })

/** The answer's status. */
export const post = (agent: Agent, url: string, body: string) =>
  new Promise<number>((resolve, reject) => {
    const headers = { "content-type": "application/json", "x-centurion-secret": secret }
    const sent = request(url, { method: "POST", agent, headers }, (answer) => {
      answer.resume()
      answer.once("end", () => resolve(answer.statusCode ?? 0))
    })
    sent.once("error", reject)
    sent.end(body)
  })

/** Webhooks one after the other, each when the one before is answered, and `least` of them at least; sorted ms. */
const postAlone = async (
  url: string,
  persons: number,
  { seconds, first, least }: { readonly seconds: number; readonly first: number; readonly least: number }
) => {
  const agent = new Agent({ keepAlive: true })
  const times: Array<number> = []
  const endsAt = performance.now() + seconds * 1000
  for (let n = first; times.length < least || performance.now() < endsAt; n++) {
    const body = evolutionWebhook(n, persons)
    const startedAt = performance.now()
    const status = await post(agent, url, body)
    if (status !== 200) throw new Error(`the webhook was answered with ${status}`)
    times.push(performance.now() - startedAt)
  }
  agent.destroy()
  return times.sort((a, b) => a - b)
}

/** The real server with one WhatsApp account, whose provider can't be reached. */
export const runWebhookServer = (world: BenchWorld) =>
  runServer({
    DATABASE_URL: world.database.url,
    DATABASE_ADMIN_URL: world.database.adminUrl,
    CENTURION_EVOLUTION_URL: "http://127.0.0.1:9",
    CENTURION_EVOLUTION_API_KEY: "bench-api-key",
    CENTURION_EVOLUTION_INSTANCES: instance,
    CENTURION_EVOLUTION_WEBHOOK_SECRET: secret
  })

const run = async (world: BenchWorld): Promise<void> => {
  const [persons = personsDefault] = world.sizes ?? []
  const server = await runWebhookServer(world)
  try {
    const url = `${server.url}/webhook/whatsapp`
    // The first message of each person begins their history: read models, lead and conversation.
    const first = await postAlone(url, persons, { seconds: 0, first: 0, least: persons })
    const known = await postAlone(url, persons, { seconds: world.seconds, first: persons, least: 20 })
    const report = (of: string, times: ReadonlyArray<number>, targets: ReadonlyArray<Target>) =>
      world.report({
        bench: "webhook",
        case: of,
        unit: "ms",
        value: rounded(percentile(times, 0.5)),
        ...spread(times),
        targets
      })
    report("one after the other, new persons", first, [])
    report("one after the other", known, [{ of: "p50Ms", is: "<=", than: 5 }])
  } finally {
    await server.stop()
  }
}

export const webhook: Bench = {
  name: "webhook",
  about: "one WhatsApp message by Evolution's webhook to the real server, from the request to its 200",
  run
}
