import { createServer, type Server } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { httpLimits } from "../../../src/http/limits.ts"
import { shedding } from "../../../src/http/shed.ts"

let isOpen = false
let server: Server
let url: string
beforeAll(async () => {
  const app = shedding(
    {
      request: (_, response) => void response.writeHead(200).end("served"),
      upgrade: (_, raw) => void raw.end("HTTP/1.1 101 Switching Protocols\r\n\r\n")
    },
    () => isOpen
  )
  server = createServer(app.request).on("upgrade", app.upgrade)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const statusOf = async (path: string, init: RequestInit = {}) => (await fetch(`${url}${path}`, init)).status

test("while it is open everybody is served", async () => {
  isOpen = true
  expect(await statusOf("/webhook/whatsapp", { method: "POST", body: "{}" })).toBe(200)
})

test("while it is not, all but those who watch are told to come again", async () => {
  isOpen = false
  const shed = await fetch(`${url}/webhook/whatsapp`, { method: "POST", body: "x".repeat(100_000) })
  expect([shed.status, shed.headers.get("retry-after"), await shed.json()]).toMatchObject([
    503,
    String(httpLimits.overloadedRetryMs / 1000),
    { status: 503, title: "Service Unavailable" }
  ])
  for (const path of ["/", "/api/v1/leads", "/public/leads", "/readyzz/../x", "/webhook/readyz"])
    expect([path, await statusOf(path)]).toEqual([path, 503])
  for (const path of ["/readyz", "/metrics", "/health/integrations", "/_engine"])
    expect([path, await statusOf(path)]).toEqual([path, 200])
})

test("sockets are refused too", async () => {
  const { hostname, port } = new URL(url)
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write("GET /chat/quick HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
    )
    socket.once("data", (data) => resolve(String(data)))
  })
  expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 2/i)
})

test("more than can be refused at once are refused a little later, all of them", async () => {
  const began = performance.now()
  const many = httpLimits.shedPerSecond + 100
  const statuses = await Promise.all(Array.from({ length: many }, () => statusOf("/")))
  expect(new Set(statuses)).toEqual(new Set([503]))
  expect(performance.now() - began).toBeGreaterThan(100)
})
