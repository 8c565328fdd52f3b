import { Agent } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { percentile, spread } from "./load.ts"
import { evolutionWebhook, post, runWebhookServer } from "./webhook.ts"

const clientsDefault = [64, 400]
/** A client that is refused comes again after so long. */
const againMs = 500
const healthEveryMs = 100

interface Flood {
  /** Of what was taken, ms, sorted. */
  readonly taken: ReadonlyArray<number>
  readonly refused: number
  readonly healthMaxMs: number
  readonly seconds: number
}

/** Looks again and again whether the server lives, until it is told to stop; gives the longest wait, ms. */
const watchHealth = (url: string) => {
  let goesOn = true
  const longest = (async () => {
    let most = 0
    while (goesOn) {
      const startedAt = performance.now()
      await (await fetch(`${url}/healthz`)).text()
      most = Math.max(most, performance.now() - startedAt)
      await pause(healthEveryMs)
    }
    return most
  })()
  return () => {
    goesOn = false
    return longest
  }
}

let person = 0

/** So many clients at once, each with the next message, of somebody new, as soon as the one before is answered. */
const flood = async (url: string, clients: number, seconds: number): Promise<Flood> => {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const taken: Array<number> = []
  let refused = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const client = async () => {
    while (performance.now() < endsAt) {
      const n = person++
      const body = evolutionWebhook(n, Number.POSITIVE_INFINITY)
      const askedAt = performance.now()
      const status = await post(agent, `${url}/webhook/whatsapp`, body)
      if (status === 200) taken.push(performance.now() - askedAt)
      else if (status === 503) {
        refused++
        await pause(againMs)
      } else throw new Error(`the webhook was answered with ${status}`)
    }
  }
  const healthMaxMs = watchHealth(url)
  await Promise.all(Array.from({ length: clients }, client))
  agent.destroy()
  const tookSeconds = (performance.now() - startedAt) / 1000
  return {
    taken: taken.sort((a, b) => a - b),
    refused,
    healthMaxMs: await healthMaxMs(),
    seconds: tookSeconds
  }
}

const run = async (world: BenchWorld): Promise<void> => {
  const server = await runWebhookServer(world)
  try {
    await flood(server.url, 16, world.seconds)
    for (const clients of world.sizes ?? clientsDefault) {
      const { taken, refused, healthMaxMs, seconds } = await flood(server.url, clients, world.seconds)
      const of = (what: string) => `${clients} clients, ${what}`
      const bench = "overload"
      world.report({
        ...{ bench, case: of("taken"), unit: "messages/s", value: rounded(taken.length / seconds) },
        ...spread(taken),
        targets: [{ of: "p99Ms", is: "<=", than: 2_000 }]
      })
      world.report({ bench, case: of("p50"), unit: "ms", value: rounded(percentile(taken, 0.5)) })
      world.report({ bench, case: of("refused"), unit: "answers/s", value: rounded(refused / seconds) })
      world.report({
        ...{ bench, case: of("/healthz at most"), unit: "ms", value: rounded(healthMaxMs) },
        targets: [{ of: "value", is: "<=", than: 100 }]
      })
    }
  } finally {
    await server.stop()
  }
}

export const overload: Bench = {
  name: "overload",
  about:
    "messages of new persons from more clients than the server can serve: what is taken, how soon, and what it costs whoever watches",
  run
}
