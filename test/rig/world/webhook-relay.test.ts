import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, expect, test } from "vitest"
import { becomesTrue } from "./program.ts"
import { randomFrom } from "./random.ts"
import { startRelay, type WebhookRelay } from "./webhook-relay.ts"

const servers: Array<Server> = []
let relay: WebhookRelay

afterEach(async () => {
  await relay.close()
  for (const server of servers.splice(0)) server.close()
})

/** A process of ours that gives these answers in turn, the last one for ever. */
const app = async (answers: ReadonlyArray<number>) => {
  const heard: Array<string> = []
  const server = createServer((request, response) => {
    heard.push(`${request.url} ${request.headers["x-secret"]}`)
    response.writeHead(answers[Math.min(heard.length, answers.length) - 1]!).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { heard, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const post = (path: string, body: unknown) =>
  fetch(`${relay.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { "x-secret": "s" } })

const start = async (url: string, times: number, atOnce: number) => {
  relay = await startRelay({
    targets: () => [url],
    random: randomFrom(1),
    copies: () => ({ times, atOnce, pauseMs: 0 })
  })
}
const atRest = () => becomesTrue(() => relay.counts().pending === 0, 5000)
const message = { event: "messages.upsert", data: { key: { id: "3A1" } } }

test("delivers every copy until it is answered with 200, with the headers that it came with", async () => {
  const { heard, url } = await app([503, 200, 500, 200])
  await start(url, 3, 2)
  expect((await post("/webhook/whatsapp", message)).status).toBe(200)
  await atRest()
  expect(heard).toEqual(Array.from({ length: 5 }, () => "/webhook/whatsapp s"))
  expect([relay.acknowledged, relay.counts()]).toEqual([
    new Map([["evolution 3A1", 3]]),
    { delivered: 3, pending: 0, refused: 0 }
  ])
})

test("what is refused for good is counted, and acknowledged is only what was answered with 200", async () => {
  const { url } = await app([400])
  await start(url, 1, 1)
  await post("/webhook/telegram", { message: { chat: { id: 7 }, message_id: 1 } })
  expect([relay.acknowledged.size, relay.counts().refused]).toEqual([0, 1])
})

test("news of our own messages are no messages", async () => {
  const { url } = await app([200])
  await start(url, 1, 1)
  await post("/webhook/whatsapp", { event: "messages.update", data: { keyId: "x" } })
  expect([relay.acknowledged.size, relay.counts().delivered]).toEqual([0, 1])
})
