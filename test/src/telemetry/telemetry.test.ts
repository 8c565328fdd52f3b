import { rmSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, it } from "vitest"
import { freePort, newDirectory } from "../http/open-server.ts"
import { type ServerProcess, startServer } from "../server-process.ts"

/** What a collector is sent: https://opentelemetry.io/docs/specs/otlp/#otlphttp, in JSON. */
interface Sent {
  readonly path: string
  readonly contentType: string | undefined
  readonly text: string
}

let collector: Server
let server: ServerProcess
let dir: string
const sent: Array<Sent> = []

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = ""
    request.setEncoding("utf8").on("data", (chunk) => {
      text += chunk
    })
    request.on("end", () => {
      sent.push({ path: request.url ?? "", contentType: request.headers["content-type"], text })
      response.setHeader("content-type", "application/json").end("{}")
    })
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => collector.once("listening", resolve))
  dir = newDirectory()
  server = await startServer(await freePort(), {
    CENTURION_DIR: dir,
    CENTURION_OTLP_URL: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  })
  await server.until(200)
})
afterAll(async () => {
  server?.kill("SIGKILL")
  await server?.ended
  await new Promise((resolve) => collector?.close(resolve))
  rmSync(dir, { recursive: true, force: true })
})

const of = (path: string) => sent.filter((each) => each.path === path)

it("traces, metrics and logs come to a collector, without credentials and without what was looked for", async () => {
  const headers = { authorization: "Bearer cent_canarycanary_header" }
  const answer = await fetch(`${server.url}/api/v1/contacts?email=canary-query@example.com`, { headers })
  expect(answer.status).toBe(401)
  // What is left is sent when the server stops.
  server.kill("SIGTERM")
  expect(await server.ended).toBe(0)

  const [spans, metrics, logs] = ["/v1/traces", "/v1/metrics", "/v1/logs"].map((path) => of(path))
  for (const all of [spans!, metrics!, logs!]) {
    expect(all.length).toBeGreaterThan(0)
    for (const { contentType, text } of all) {
      expect(contentType).toMatch(/^application\/json/)
      expect(text).toContain('"service.name"')
      expect(text).toContain('"centurion"')
    }
  }
  expect(new Set(sent.map(({ path }) => path))).toEqual(new Set(["/v1/traces", "/v1/metrics", "/v1/logs"]))
  const names = spans!.flatMap(({ text }) =>
    JSON.parse(text).resourceSpans.flatMap((resource: never) =>
      (resource as { scopeSpans: Array<{ spans: Array<{ name: string }> }> }).scopeSpans.flatMap((scope) =>
        scope.spans.map(({ name }) => name)
      )
    )
  )
  expect(names).toEqual(expect.arrayContaining([expect.stringMatching(/GET/)]))
  expect(metrics!.map(({ text }) => text).join()).toContain("api_requests_total")
  expect(logs!.map(({ text }) => text).join()).toContain("listening on")
  expect(sent.map(({ text }) => text).join()).not.toMatch(/canary/)
})
