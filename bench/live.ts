import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Duplex } from "node:stream"
import { createAdmin, logIn, post } from "./api-login.ts"
import type { Bench, BenchWorld } from "./bench.ts"
import { rounded } from "./figure.ts"
import { percentile } from "./load.ts"
import { runServer } from "./run-server.ts"

const clientsDefault = [500]
const changesPerSecond = 10
const changesMin = 30
/** Changes before those that count, as fast as they are answered: the code is compiled by then. */
const changesToWarm = 200
/** A change that has not come to everybody by then is lost. */
const lostAfterMs = 10_000

/** A short text frame of a client; masked with zeros, which leave it as it is. */
const clientFrame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

const subscribe = clientFrame('{"type":"subscribe","topic":"board:leads"}')
/** As much of what came before as the number of a change may be cut in. */
const restMax = 40

/**
 * One who follows the board; `heard` is called for each change that is named to it. By the bytes alone: five hundred
 * clients that take every frame apart would take the machine that is measured.
 */
const follow = (url: string, token: string, heard: (change: number) => void) =>
  new Promise<Duplex>((resolve, reject) => {
    const asked = request(url, {
      headers: {
        authorization: `Bearer ${token}`,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64")
      }
    })
    asked.once("error", reject)
    asked.once("response", ({ statusCode }) =>
      reject(new Error(`the socket was answered with ${statusCode}`))
    )
    asked.once("upgrade", (_, socket) => {
      let rest = ""
      socket.on("error", () => {})
      socket.on("data", (bytes: Buffer) => {
        const text = rest + bytes.toString("latin1")
        rest = text.slice(-restMax)
        if (text.includes('"type":"subscribed"')) resolve(socket)
        for (const [, change] of text.matchAll(/"campaign":"change-(\d+)"/g)) heard(Number(change))
      })
      socket.write(subscribe)
    })
    asked.end()
  })

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** When each change was answered, and when it reached each client, ms after its request was sent; sorted. */
const measure = async (url: string, token: string, clients: number, seconds: number) => {
  const sentAt: Array<number> = []
  const times: Array<number> = []
  const answers: Array<number> = []
  const sockets: Array<Duplex> = []
  for (let n = 0; n < clients; n++) {
    const seen = new Set<number>()
    const heard = (change: number) => {
      if (change < changesToWarm || seen.has(change)) return
      seen.add(change)
      times.push(performance.now() - sentAt[change]!)
    }
    sockets.push(await follow(`${url}/api/v1/live`, token, heard))
  }
  const changes = Math.max(changesMin, Math.round(seconds * changesPerSecond))
  for (let n = 0; n < changesToWarm + changes; n++) {
    sentAt.push(performance.now())
    const lead = { name: `Bench ${n}`, email: `lead-${clients}-${n}@example.com`, source: "crm" }
    await post(`${url}/api/v1/leads`, { ...lead, campaign: `change-${n}` }, token)
    if (n >= changesToWarm) answers.push(performance.now() - sentAt[n]!)
    if (n >= changesToWarm - 1)
      await pause(Math.max(0, sentAt[n]! + 1000 / changesPerSecond - performance.now()))
  }
  const until = performance.now() + lostAfterMs
  while (times.length < clients * changes && performance.now() < until) await pause(10)
  for (const socket of sockets) socket.destroy()
  const sorted = (of: Array<number>) => of.sort((a, b) => a - b)
  return { times: sorted(times), answers: sorted(answers), lost: clients * changes - times.length }
}

const run = async (world: BenchWorld): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), "centurion-bench-live-"))
  const env = {
    DATABASE_URL: world.database.url,
    DATABASE_ADMIN_URL: world.database.adminUrl,
    CENTURION_DIR: dir
  }
  const server = await runServer(env)
  try {
    await createAdmin(env)
    const token = await logIn(server.url)
    for (const clients of world.sizes ?? clientsDefault) {
      const { times, answers, lost } = await measure(server.url, token, clients, world.seconds)
      const of = { bench: "live", unit: "ms" }
      world.report({
        ...of,
        case: `p95 from request to client, ${clients} clients`,
        value: rounded(percentile(times, 0.95)),
        p50Ms: rounded(percentile(times, 0.5)),
        p99Ms: rounded(percentile(times, 0.99)),
        targets: [{ of: "value", is: "<=", than: 50 }]
      })
      world.report({
        ...of,
        case: `p95 of the request's own answer meanwhile`,
        value: rounded(percentile(answers, 0.95)),
        p50Ms: rounded(percentile(answers, 0.5)),
        p99Ms: rounded(percentile(answers, 0.99))
      })
      world.report({
        bench: "live",
        case: `lost, ${clients} clients`,
        unit: "frames",
        value: lost,
        targets: [{ of: "value", is: "<=", than: 0 }]
      })
    }
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

export const live: Bench = {
  name: "live",
  about: "a change reaches WebSocket clients, from the request that makes it, while 500 of them listen",
  run
}
