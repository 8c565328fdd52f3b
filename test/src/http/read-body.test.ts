import type { IncomingMessage } from "node:http"
import { PassThrough } from "node:stream"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, test, vi } from "vitest"
import { readBody } from "../../../src/http/read-body.ts"

const requestOf = (headers: Readonly<Record<string, string>> = {}) => {
  const stream = new PassThrough()
  return { stream, request: Object.assign(stream, { headers }) as unknown as IncomingMessage }
}

test("gives the bytes as they came, in however many pieces", async () => {
  const { stream, request } = requestOf()
  const body = Effect.runPromise(readBody(request, 100))
  for (const piece of ["{", '"a"', ":1}"]) stream.write(piece)
  stream.end()
  expect(Buffer.from(await body).toString()).toBe('{"a":1}')
})

test("refuses an announced size before a byte has come", async () => {
  const { request } = requestOf({ "content-length": "101" })
  const refused = await Effect.runPromise(Effect.flip(readBody(request, 100)))
  expect(refused).toMatchObject({ status: 413, message: "the body is larger than 100 bytes" })
})

test("refuses at the first byte too many, and reads no further", async () => {
  const { stream, request } = requestOf()
  const refused = Effect.runPromise(Effect.flip(readBody(request, 100)))
  stream.write("x".repeat(100))
  stream.write("y")
  expect(await refused).toMatchObject({ status: 413 })
  expect(stream.isPaused()).toBe(true)
})

test("refuses a body that is not there in time", async () => {
  vi.useFakeTimers()
  try {
    const { stream, request } = requestOf()
    const fiber = Effect.runFork(Effect.flip(readBody(request, 100, 15_000)))
    stream.write("{")
    vi.advanceTimersByTime(14_999)
    expect(fiber.pollUnsafe()).toBeUndefined()
    vi.advanceTimersByTime(1)
    vi.useRealTimers()
    expect(await Effect.runPromise(Fiber.join(fiber))).toMatchObject({
      status: 408,
      message: "the body did not arrive within 15000 ms"
    })
  } finally {
    vi.useRealTimers()
  }
})

test("a body that breaks off is no body", async () => {
  const { stream, request } = requestOf()
  const refused = Effect.runPromise(Effect.flip(readBody(request, 100)))
  stream.write("{")
  stream.destroy()
  expect(await refused).toMatchObject({ status: 400, message: "the body broke off" })
})
