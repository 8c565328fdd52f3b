import { createServer, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import { afterEach, describe, expect, it } from "vitest"
import { makeEvolution } from "../../../src/channels/evolution/make-evolution.ts"
import { channelLimits } from "../../../src/channels/limits.ts"
import { callProvider } from "../../../src/channels/provider-http.ts"
import { makeTelegram } from "../../../src/channels/telegram/make-telegram.ts"
import { run } from "./contract.ts"

const open: Array<Server> = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A provider that answers every request so; gives its address and the requests' paths. */
const answering = async (answer: (response: ServerResponse) => void) => {
  const paths: Array<string> = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? "")
    request.resume().on("end", () => answer(response))
  })
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths }
}

const outbound = { contact: "5511987654321", text: "Olá!", key: "k", firstAttemptAt: 0 }
const evolutionFailure = (baseUrl: string) =>
  run(
    Effect.gen(function* () {
      const settings = {
        baseUrl,
        apiKey: Redacted.make("key"),
        instances: ["main"],
        webhookSecret: Redacted.make("s")
      }
      const channel = yield* makeEvolution(settings)
      return yield* Effect.flip(channel.send({ ...outbound, instance: "main" }))
    })
  )
const telegramFailure = (baseUrl: string) =>
  run(
    Effect.gen(function* () {
      const settings = {
        baseUrl,
        token: Redacted.make("1:a"),
        instance: "bot",
        webhookSecret: Redacted.make("s")
      }
      const channel = yield* makeTelegram(settings)
      return yield* Effect.flip(channel.send({ ...outbound, instance: "bot" }))
    })
  )

describe.each([
  ["evolution", evolutionFailure],
  ["telegram", telegramFailure]
])("a send by %s", (_, failure) => {
  it("does not follow a redirect, which would carry the key elsewhere", async () => {
    const elsewhere = await answering((response) => response.writeHead(200).end("{}"))
    const { url } = await answering((response) => response.writeHead(307, { location: elsewhere.url }).end())
    expect(await failure(url)).toMatchObject({ _tag: "JobRefused", reason: "wrongAddress" })
    expect(elsewhere.paths).toEqual([])
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ["is not JSON", (response) => response.end("<html>")],
    ["is empty", (response) => response.end()],
    ["has no id", (response) => response.end('{"ok":true,"result":{},"key":{}}')],
    ["is too large", (response) => response.end(`"${"x".repeat(channelLimits.answerBytesMax)}"`)],
    [
      "breaks off",
      (response) => {
        response.writeHead(200, { "content-length": "500" }).write('{"key":', () => response.destroy())
      }
    ]
  ])("may have happened when the answer %s", async (_, answer) => {
    const { url } = await answering(answer)
    expect(await failure(url)).toMatchObject({ reason: "unreadableAnswer", happened: "unknown" })
  })

  it("did not happen when a proxy finds nobody behind it", async () => {
    const { url } = await answering((response) => response.writeHead(404).end("404 page not found"))
    expect(await failure(url)).toMatchObject({ reason: "providerUnreachable", happened: "no" })
  })

  it.each([
    ["3", { retryAfterMs: 3_000 }],
    ["0.5", { retryAfterMs: 500 }],
    ["-7", { retryAfterMs: 0 }],
    ["99999999", { retryAfterMs: channelLimits.retryAfterMaxMs }]
  ])("waits as a proxy's retry-after of %s asks", async (header, wait) => {
    const { url } = await answering((response) =>
      response.writeHead(429, { "retry-after": header }).end("slow down")
    )
    expect(await failure(url)).toMatchObject({ reason: "rateLimited", happened: "no", ...wait })
  })

  it.each([
    ["IMF-fixdate", "Mon, 30 Nov 2026 12:01:00 GMT"],
    ["of RFC 850", "Monday, 30-Nov-26 12:01:00 GMT"],
    ["asctime", "Mon Nov 30 12:01:00 2026"]
  ])("waits until a date, %s, by the provider's own clock", async (_, until) => {
    const headers = { date: "Mon, 30 Nov 2026 12:00:00 GMT", "retry-after": until }
    const { url } = await answering((response) => response.writeHead(429, headers).end())
    expect(await failure(url)).toMatchObject({ retryAfterMs: 60_000 })
  })

  it("waits until a date by our clock where the provider's is not told, and not at all for one that is past", async () => {
    const at = async (ms: number) => {
      const until = new Date(Date.now() + ms).toUTCString()
      const { url } = await answering((response) => {
        response.sendDate = false
        response.writeHead(429, { "retry-after": until }).end()
      })
      return ((await failure(url)) as { readonly retryAfterMs?: number }).retryAfterMs ?? -1
    }
    const wait = await at(60_000)
    expect(wait).toBeGreaterThan(40_000)
    expect(wait).toBeLessThanOrEqual(60_000)
    expect(await at(-60_000)).toBe(0)
  })

  it.each([500, 503])("waits as long as a %i asks", async (status) => {
    const { url } = await answering((response) => response.writeHead(status, { "retry-after": "9" }).end())
    expect(await failure(url)).toMatchObject({ reason: "providerError", retryAfterMs: 9_000 })
  })

  it("knows no wait when a rate limit tells none that it understands", async () => {
    const { url } = await answering((response) => response.writeHead(429, { "retry-after": "soon" }).end())
    expect(await failure(url)).not.toHaveProperty("retryAfterMs")
  })
})

describe("a request that gets no answer", () => {
  const failing = (cause: unknown) =>
    HttpClient.make((request) =>
      Effect.fail(
        new HttpClientError.HttpClientError({
          reason: new HttpClientError.TransportError({ request, cause })
        })
      )
    )
  const request = HttpClientRequest.post("http://provider.example/bot1:hidden/sendMessage")
  const wrapped = (code: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) })

  it.each([
    ["ECONNREFUSED", "no"],
    ["ENOTFOUND", "no"],
    ["EAI_AGAIN", "no"],
    ["EHOSTUNREACH", "no"],
    ["UND_ERR_CONNECT_TIMEOUT", "no"],
    ["CERT_HAS_EXPIRED", "no"],
    ["ECONNRESET", "unknown"],
    ["EPIPE", "unknown"],
    ["UND_ERR_SOCKET", "unknown"],
    ["UND_ERR_HEADERS_TIMEOUT", "unknown"],
    ["ETIMEDOUT", "unknown"]
  ])("for %s: did it happen? %s", async (code, happened) => {
    const failure = await run(Effect.flip(callProvider(failing(wrapped(code)), request, 1_000)))
    expect(failure).toMatchObject({ _tag: "JobFailedForNow", happened })
    expect(`${failure} ${JSON.stringify(failure)}`).not.toContain("hidden")
  })

  it("may have happened for an error that nobody knows", async () => {
    const failure = await run(Effect.flip(callProvider(failing("odd"), request, 1_000)))
    expect(failure).toMatchObject({ reason: "connectionBroke", happened: "unknown" })
  })
})
